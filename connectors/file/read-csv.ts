// Rows of a CSV delivery: the wanted columns by header or by the manifest's own list, every row as long as the header.
import { Readable, pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { type Complain, type DeliveredRow, type Wanted, findColumns } from './delivered-row.ts';
import { problem } from './delivery-problem.ts';
import { type Kept, type RowView, firstOf, openRowDropper } from './drop-rows.ts';
import { joinHeader } from './header-rows.ts';

export interface CsvOptions {
  readonly delimiter: string;
  /** `none`: quotes are characters like any other. */
  readonly quote: string;
  /** Lines above the header. */
  readonly skip: number;
  /** Rows of the header; 0: the first row is data, and `layout` names the columns. */
  readonly header: number;
}

const LONGEST_ROW = 1_000_000;

interface CsvRow {
  readonly cells: readonly string[];
  readonly begins: number;
}

/**
 * Yields rows in file order. Blank lines are skipped; rows of another length are complained of and left out.
 * @throws DeliveryProblem
 */
export async function* readCsv(
  text: AsyncIterable<string>,
  options: CsvOptions,
  wanted: Wanted,
  complain: Complain,
): AsyncGenerator<DeliveredRow> {
  const parser = parse({
    bom: true,
    relax_column_count: true,
    delimiter: options.delimiter === '\\t' ? '\t' : options.delimiter,
    quote: options.quote === 'none' ? null : options.quote,
    escape: options.quote === 'none' ? null : options.quote,
    from_line: options.skip + 1,
    // Each of them, wherever it stands: what joins files of several systems writes their line ends as they were.
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: LONGEST_ROW,
  });
  // Errors of either side reach the loop below, which is the one who listens.
  pipeline(Readable.from(text, { objectMode: true }), parser, () => undefined);
  let places: readonly number[] | undefined;
  let names: readonly string[] = [];
  const above: (readonly string[])[] = [];
  // The parser could count lines as well, at twice the price.
  let line = options.skip + 1;
  const view = ({ cells }: CsvRow): RowView => ({
    first: firstOf(cells),
    cell: (column) => cells[names.findIndex((name) => name.trim() === column)] ?? '',
  });
  const deliver = ({ row: { cells, begins }, out }: Kept<CsvRow>, at: readonly number[]): DeliveredRow[] => {
    const row = { line: begins, values: at.map((place) => cells[place] ?? null) };
    if (out) return [{ ...row, out }];
    const length = lengthOf(cells, names.length);
    const wrong =
      length !== names.length
        ? `${length < names.length ? 'shorter' : 'longer'} than the header`
        : names.some((name, place) => name.trim() === '' && cells[place]!.trim() !== '')
          ? 'has a value in a column without a name'
          : undefined;
    if (wrong === undefined) return [row];
    complain('SHORT_ROW', wrong, begins);
    return [];
  };
  const dropper = openRowDropper<CsvRow>(wanted.drop, view, wanted.leftOut);
  try {
    for await (const record of parser) {
      const cells = record as readonly string[];
      const begins = line;
      line += 1 + newlinesIn(cells);
      if (isBlank(cells)) continue;
      if (places === undefined) {
        if (options.header > 0) above.push(cells);
        if (above.length < options.header) continue;
        names = options.header === 0 ? (wanted.layout ?? []) : namesIn(above);
        if (options.header > 0 && isUndivided(names, wanted.columns))
          throw problem('MISSING_COLUMN', 'is missing: the header is not divided by the agreed delimiter', {
            line: begins,
            column: wanted.columns[0]!,
          });
        places = findColumns(names, wanted, begins);
        if (options.header > 0) continue;
      }
      for (const kept of dropper.push({ cells, begins })) yield* deliver(kept, places);
    }
    if (places !== undefined) for (const kept of dropper.end()) yield* deliver(kept, places);
  } catch (error) {
    // The parser's own words quote the file.
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as { readonly lines?: unknown };
    throw problem('UNREADABLE', `is not CSV here (${error.code})`, { line: Number(lines) });
  }
  if (places === undefined && options.header > 0) throw problem('EMPTY', 'no header');
}

/** Several names in one cell, parted by what spreadsheets and systems part cells by. */
function isUndivided(names: readonly string[], columns: readonly string[]): boolean {
  const [only = '', ...others] = names;
  if (others.length > 0 || new Set(columns).size < 2) return false;
  const parts = only.split(/[,;\t|，；、]/).map((part) => part.trim());
  return columns.every((column) => parts.includes(column));
}

/** A line of delimiters and blanks is what a spreadsheet leaves of rows that were emptied. */
function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === '');
}

/** Names of the columns; a delimiter at the end of the line is no column. */
function namesIn(rows: readonly (readonly string[])[]): readonly string[] {
  const names = rows.length === 1 ? [...rows[0]!] : [...joinHeader(rows)];
  while (names.at(-1)?.trim() === '') names.pop();
  return names;
}

/** Cells of a row; blank ones beyond the header are none. */
function lengthOf(cells: readonly string[], width: number): number {
  let length = cells.length;
  while (length > width && cells[length - 1]!.trim() === '') length -= 1;
  return length;
}

function newlinesIn(cells: readonly string[]): number {
  let newlines = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) newlines += 1;
  }
  return newlines;
}
