// What every reader of a format yields, and how a header is held against the columns a manifest names.
import { type DeliveryFault, problem } from './delivery-problem.ts';
import type { DropRules, LeftOut } from './drop-rows.ts';

/** A row of a delivery: the values of the wanted columns, in their order, and the line it begins on, from 1. */
export interface DeliveredRow {
  readonly line: number;
  readonly values: readonly (string | null)[];
  /** It is no record, unless it holds a key: then leaving it out could acquit somebody. */
  readonly out?: boolean;
}

/** Told of a row that cannot be taken. The row is left out, and reading goes on. */
export type Complain = (fault: DeliveryFault, reason: string, line: number, column?: string) => void;

/** What is to be read of a delivery. */
export interface Wanted {
  readonly columns: readonly string[];
  /** The whole header, where the manifest fixes it. */
  readonly layout?: readonly string[] | undefined;
  /** Columns a delivery cannot do without; all of them, unless rows may leave members out. */
  readonly required?: readonly string[];
  /** Rows that are no records. */
  readonly drop?: DropRules;
  /** Counts what is left out. */
  readonly leftOut?: LeftOut;
}

/** Where the wanted columns stand. @throws DeliveryProblem */
export function findColumns(
  header: readonly string[],
  { columns, layout, drop = [] }: Wanted,
  line: number,
): readonly number[] {
  const names = header.map((name) => name.trim());
  while (names.at(-1) === '') names.pop();
  const seen = new Set<string>();
  for (const name of names) {
    if (name !== '' && seen.has(name)) {
      throw problem('DUPLICATE_HEADER', 'appears twice', { line, column: name });
    }
    seen.add(name);
  }
  const dropped = drop.flatMap((rule) => ('column' in rule ? [rule.column] : []));
  for (const column of [...columns, ...dropped, ...(layout ?? [])]) {
    if (!seen.has(column)) throw problem('MISSING_COLUMN', 'is missing', { line, column });
  }
  if (layout !== undefined && layout.join('\n') !== names.join('\n')) {
    throw problem('REORDERED', 'the columns are not those of the manifest, in its order', { line });
  }
  return columns.map((column) => names.indexOf(column));
}
