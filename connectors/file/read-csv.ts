// Rows of a CSV delivery: the wanted columns by header or by the manifest's own list, every row as long as the header.
import { Readable, pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { type Complain, type DeliveredRow, type Wanted, findColumns } from './delivered-row.ts';
import { problem } from './delivery-problem.ts';

export interface CsvOptions {
  readonly delimiter: string;
  /** `none`: quotes are characters like any other. */
  readonly quote: string;
  /** Lines above the header. */
  readonly skip: number;
  /** False: the first row is data, and `layout` names the columns. */
  readonly header: boolean;
}

const LONGEST_ROW = 1_000_000;

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
    max_record_size: LONGEST_ROW,
  });
  // Errors of either side reach the loop below, which is the one who listens.
  pipeline(Readable.from(text, { objectMode: true }), parser, () => undefined);
  let places: readonly number[] | undefined;
  let width = 0;
  // The parser could count lines as well, at twice the price.
  let line = options.skip + 1;
  try {
    for await (const record of parser) {
      const cells = record as readonly string[];
      const begins = line;
      line += 1 + newlinesIn(cells);
      if (isBlank(cells)) continue;
      if (places === undefined) {
        const header = options.header ? cells : (wanted.layout ?? []);
        width = header.length;
        places = findColumns(header, wanted, begins);
        if (options.header) continue;
      }
      if (cells.length !== width) {
        complain('SHORT_ROW', `${cells.length < width ? 'shorter' : 'longer'} than the header`, begins);
        continue;
      }
      yield { line: begins, values: places.map((place) => cells[place] ?? null) };
    }
  } catch (error) {
    // The parser's own words quote the file.
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as { readonly lines?: unknown };
    throw problem('UNREADABLE', `is not CSV here (${error.code})`, { line: Number(lines) });
  }
  if (places === undefined && options.header) throw problem('EMPTY', 'no header');
}

function isBlank(cells: readonly string[]): boolean {
  return cells.length === 1 && cells[0]!.trim() === '';
}

function newlinesIn(cells: readonly string[]): number {
  let newlines = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) newlines += 1;
  }
  return newlines;
}
