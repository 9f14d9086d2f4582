// Opens a proven delivery in its format: the one place that knows which reader is which.
import { type Complain, type DeliveredRow, type Wanted } from './delivered-row.ts';
import { readBytes } from './delivery-bytes.ts';
import { problem } from './delivery-problem.ts';
import type { DeliveryOptions, Layout } from './manifest-part.ts';
import type { Proof } from './prove.ts';
import { readCsv } from './read-csv.ts';
import { readFixedWidth } from './read-fixed-width.ts';
import { readJsonLines } from './read-jsonl.ts';
import { readText } from './read-text.ts';
import type { FoundDelivery } from './register.ts';
import { readXlsx } from './xlsx/read-xlsx.ts';

/**
 * Yields the rows of a delivery, counts them, and holds their number against the trailer's at the end.
 * @throws DeliveryProblem
 */
export async function* openRows(
  found: FoundDelivery,
  options: DeliveryOptions,
  proof: Proof,
  wanted: Pick<Wanted, 'columns' | 'required' | 'leftOut'>,
  complain: Complain,
  signal: AbortSignal,
): AsyncGenerator<DeliveredRow> {
  const columns = (found.delta ? options.deltas?.columns : undefined) ?? options.columns;
  let said = proof.rows;
  let rows = 0;
  const onTrailer = (trailer: { readonly rows: number | undefined }): void => {
    said = trailer.rows;
  };
  let leftOut = 0;
  const note: Complain = (fault, reason, line, column) => {
    // Rows the reader leaves out were sent all the same.
    if (fault === 'SHORT_ROW') leftOut += 1;
    complain(fault, reason, line, column);
  };
  const all = { ...wanted, drop: options.drop, layout: columns?.map(({ name }) => name) };
  for await (const row of rowsOf(found, options, proof, columns, all, note, onTrailer, signal)) {
    // What is no record was not counted as one by whoever sent it.
    if (row.out !== true) rows += 1;
    yield row;
  }
  const sent = rows + leftOut;
  if (said !== undefined && said !== sent)
    throw problem('COUNT', `${sent} rows, where its trailer says ${said}`);
}

function rowsOf(
  { path }: FoundDelivery,
  options: DeliveryOptions,
  { end }: Proof,
  columns: Layout | undefined,
  wanted: Wanted,
  complain: Complain,
  onTrailer: (trailer: { readonly rows: number | undefined }) => void,
  signal: AbortSignal,
): AsyncGenerator<DeliveredRow> {
  const { format, encoding, delimiter, quote, skip, header = 1 } = options;
  if (format === 'xlsx') {
    const { trailer } = options.check;
    return readXlsx(
      { path, sheet: options.sheet, skip, header, trailer, onTrailer, signal },
      wanted,
      complain,
    );
  }
  const bytes = readBytes({ path, encoding, end, signal });
  switch (format) {
    case 'csv':
      return readCsv(readText(bytes, encoding), { delimiter, quote, skip, header }, wanted, complain);
    case 'jsonl':
      return readJsonLines(readText(bytes, encoding), wanted, complain);
    case 'fixed-width': {
      const { widths = encoding === 'gb18030' ? 'bytes' : 'characters' } = options;
      const laidOut = (columns ?? []).map(({ name, width = 0 }) => ({ name, width }));
      const above = skip + (options.header ?? 0);
      return readFixedWidth(bytes, { encoding, widths, skip: above, columns: laidOut }, wanted, complain);
    }
  }
}
