// The schema of the staging database: a register of deliveries and a table for each that is in use. Several gateways
// share it; whoever loads holds an advisory lock.
import pg from 'pg';

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
    state text NOT NULL,
    reason text,
    table_name text,
    retired_at timestamptz
  );
  ALTER TABLE staging.delivery
    DROP CONSTRAINT IF EXISTS delivery_state_check,
    ADD COLUMN IF NOT EXISTS findings jsonb,
    ADD COLUMN IF NOT EXISTS accepted_by text,
    ADD COLUMN IF NOT EXISTS keys jsonb NOT NULL DEFAULT '{"masked": 0, "spoilt": 0, "unusable": {}, "leftOut": {"dropped": 0, "keyless": 0}}',
    ADD COLUMN IF NOT EXISTS whole boolean NOT NULL DEFAULT false;
  CREATE UNIQUE INDEX IF NOT EXISTS delivery_one_active
    ON staging.delivery (source, record, shape) WHERE state = 'active';
  CREATE INDEX IF NOT EXISTS delivery_by_kind ON staging.delivery (source, record, shape, state)`;

/** Creates schema and register, or brings those of an earlier version up to date. Two gateways may do so at once. */
export async function prepareStaging(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('staging.delivery', 0))`);
    const known = await client.query(
      `SELECT 1 FROM information_schema.columns
       WHERE table_schema = 'staging' AND table_name = 'delivery' AND column_name = 'whole'`,
    );
    if (known.rowCount === 0) await client.query(DEFINITIONS);
  });
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
