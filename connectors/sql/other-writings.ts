// Adds to the keys of a look-up the writings in which its column really holds them, so that the column's index finds
// what no index would find by the canonical form. How the rows are read is the same whatever they were asked by.
import { comparableKey } from '../key-forms.ts';
import type { CrosswalkLookup } from '../lookup.ts';
import type { SqlRecord } from '../manifest.ts';
import { hasMask } from '../masked-key.ts';
import type { Lookup } from '../transport.ts';
import { type ColumnKeys, comparableOf } from './column-keys.ts';

/** What is known of the columns of a record type. */
export interface KnownColumns {
  readonly own: ReadonlyMap<string, ColumnKeys>;
  /** By the column of the crosswalk's table with our identifier. */
  readonly crosswalks: ReadonlyMap<string, ColumnKeys>;
}

/** Writings that one look-up may add; with more, masks stand for nearly everybody. */
const MOST_ADDED = 5000;

export interface Widened {
  readonly lookup: Lookup<SqlRecord>;
  /** Not every writing could be asked for. */
  readonly cutShort: boolean;
}

export function widen(lookup: Lookup<SqlRecord>, known: KnownColumns | undefined): Widened {
  if (known === undefined) return { lookup, cutShort: false };
  const { keys, controlKeys, keyColumn, crosswalk } = lookup;
  const column =
    crosswalk === undefined ? known.own.get(keyColumn) : known.crosswalks.get(crosswalkName(crosswalk));
  if (column === undefined) return { lookup, cutShort: false };
  const [more, moreControls] = [keys, controlKeys].map((some) => column.writingsOf(comparableOf(some)));
  const cutShort = more!.length > MOST_ADDED;
  return {
    lookup: {
      ...lookup,
      keys: fitting(column, merge(keys, more!.slice(0, MOST_ADDED))),
      controlKeys: fitting(column, merge(controlKeys, moreControls!.slice(0, MOST_ADDED))),
      ...(crosswalk === undefined
        ? {}
        : {
            crosswalk: {
              ...crosswalk,
              except: exceptOf(crosswalk, known),
              rewritten: sameAs([...more!.slice(0, MOST_ADDED), ...moreControls!.slice(0, MOST_ADDED)]),
            },
          }),
    },
    cutShort,
  };
}

export const crosswalkName = ({
  table,
  from,
}: {
  readonly table: readonly string[];
  readonly from: string;
}): string => [...table, from].join('.');

/** Rows that another look-up of the request finds, in whatever writing. */
function exceptOf({ column, except }: CrosswalkLookup, { own }: KnownColumns): readonly string[] {
  const known = own.get(column);
  if (known === undefined || except.length === 0) return except;
  return fitting(known, merge(except, known.writingsOf(comparableOf(except)).slice(0, MOST_ADDED)));
}

/** Masks are the same as nothing else. */
function sameAs(writings: readonly string[]): ReadonlyMap<string, string> {
  const same = new Map<string, string>();
  for (const raw of writings) {
    const key = comparableKey(raw);
    if (key !== undefined && !hasMask(key)) same.set(raw, key);
  }
  return same;
}

function merge(keys: readonly string[], more: readonly string[]): readonly string[] {
  return more.length === 0 ? keys : [...new Set([...keys, ...more])];
}

/** Largest number of places that any value of a type can have, less one. */
const DIGITS: Readonly<Record<string, number>> = {
  smallint: 4,
  integer: 9,
  bigint: 18,
  numeric: 18,
  real: 18,
  'double precision': 18,
};

/** A column of numbers is asked for numbers: PostgreSQL refuses the whole statement otherwise. */
function fitting({ type }: ColumnKeys, keys: readonly string[]): readonly string[] {
  const digits = type === undefined ? undefined : DIGITS[type];
  if (digits === undefined) return keys;
  return keys.filter((key) => key.length <= digits && /^[0-9]+$/.test(key));
}
