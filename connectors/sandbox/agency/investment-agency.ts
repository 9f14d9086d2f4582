// The development and reform commission: projects, persons responsible and commitments as CSV in UTF-8.
import { INVESTMENT_COLUMNS, investmentRows, type InvestmentFile } from '../generator/investment-records.ts';
import type { DeliveringAgency } from './delivery-drop.ts';

export const investmentOffice: DeliveringAgency<InvestmentFile> = {
  files: {
    projects: { format: 'csv-utf-8', columns: INVESTMENT_COLUMNS.projects },
    responsibilities: { format: 'csv-utf-8', columns: INVESTMENT_COLUMNS.responsibilities },
    breaches: { format: 'csv-utf-8', columns: INVESTMENT_COLUMNS.breaches },
    commitments: { format: 'csv-utf-8', columns: INVESTMENT_COLUMNS.commitments },
  },
  rows: investmentRows,
};
