// Rows of an XLSX delivery: one sheet, the wanted columns by header, streamed from the container.
import { type Complain, type DeliveredRow, type Wanted, findColumns } from '../delivered-row.ts';
import { problem } from '../delivery-problem.ts';
import { type Trailer, readTrailer } from '../trailer-template.ts';
import { type CellContext, readCell } from './cell.ts';
import { readSharedStrings } from './shared-strings.ts';
import { type SheetRow, readSheetRows } from './sheet-rows.ts';
import { readWorkbook } from './workbook.ts';
import { type PackageLimits, openPackage } from './workbook-package.ts';

export interface XlsxOptions {
  readonly path: string;
  readonly sheet?: string | undefined;
  /** Rows above the header. */
  readonly skip: number;
  readonly header: boolean;
  /** The last row, its cells joined by commas; `onTrailer` hears what it says. */
  readonly trailer?: string | undefined;
  readonly onTrailer: (trailer: Trailer) => void;
  readonly signal: AbortSignal;
  readonly limits?: PackageLimits;
}

/**
 * Yields rows in the sheet's order. Rows without any value are skipped.
 * @throws DeliveryProblem
 */
export async function* readXlsx(
  options: XlsxOptions,
  wanted: Wanted,
  complain: Complain,
): AsyncGenerator<DeliveredRow> {
  const container = await openPackage(options.path, options.signal, options.limits);
  try {
    const workbook = await readWorkbook(container, options.sheet);
    const part = workbook.sharedStrings;
    const strings = await readSharedStrings(part === undefined ? undefined : container.read(part));
    try {
      yield* readRows(options, wanted, complain, { ...workbook, strings }, container.read(workbook.sheet));
    } finally {
      strings.close();
    }
  } finally {
    await container.close();
  }
}

async function* readRows(
  { skip, header, trailer, onTrailer }: XlsxOptions,
  wanted: Wanted,
  complain: Complain,
  context: CellContext,
  bytes: AsyncIterable<Buffer>,
): AsyncGenerator<DeliveredRow> {
  let places: readonly number[] | undefined;
  let width = 0;
  let headerRow = skip;
  const merged = (lastRow: number): void => {
    if (lastRow > headerRow) complain('UNREADABLE', 'merged cells below the header', lastRow);
  };
  const read = (row: SheetRow): DeliveredRow | undefined => {
    if (places === undefined) {
      const written = header ? textsOf(row, context) : (wanted.layout ?? []);
      places = findColumns(written, wanted, row.number);
      width = written.findLastIndex((name) => name.trim() !== '') + 1;
      if (header) {
        headerRow = row.number;
        return undefined;
      }
    }
    if (row.cells.length > width) {
      complain('SHORT_ROW', 'longer than the header', row.number);
      return undefined;
    }
    return {
      line: row.number,
      values: places.map((place, at) => {
        const cell = row.cells[place];
        if (cell === undefined) return null;
        const found = readCell(cell, context);
        if ('value' in found) return found.value;
        complain(found.fault, found.reason, row.number, wanted.columns[at]);
        return null;
      }),
    };
  };
  let held: SheetRow | undefined;
  for await (const row of readSheetRows(bytes, merged)) {
    if (row.number <= skip) continue;
    const ready = trailer === undefined ? row : held;
    if (trailer !== undefined) held = row;
    const delivered = ready === undefined ? undefined : read(ready);
    if (delivered !== undefined) yield delivered;
  }
  if (trailer !== undefined) {
    const said = held === undefined ? undefined : readTrailer(trailer, textsOf(held, context).join(','));
    if (said === undefined) throw problem('TRUNCATED', 'does not end with its trailer row');
    onTrailer(said);
  }
  if (places === undefined && header) throw problem('EMPTY', 'no header');
}

const LONGEST_HEADER = 100_000;

/** Every cell as text, for the header and the trailer. What is no text there is blank. */
function textsOf({ cells, number }: SheetRow, context: CellContext): readonly string[] {
  let left = LONGEST_HEADER;
  return Array.from(cells, (cell) => {
    const found = cell === undefined ? undefined : readCell(cell, context);
    const text = found !== undefined && 'value' in found ? (found.value ?? '') : '';
    if ((left -= text.length) < 0)
      throw problem('TOO_LARGE', 'holds more text than a header may', { line: number });
    return text;
  });
}
