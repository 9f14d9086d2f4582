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

/** A way in which a column writes keys, whoever's: what stands around them, and whether they are in small letters. */
interface Way {
  readonly before: string;
  readonly after: string;
  readonly small: boolean;
}

/** Ways that are asked for always, so that a row written since in the way of others is found, too. */
const MOST_WAYS = 4;
/** Longer surroundings are another's name or number. */
const MOST_AROUND = 20;

export interface ColumnReader {
  readonly receive: (row: readonly unknown[]) => void;
  readonly finish: () => ColumnKeys;
}

/** Reads the rows of a census as they come. */
export function readColumn(writing: KeyWriting, most = MOST_ODD_KEYS): ColumnReader {
  const writings = new Map<string, string[]>();
  const masks = new Map<string, string[]>();
  const unusable = new Map<KeyFault, number>();
  const ways = new Map<string, { readonly way: Way; rows: number }>();
  let [usual, rewritten, masked, odd] = [0, 0, 0, 0];
  let type: string | undefined;

  const noteWay = (key: string, raw: string, rows: number): void => {
    const way = wayOf(key, raw);
    if (way === undefined) return;
    const name = JSON.stringify(way);
    const known = ways.get(name);
    if (known !== undefined) known.rows += rows;
    else if (ways.size < 1000) ways.set(name, { way, rows });
  };

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
      if (reading.key === undefined || reading.key === raw) continue;
      remember(writings, reading.key, raw);
      if (reading.kind === 'key') noteWay(reading.key, raw, rows);
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
      const usualWays = [...ways.values()]
        .sort((one, other) => other.rows - one.rows)
        .slice(0, MOST_WAYS)
        .map(({ way }) => way);
      return {
        usual,
        rewritten,
        masked,
        unusable,
        overflowing: odd > most,
        type,
        writingsOf: (comparable) => [
          ...new Set([
            ...writingsIn(comparable, writings, masks, index),
            ...comparable.flatMap((key) => usualWays.map((way) => write(key, way))),
          ]),
        ],
      };
    },
  };
}

/** Undefined: the key does not stand in its writing as it is. */
function wayOf(key: string, raw: string): Way | undefined {
  for (const small of [false, true]) {
    const written = small ? key.toLowerCase() : key;
    const at = raw.indexOf(written);
    if (at === -1) continue;
    const way = { before: raw.slice(0, at), after: raw.slice(at + written.length), small };
    return /[0-9]/.test(way.before + way.after) || way.before.length + way.after.length > MOST_AROUND
      ? undefined
      : way;
  }
  return undefined;
}

const write = (key: string, { before, after, small }: Way): string =>
  `${before}${small ? key.toLowerCase() : key}${after}`;

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
