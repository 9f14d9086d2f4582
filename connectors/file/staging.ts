// The register of deliveries in the staging database: which table holds the active one of each record type, what was
// put aside and why. Several gateways share it; whoever loads holds an advisory lock.
import pg from 'pg';
import type { DeliveryName } from './delivery-name.ts';

/** What was found on disk, before it is read. */
export interface FoundDelivery extends DeliveryName {
  readonly path: string;
  readonly size: number;
  /** Modification time in nanoseconds, as text: it is compared, never computed with. */
  readonly modified: string;
}

/** A delivery whose rows look-ups read. */
export interface ActiveDelivery extends DeliveryName {
  readonly id: string;
  /** Unquoted name inside the schema `staging`. */
  readonly table: string;
  readonly sha256: string;
  readonly size: number;
  readonly modified: string;
  readonly rows: number;
}

/** One record type of one source, read in one way. A changed manifest is another shape and loads anew. */
export interface StagedKind {
  readonly source: string;
  readonly record: string;
  /** Hash of what decides a staging table's columns. */
  readonly shape: string;
}

export const STAGING_SCHEMA = 'staging';

const DEFINITIONS = `
  CREATE SCHEMA IF NOT EXISTS staging;
  CREATE TABLE IF NOT EXISTS staging.delivery (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    record text NOT NULL,
    shape text NOT NULL,
    file text NOT NULL,
    delivered date NOT NULL,
    sequence integer NOT NULL,
    size bigint NOT NULL,
    modified text NOT NULL,
    sha256 text,
    rows bigint,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL CHECK (state IN ('loading', 'active', 'retired', 'quarantined')),
    reason text,
    table_name text,
    retired_at timestamptz
  );
  CREATE UNIQUE INDEX IF NOT EXISTS delivery_one_active
    ON staging.delivery (source, record, shape) WHERE state = 'active';
  CREATE INDEX IF NOT EXISTS delivery_by_kind ON staging.delivery (source, record, shape, state)`;

/** Creates schema and register. Two gateways may do so at the same moment. */
export async function prepareStaging(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('staging.delivery', 0))`);
    await client.query(DEFINITIONS);
  });
}

const COLUMNS = `id::text, file, to_char(delivered, 'YYYY-MM-DD') AS delivered, sequence, size::float8 AS size,
  modified, sha256, rows::float8 AS rows, table_name AS "table"`;

export async function readActive(
  client: pg.Pool | pg.PoolClient,
  kind: StagedKind,
): Promise<ActiveDelivery | undefined> {
  const found = await client.query<ActiveDelivery>(
    `SELECT ${COLUMNS} FROM staging.delivery
     WHERE source = $1 AND record = $2 AND shape = $3 AND state = 'active'`,
    [kind.source, kind.record, kind.shape],
  );
  return found.rows[0];
}

/** Why this very file was put aside before, if it was. */
export async function readQuarantine(
  client: pg.Pool,
  kind: StagedKind,
  found: FoundDelivery,
): Promise<string | undefined> {
  const rows = await client.query<{ reason: string }>(
    `SELECT reason FROM staging.delivery WHERE source = $1 AND record = $2 AND shape = $3
       AND state = 'quarantined' AND file = $4 AND size = $5 AND modified = $6`,
    [kind.source, kind.record, kind.shape, found.file, found.size, found.modified],
  );
  return rows.rows[0]?.reason;
}

export async function quarantine(
  pool: pg.Pool,
  kind: StagedKind,
  found: FoundDelivery,
  reason: string,
): Promise<void> {
  await pool.query(
    `INSERT INTO staging.delivery
       (source, record, shape, file, delivered, sequence, size, modified, state, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'quarantined', $9)`,
    [...identity(kind, found), reason],
  );
}

export function identity(kind: StagedKind, found: FoundDelivery): (string | number)[] {
  const { file, delivered, sequence, size, modified } = found;
  return [kind.source, kind.record, kind.shape, file, delivered, sequence, size, modified];
}

/** Remembers that the active delivery lies on disk in another copy now, so that it is not read again. */
export async function touchActive(
  pool: pg.Pool,
  active: ActiveDelivery,
  found: FoundDelivery,
): Promise<void> {
  await pool.query(`UPDATE staging.delivery SET file = $2, size = $3, modified = $4 WHERE id = $1`, [
    active.id,
    found.file,
    found.size,
    found.modified,
  ]);
}

/**
 * Drops tables of retired deliveries after `grace` milliseconds. One that a query still reads is left for the next
 * time rather than waited for: waiting for it would hold up every new query behind us.
 */
export async function dropRetired(pool: pg.Pool, source: string, grace: number): Promise<void> {
  const retired = await pool.query<{ id: string; table: string }>(
    `SELECT id::text, table_name AS "table" FROM staging.delivery WHERE source = $1 AND state = 'retired'
       AND table_name IS NOT NULL AND retired_at < now() - $2 * interval '1 millisecond'`,
    [source, grace],
  );
  for (const { id, table } of retired.rows) {
    await inTransaction(pool, async (client) => {
      await client.query(`SET LOCAL lock_timeout = '200ms'`);
      await client.query(`DROP TABLE IF EXISTS staging.${pg.escapeIdentifier(table)}`);
      await client.query(`UPDATE staging.delivery SET table_name = NULL WHERE id = $1`, [id]);
    }).catch((error: unknown) => {
      const LOCK_NOT_AVAILABLE = '55P03';
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
    });
  }
}

export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    broken = false;
    return result;
  } catch (error) {
    broken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}
