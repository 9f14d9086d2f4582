// The finance bureau: CSV in GB18030 as its system exports them, and JSON Lines.
import { FINANCE_COLUMNS, financeRows, type FinanceFile } from '../generator/finance-records.ts';
import type { DeliveringAgency } from './delivery-drop.ts';

export const financeBureau: DeliveringAgency<FinanceFile> = {
  files: {
    debt: { format: 'csv-gb18030', columns: FINANCE_COLUMNS.debt },
    arrears: { format: 'csv-gb18030', columns: FINANCE_COLUMNS.arrears },
    subsidies: { format: 'jsonl', columns: FINANCE_COLUMNS.subsidies },
    'tax-listings': { format: 'jsonl', columns: FINANCE_COLUMNS['tax-listings'] },
  },
  rows: financeRows,
};
