// Takes the census of one record type: every key column in one pass each, and what it costs to see that its table is
// not empty. Nothing of it is kept but counts, odd writings and masks.
import type { KeyFault, KeyFaultCounts } from '../key-faults.ts';
import type { SqlRecord } from '../manifest.ts';
import { type ColumnKeys, MOST_ODD_KEYS, readColumn } from './column-keys.ts';
import type { SqlDialect, SqlSession } from './dialect.ts';
import type { TextSql } from './key-check.ts';
import { keyColumnsOf, writeCensus, writeFloor, writeFloorAlone } from './key-census-statement.ts';
import { type KnownColumns, crosswalkName } from './other-writings.ts';
import type { Relation } from './statement.ts';

/** What is known of all rows of a record type. */
export interface TakenCensus extends KnownColumns {
  readonly rows: number;
  /** Rows found in another writing than they are asked for. */
  readonly rewritten: number;
  readonly masked: number;
  /** Rows whose key is nobody's. */
  readonly spoilt: number;
  readonly unusable: KeyFaultCounts;
  readonly overflowing: boolean;
  /** A scalar that says whether the table holds as many rows as it must; undefined: it costs too much to ask always. */
  readonly floor: Floor | undefined;
}

export interface Floor {
  readonly scalar: string;
  readonly rows: number;
}

/** Longest that asking for the floor may take, in milliseconds: it is asked with every look-up. */
const FLOOR_MS = 25;
/** Rows counted for it at most. */
const FLOOR_ROWS = 1000;

export interface CensusTools {
  readonly dialect: SqlDialect;
  readonly text: TextSql;
  readonly session: SqlSession;
  readonly relation: Relation;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

/** @throws SourceError */
export async function takeCensus(
  mapping: SqlRecord,
  { dialect, text, session, relation, now }: CensusTools,
  signal: AbortSignal,
): Promise<TakenCensus> {
  const own = new Map<string, ColumnKeys>();
  const crosswalks = new Map<string, ColumnKeys>();
  for (const key of keyColumnsOf(mapping)) {
    const reader = readColumn(key.writing);
    await session.run(writeCensus(dialect, text, relation, key, MOST_ODD_KEYS), reader.receive, signal);
    if (key.kind === 'own') own.set(key.column, reader.finish());
    else crosswalks.set(crosswalkName(key.crosswalk), reader.finish());
  }
  const floor = await tryFloor(mapping, { dialect, session, relation, now }, signal);
  return { ...sumUp(own, crosswalks), own, crosswalks, floor };
}

function sumUp(
  own: ReadonlyMap<string, ColumnKeys>,
  crosswalks: ReadonlyMap<string, ColumnKeys>,
): Pick<TakenCensus, 'rows' | 'rewritten' | 'masked' | 'spoilt' | 'unusable' | 'overflowing'> {
  const columns = [...own.values(), ...crosswalks.values()];
  const [first] = own.values();
  const unusable = new Map<KeyFault, number>();
  for (const column of columns)
    for (const [fault, rows] of column.unusable) unusable.set(fault, (unusable.get(fault) ?? 0) + rows);
  const spoilt = sum([...unusable.values()]);
  return {
    rows: first === undefined ? 0 : rowsOf(first),
    rewritten: sum(columns.map(({ rewritten }) => rewritten)),
    masked: sum(columns.map(({ masked }) => masked)),
    spoilt,
    unusable: Object.fromEntries(unusable),
    overflowing: columns.some(({ overflowing }) => overflowing),
  };
}

function rowsOf({ usual, rewritten, masked, unusable }: ColumnKeys): number {
  return usual + rewritten + masked + sum([...unusable.values()]);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

async function tryFloor(
  { atLeast }: SqlRecord,
  { dialect, session, relation, now }: Omit<CensusTools, 'text'>,
  signal: AbortSignal,
): Promise<Floor | undefined> {
  if (atLeast === 0) return undefined;
  const rows = Math.min(atLeast, FLOOR_ROWS);
  const scalar = writeFloor(dialect, relation, rows);
  const started = now();
  await session.run(writeFloorAlone(dialect, scalar), () => undefined, signal);
  return now() - started <= FLOOR_MS ? { scalar, rows } : undefined;
}
