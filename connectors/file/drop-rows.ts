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

/** A row, and whether it is to be left out: by its place or beginning, which may be a mistake, or by a cell that says so. */
export interface Kept<T> {
  readonly row: T;
  readonly out: boolean;
}

export interface RowDropper<T> {
  /** Takes a row below the header; gives those of which it is known by now what they are. */
  push(row: T): readonly Kept<T>[];
  /** The last ones. */
  end(): readonly Kept<T>[];
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

  return {
    push: (row) => {
      seen += 1;
      if (seen <= first) return [{ row, out: true }];
      if (starts.length > 0 || cells.length > 0) {
        const { first: text, cell } = view(row);
        if (cells.some(({ column, is }) => is.includes(cell(column).trim()))) {
          leftOut.dropped += 1;
          return [];
        }
        if (starts.some((word) => text.startsWith(word))) return [{ row, out: true }];
      }
      if (last === 0) return [{ row, out: false }];
      // Whether a row is among the last shows when as many have come after it.
      held.push(row);
      return held.length <= last ? [] : [{ row: held.shift()!, out: false }];
    },
    end: () => held.map((row) => ({ row, out: true })),
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
