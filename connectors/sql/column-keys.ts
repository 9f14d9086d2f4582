// What a census has found in one key column: the writings in which it holds keys otherwise than they are asked for, its
// masks, and how many rows are nobody's. Bounded; odd keys beyond that are said to be unseen.
import type { KeyFault } from '../key-faults.ts';
import { type KeyWriting, comparableKey, readKeys } from '../key-forms.ts';
import { type MaskIndex, indexMasks } from '../mask-index.ts';

/** Different odd keys of a column that are held in memory. */
export const MOST_ODD_KEYS = 200_000;

export interface ColumnKeys {
  /** Rows whose key is written as it is asked for. */
  readonly usual: number;
  /** Rows whose key is somebody's in another writing. */
  readonly rewritten: number;
  readonly masked: number;
  readonly unusable: ReadonlyMap<KeyFault, number>;
  /** There are more odd keys than are held. */
  readonly overflowing: boolean;
  /** The name of the column's type, where the database says it. */
  readonly type: string | undefined;
  /** The texts under which the column holds whoever has one of these comparable keys, other than as it is asked for. */
  writingsOf(comparable: readonly string[]): readonly string[];
}

export interface ColumnReader {
  readonly receive: (row: readonly unknown[]) => void;
  readonly finish: () => ColumnKeys;
}

/** Reads the rows of a census as they come. */
export function readColumn(writing: KeyWriting, most = MOST_ODD_KEYS): ColumnReader {
  const writings = new Map<string, string[]>();
  const masks = new Map<string, string[]>();
  const unusable = new Map<KeyFault, number>();
  let [usual, rewritten, masked, odd] = [0, 0, 0, 0];
  let type: string | undefined;

  const receiveOdd = (raw: string, rows: number): void => {
    odd += 1;
    if (odd > most) return;
    const faults: KeyFault[] = [];
    let covered = false;
    for (const reading of readKeys(raw, writing)) {
      if (reading.kind === 'masked') {
        covered = true;
        remember(masks, reading.key, raw);
        continue;
      }
      if (reading.kind === 'unusable') faults.push(reading.fault);
      // What has a wrong check place may be asked for just so.
      if (reading.key !== undefined && reading.key !== raw) remember(writings, reading.key, raw);
    }
    const [fault] = faults;
    if (fault !== undefined) unusable.set(fault, (unusable.get(fault) ?? 0) + rows);
    else if (covered) masked += rows;
    else rewritten += rows;
  };

  return {
    receive: ([tag, text, count]) => {
      if (tag === 'type') type = String(text);
      else if (tag === 'usual') usual += Number(count);
      else receiveOdd(typeof text === 'string' ? text : '', Number(count));
    },
    finish: () => {
      const index = indexMasks(masks.keys());
      return {
        usual,
        rewritten,
        masked,
        unusable,
        overflowing: odd > most,
        type,
        writingsOf: (comparable) => writingsIn(comparable, writings, masks, index),
      };
    },
  };
}

function remember(where: Map<string, string[]>, key: string, raw: string): void {
  const known = where.get(key);
  if (known === undefined) where.set(key, [raw]);
  else known.push(raw);
}

function writingsIn(
  comparable: readonly string[],
  writings: ReadonlyMap<string, readonly string[]>,
  masks: ReadonlyMap<string, readonly string[]>,
  index: MaskIndex,
): readonly string[] {
  const found = comparable.flatMap((key) => writings.get(key) ?? []);
  for (const mask of index.matching(comparable)) found.push(...masks.get(mask)!);
  return found;
}

/** Keys as asked for, in the form in which they are compared. */
export const comparableOf = (keys: readonly string[]): readonly string[] => [
  ...new Set(keys.map((key) => comparableKey(key) ?? key)),
];
