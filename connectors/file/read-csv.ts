// Rows of a CSV delivery: the wanted columns by header, every row as long as the header.
import { Readable, pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { DeliveryProblem } from './delivery-problem.ts';

/** Values of the wanted columns, in their order. */
export type StagedRow = readonly (string | null)[];

const LONGEST_ROW = 1_000_000;

/**
 * Yields rows in file order with the values of `columns`. Blank lines are skipped.
 * @throws DeliveryProblem
 */
export async function* readCsv(
  text: AsyncIterable<string>,
  columns: readonly string[],
): AsyncGenerator<StagedRow> {
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
  });
  // Errors of either side reach the loop below, which is the one who listens.
  pipeline(Readable.from(text, { objectMode: true }), parser, () => undefined);
  let places: readonly number[] | undefined;
  let width = 0;
  let records = 0;
  try {
    for await (const record of parser) {
      records += 1;
      const cells = record as readonly string[];
      if (places === undefined) {
        width = cells.length;
        places = findColumns(cells, columns);
        continue;
      }
      if (cells.length !== width) {
        const which = cells.length < width ? 'shorter' : 'longer';
        throw new DeliveryProblem('SHORT_ROW', `record ${records - 1} is ${which} than the header`);
      }
      yield places.map((place) => cells[place] ?? null);
    }
  } catch (error) {
    // The parser's own words quote the file.
    if (error instanceof CsvError) {
      const { lines } = error as { readonly lines?: unknown };
      throw new DeliveryProblem('UNREADABLE', `not CSV near line ${String(lines)} (${error.code})`);
    }
    throw error;
  }
  if (places === undefined) throw new DeliveryProblem('EMPTY', 'no header');
}

function findColumns(header: readonly string[], columns: readonly string[]): readonly number[] {
  const names = header.map((name) => name.trim());
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new DeliveryProblem('DUPLICATE_HEADER', `column ${name} appears twice`);
    seen.add(name);
  }
  return columns.map((column) => {
    const place = names.indexOf(column);
    if (place === -1) throw new DeliveryProblem('MISSING_COLUMN', `column ${column} is missing`);
    return place;
  });
}
