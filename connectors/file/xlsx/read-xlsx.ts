// Rows of an XLSX delivery: one sheet, the wanted columns by header, streamed from the container.
import { type Complain, type DeliveredRow, type Wanted, findColumns } from '../delivered-row.ts';
import { problem } from '../delivery-problem.ts';
import { type Kept, type RowView, firstOf, openRowDropper } from '../drop-rows.ts';
import { joinHeader } from '../header-rows.ts';
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
  /** Rows of the header; 0: none. */
  readonly header: number;
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
  let names: readonly string[] = [];
  let headerRow = skip;
  const above: (readonly string[])[] = [];
  // Of a small sheet they are heard before the header has been seen.
  const mergedTo: number[] = [];
  const merged = (lastRow: number): void => {
    if (lastRow <= headerRow) return;
    if (mergedTo.length < MOST_MERGED) mergedTo.push(lastRow);
    else mergedTo[0] = Math.max(mergedTo[0]!, lastRow);
  };
  const view = (row: SheetRow): RowView => {
    const texts = textsOf(row, context);
    return {
      first: firstOf(texts),
      cell: (column) => texts[names.findIndex((name) => name.trim() === column)] ?? '',
    };
  };
  const dropper = openRowDropper(wanted.drop, view, wanted.leftOut);
  const read = (row: SheetRow): readonly DeliveredRow[] => {
    if (places === undefined) {
      if (header > 0) above.push(textsOf(row, context));
      if (above.length < header) return [];
      names = header === 0 ? (wanted.layout ?? []) : header === 1 ? above[0]! : joinHeader(above);
      places = findColumns(names, wanted, row.number);
      if (header > 0) {
        headerRow = row.number;
        return [];
      }
    }
    return dropper.push(row).flatMap((kept) => deliver(kept));
  };
  const isBlank = (cell: SheetRow['cells'][number]): boolean => {
    if (cell === undefined) return true;
    const found = readCell(cell, context);
    return 'value' in found && (found.value ?? '').trim() === '';
  };
  const deliver = ({ row, out }: Kept<SheetRow>): readonly DeliveredRow[] => {
    const { cells, number } = row;
    const textAt = (place: number): string | null => {
      const cell = cells[place];
      if (cell === undefined) return null;
      const found = readCell(cell, context);
      // Sums are formulas, which nobody minds in a note; a key is one all the same.
      return 'value' in found ? found.value : cell.text;
    };
    if (out) return [{ line: number, values: (places ?? []).map(textAt), out }];
    const unnamed = cells.findIndex((cell, place) => (names[place] ?? '').trim() === '' && !isBlank(cell));
    if (unnamed !== -1) {
      const beyond = unnamed > names.findLastIndex((name) => name.trim() !== '');
      complain(
        'SHORT_ROW',
        beyond ? 'longer than the header' : 'has a value in a column without a name',
        number,
      );
      return [];
    }
    const values = (places ?? []).map((place, at) => {
      const cell = cells[place];
      if (cell === undefined) return null;
      const found = readCell(cell, context);
      if ('value' in found) return found.value;
      complain(found.fault, found.reason, number, wanted.columns[at]);
      return null;
    });
    return [{ line: number, values }];
  };
  let held: SheetRow | undefined;
  for await (const row of readSheetRows(bytes, merged)) {
    if (row.number <= skip || row.cells.every(isBlank)) continue;
    const ready = trailer === undefined ? row : held;
    if (trailer !== undefined) held = row;
    if (ready !== undefined) yield* read(ready);
  }
  for (const lastRow of mergedTo)
    if (lastRow > headerRow) complain('UNREADABLE', 'merged cells below the header', lastRow);
  if (trailer !== undefined) {
    const said = held === undefined ? undefined : readTrailer(trailer, textsOf(held, context).join(','));
    if (said === undefined) throw problem('TRUNCATED', 'does not end with its trailer row');
    onTrailer(said);
  }
  if (places !== undefined) for (const kept of dropper.end()) yield* deliver(kept);
  if (places === undefined && header > 0) throw problem('EMPTY', 'no header');
}

const LONGEST_HEADER = 100_000;
/** Ranges that are told one by one; of more, the lowest in the sheet counts. */
const MOST_MERGED = 1000;

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
