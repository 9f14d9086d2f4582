// One cell of a sheet as text: shared and inline texts, numbers as they would be typed, dates as dates. What a sheet
// cannot say exactly is complained of rather than passed on.
import type { DeliveryFault } from '../delivery-problem.ts';
import { readSerial } from '../../transforms/serial-day.ts';
import type { SharedStrings } from './shared-strings.ts';

/** A cell as the sheet writes it. */
export interface Cell {
  /** `n`, `s`, `inlineStr`, `str`, `b`, `e` or `d`. */
  readonly type: string;
  readonly style: number;
  readonly text: string;
  readonly formula: boolean;
}

export interface CellContext {
  readonly strings: SharedStrings;
  readonly dateStyles: readonly boolean[];
  readonly from1904: boolean;
}

export type CellValue =
  { readonly value: string | null } | { readonly fault: DeliveryFault; readonly reason: string };

const NOTHING: CellValue = { value: null };
const FORMULA: CellValue = { fault: 'FORMULA', reason: 'is a formula; write its value' };
const ERROR: CellValue = { fault: 'UNREADABLE', reason: 'holds an error such as #REF!' };
const NO_TEXT: CellValue = { fault: 'UNREADABLE', reason: 'refers to a text that is not there' };
const NO_NUMBER: CellValue = { fault: 'UNREADABLE', reason: 'is not a number' };
const ROUNDED: CellValue = {
  fault: 'SPOILT',
  reason: 'is a number with more digits than a sheet keeps; write text',
};
const UNKNOWN: CellValue = { fault: 'UNREADABLE', reason: 'is of an unknown kind' };

/** Sheets keep fifteen significant digits; what is larger has lost its end. */
const EXACT = 1e15;

export function readCell(cell: Cell, { strings, dateStyles, from1904 }: CellContext): CellValue {
  if (cell.formula) return FORMULA;
  switch (cell.type) {
    case 's': {
      const text = cell.text === '' ? undefined : strings.get(Number(cell.text));
      return text === undefined ? NO_TEXT : { value: text };
    }
    case 'inlineStr':
    case 'str':
      return { value: cell.text };
    case 'd':
      return { value: cell.text.replace('T', ' ') };
    case 'b':
      return { value: cell.text === '1' || cell.text === 'true' ? 'true' : 'false' };
    case 'e':
      return ERROR;
    case 'n':
      return cell.text === '' ? NOTHING : readNumber(cell.text, dateStyles[cell.style] === true, from1904);
    default:
      return UNKNOWN;
  }
}

function readNumber(text: string, isDate: boolean, from1904: boolean): CellValue {
  if (!/^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]{1,3})?$/.test(text)) return NO_NUMBER;
  const number = Number(text);
  if (isDate) {
    // A number that is no day, above all 0, is left for the manifest: it may list it as a word for none.
    return { value: readSerial(number, from1904) ?? String(number) };
  }
  if (Math.abs(number) >= EXACT) return ROUNDED;
  // 1234.1 is kept as 1234.0999999999999; fifteen digits give back what was typed. Where they would take away more than
  // such noise, another program than a spreadsheet wrote all the digits it meant.
  const rounded = Number(number.toPrecision(15));
  const noise = Math.abs(number) * 2 * Number.EPSILON;
  const typed = Math.abs(number - rounded) <= noise ? rounded : number;
  const written = String(typed);
  if (!written.includes('e')) return { value: written };
  return { value: typed.toFixed(20).replace(/0+$/, '') };
}
