// Rows of a sheet, streamed: cells at their columns, whatever the sheet leaves out. Knows nothing of headers.
import { problem } from '../delivery-problem.ts';
import type { Cell } from './cell.ts';
import { unescapeText } from './escaped-text.ts';
import { type Attributes, openXml } from './xml-reader.ts';

export interface SheetRow {
  /** As the sheet numbers it, from 1. */
  readonly number: number;
  /** By column, from 0; holes are empty cells. */
  readonly cells: readonly (Cell | undefined)[];
}

const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 16_384;
/** Characters of all cells of one row, shared texts not counted. */
const LONGEST_ROW = 1_000_000;

/** Yields rows with at least one cell. `merged` hears the last row of every merged range, after the rows. */
export async function* readSheetRows(
  bytes: AsyncIterable<Buffer>,
  merged: (lastRow: number) => void,
): AsyncGenerator<SheetRow> {
  let rows: SheetRow[] = [];
  let number = 0;
  let cells: (Cell | undefined)[] = [];
  let column = -1;
  let start: Attributes = {};
  let text = '';
  let begun = 0;
  let length = 0;
  let formula = false;
  let inCell = false;
  let inText = false;
  let inHint = false;
  const reader = openXml({
    open: (name, attributes) => {
      switch (name) {
        case 'row': {
          const next = attributes['r'] === undefined ? number + 1 : Number(attributes['r']);
          if (!(next > number) || next > MOST_ROWS)
            throw problem('UNREADABLE', 'numbers its rows out of order', { line: number });
          number = next;
          cells = [];
          column = -1;
          length = 0;
          break;
        }
        case 'c':
          column = attributes['r'] === undefined ? column + 1 : columnOf(attributes['r']);
          if (!(column < MOST_COLUMNS) || cells[column] !== undefined)
            throw problem('UNREADABLE', 'has a cell that no sheet can have', { line: number });
          start = attributes;
          text = '';
          formula = false;
          inCell = true;
          break;
        case 'f':
          formula = true;
          break;
        case 'rPh':
          inHint = true;
          break;
        case 'v':
        case 't':
          inText = inCell && !inHint;
          begun = text.length;
          break;
        case 'mergeCell':
          merged(Number(/([0-9]+)$/.exec(attributes['ref'] ?? '')?.[1] ?? 0));
          break;
      }
    },
    text: (found) => {
      if (!inText) return;
      text += found;
      if ((length += found.length) > LONGEST_ROW)
        throw problem('TOO_LARGE', 'holds more text than a row may', { line: number });
    },
    close: (name) => {
      switch (name) {
        case 'v':
        case 't':
          // Runs of a rich text are texts of their own.
          if (inText) text = text.slice(0, begun) + unescapeText(text.slice(begun));
          inText = false;
          break;
        case 'rPh':
          inHint = false;
          break;
        case 'c': {
          inCell = false;
          const type = start['t'] ?? 'n';
          // A cell that only has a border.
          if (text === '' && !formula && type !== 's' && type !== 'e') break;
          cells[column] = { type, style: Number(start['s'] ?? 0), text, formula };
          break;
        }
        case 'row':
          if (cells.length > 0) rows.push({ number, cells });
          break;
      }
    },
  });
  for await (const chunk of bytes) {
    reader.write(chunk);
    if (rows.length === 0) continue;
    yield* rows;
    rows = [];
  }
  reader.end();
}

/** `BC12` → 54. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference) {
    const place = letter.charCodeAt(0) - 64;
    if (place < 1 || place > 26) break;
    column = column * 26 + place;
  }
  return column === 0 ? Number.NaN : column - 1;
}
