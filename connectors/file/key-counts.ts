// How many rows of a staged delivery have a key that is masked, or is nobody's: counted where the rows are, so that it
// holds after changes were applied, too.
import pg from 'pg';
import type { KeyFault, KeyFaultCounts } from '../key-faults.ts';
import type { FileRecord } from '../manifest.ts';
import type { LeftOut } from './drop-rows.ts';
import { FAULT_COLUMN, stagedNames } from './staged-columns.ts';

export interface KeyCounts {
  readonly masked: number;
  /** Rows whose key is nobody's: all of `unusable` together. */
  readonly spoilt: number;
  readonly unusable: KeyFaultCounts;
  /** Rows that were not taken: no records, or without any key. */
  readonly leftOut: LeftOut;
}

type Client = pg.Pool | pg.PoolClient;

export async function countKeys(
  client: Client,
  record: FileRecord,
  table: string,
): Promise<Omit<KeyCounts, 'leftOut'>> {
  const from = `staging.${pg.escapeIdentifier(table)}`;
  const fault = pg.escapeIdentifier(FAULT_COLUMN);
  const faults = await client.query<{ fault: KeyFault; rows: number }>(
    `SELECT ${fault} AS fault, count(*)::float8 AS rows FROM ${from} WHERE ${fault} IS NOT NULL GROUP BY 1`,
  );
  const masks = await client.query<{ rows: number }>(
    `SELECT count(*)::float8 AS rows FROM ${from} WHERE ${stagedNames(record).keys.map(isMasked).join(' OR ')}`,
  );
  const spoilt = faults.rows.reduce((sum, { rows }) => sum + rows, 0);
  const unusable = Object.fromEntries(faults.rows.map(({ fault: kind, rows }) => [kind, rows]));
  return { masked: masks.rows[0]?.rows ?? 0, spoilt, unusable };
}

/** More masks than this are not held in memory; whoever they could be cannot be told. */
export const MOST_MASKS = 200_000;

/** Key column → its different masks. */
export async function readMasks(
  client: Client,
  record: FileRecord,
  table: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const name of stagedNames(record).keys) {
    const key = pg.escapeIdentifier(name);
    const { rows } = await client.query<{ key: string }>(
      `SELECT DISTINCT ${key} AS key FROM staging.${pg.escapeIdentifier(table)} WHERE ${isMasked(name)}
       LIMIT ${MOST_MASKS + 1}`,
    );
    found.set(
      name,
      rows.map(({ key: mask }) => mask),
    );
  }
  return found;
}

/** As `isMask` of masked-key.ts has it. */
function isMasked(name: string): string {
  const key = pg.escapeIdentifier(name);
  return `(${key} LIKE '%*%' OR ${key} LIKE '%…%')`;
}
