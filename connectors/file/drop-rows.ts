// Rows of a list that are no records (hints below the header, notes at its end, sums): left out as the manifest says, and
// counted.
import type { DeliveryOptions } from './manifest-part.ts';

/** Rows that were left out, by why. */
export interface LeftOut {
  /** No records, by `drop`. */
  dropped: number;
  /** Without any key, by `keyless: skip`. */
  keyless: number;
}

export const nothingLeftOut = (): LeftOut => ({ dropped: 0, keyless: 0 });

/** How the rules see a row. */
export interface RowView {
  /** The first cell that is not blank. */
  readonly first: string;
  readonly cell: (column: string) => string;
}

export interface RowDropper<T> {
  /** Takes a row below the header; gives those that are records and are known to be so by now. */
  push(row: T): readonly T[];
}

export type DropRules = DeliveryOptions['drop'];

export function openRowDropper<T>(
  rules: DropRules = [],
  view: (row: T) => RowView,
  leftOut: LeftOut = nothingLeftOut(),
): RowDropper<T> {
  const first = Math.max(0, ...rules.map((rule) => ('first' in rule ? rule.first : 0)));
  const last = Math.max(0, ...rules.map((rule) => ('last' in rule ? rule.last : 0)));
  const starts = rules.flatMap((rule) => ('starts' in rule ? rule.starts : []));
  const cells = rules.flatMap((rule) => ('column' in rule ? [rule] : []));
  const held: T[] = [];
  let seen = 0;

  const isNoRecord = (row: T): boolean => {
    if (seen <= first) return true;
    if (starts.length === 0 && cells.length === 0) return false;
    const { first: text, cell } = view(row);
    if (starts.some((word) => text.startsWith(word))) return true;
    return cells.some(({ column, is }) => is.includes(cell(column).trim()));
  };

  return {
    push: (row) => {
      seen += 1;
      if (isNoRecord(row)) {
        leftOut.dropped += 1;
        return [];
      }
      if (last === 0) return [row];
      held.push(row);
      // Whether a row is among the last shows when as many have come after it; those left at the end are never given.
      leftOut.dropped += 1;
      if (held.length <= last) return [];
      leftOut.dropped -= 1;
      return [held.shift()!];
    },
  };
}

/** The first text that is not blank. */
export function firstOf(cells: Iterable<string | null | undefined>): string {
  for (const cell of cells) {
    const text = cell?.trim() ?? '';
    if (text !== '') return text;
  }
  return '';
}
