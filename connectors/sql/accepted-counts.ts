// Remembers how many usable keys each record type had when it was last taken for whole, so that a table halved
// overnight is noticed after a restart, too. Kept in the staging database where there is one, else in memory.
import pg from 'pg';
import { inTransaction } from '../file/staging.ts';

export interface AcceptedCount {
  readonly rows: number;
  readonly at: Date;
}

export interface AcceptedCounts {
  read(record: string): Promise<AcceptedCount | undefined>;
  /** `by`: the person who said that nothing is missing. */
  write(record: string, count: AcceptedCount, by?: string): Promise<void>;
  close(): Promise<void>;
}

export function rememberInMemory(): AcceptedCounts {
  const counts = new Map<string, AcceptedCount>();
  return {
    read: (record) => Promise.resolve(counts.get(record)),
    write: (record, count) => Promise.resolve(void counts.set(record, count)),
    close: () => Promise.resolve(),
  };
}

const DEFINITION = `
  CREATE SCHEMA IF NOT EXISTS staging;
  CREATE TABLE IF NOT EXISTS staging.key_census (
    source text NOT NULL,
    record text NOT NULL,
    rows bigint NOT NULL,
    counted_at timestamptz NOT NULL,
    accepted_by text,
    PRIMARY KEY (source, record)
  )`;

/** Connections are opened for a census and not kept. What cannot be read or written now is remembered in memory. */
export function rememberInStaging(source: string, address: string): AcceptedCounts {
  const pool = new pg.Pool({
    connectionString: address,
    max: 1,
    connectionTimeoutMillis: 2000,
    idleTimeoutMillis: 1000,
    query_timeout: 5000,
    application_name: `credit-gateway ${source} counts`,
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const inMemory = rememberInMemory();
  let prepared = false;

  const ask = async (text: string, values: readonly unknown[]): Promise<readonly unknown[] | undefined> => {
    try {
      if (!prepared) await prepare(pool);
      prepared = true;
      return (await pool.query<Record<string, unknown>>(text, [...values])).rows;
    } catch {
      return undefined;
    }
  };

  return {
    read: async (record) => {
      const rows = await ask(
        `SELECT rows::float8 AS rows, counted_at AS at FROM staging.key_census WHERE source = $1 AND record = $2`,
        [source, record],
      );
      return rows === undefined ? inMemory.read(record) : (rows[0] as AcceptedCount | undefined);
    },
    write: async (record, count, by) => {
      await inMemory.write(record, count);
      await ask(
        `INSERT INTO staging.key_census AS known VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (source, record) DO UPDATE SET rows = excluded.rows, counted_at = excluded.counted_at,
           accepted_by = coalesce(excluded.accepted_by, known.accepted_by)`,
        [source, record, count.rows, count.at, by ?? null],
      );
    },
    close: () => pool.end(),
  };
}

/** Two gateways may do so at once; whoever makes the schema of deliveries holds the same lock. */
async function prepare(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('staging.delivery', 0))`);
    const known = await client.query(`SELECT to_regclass('staging.key_census') AS known`);
    if ((known.rows[0] as { known: string | null }).known === null) await client.query(DEFINITION);
  });
}
