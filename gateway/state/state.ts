// The gateway's own durable state in PostgreSQL: what replicas share. The tables are brought up to date before the
// first statement, so that a database that is down at the start is only waited for when it is needed.
import pg from 'pg';
import { migrations } from './migrations.ts';

/** Runs a statement; `values` are parameters, never text. */
export type Query = <Row extends pg.QueryResultRow>(
  text: string,
  values?: readonly unknown[],
) => Promise<readonly Row[]>;

export interface GatewayState {
  readonly query: Query;
  /** All of `work` or nothing. Rejects with what `work` threw, or with the driver's error. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** Resolves when the tables are up to date, or cannot be for now. */
  prepared(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds after which a statement is given up. */
const deadlineMilliseconds = 2000;

const ignore = (): void => undefined;

/** Statements that may run at once, and connections opened ahead for them. */
const most = 8;
const ahead = 4;

/** `open`, which nobody needs to call, makes the first question find tables and connections. */
export function openState(databaseUrl: string): GatewayState & { open(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: most,
    min: ahead,
    connectionTimeoutMillis: deadlineMilliseconds,
    query_timeout: deadlineMilliseconds,
    application_name: 'credit-gateway state',
  });
  // An idle connection that breaks is replaced at the next use.
  pool.on('error', ignore);
  let ready: Promise<void> | undefined;
  const prepared = async (): Promise<void> => {
    ready ??= migrate(pool).catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    await ready;
  };
  const on = (client: pg.Pool | pg.PoolClient): Query => {
    return async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
      const { rows } = await client.query<Row>({ name: nameOf(text), text, values: [...values] });
      return rows;
    };
  };
  const direct = on(pool);
  return {
    open: async () => {
      await prepared();
      const opened = await Promise.allSettled(Array.from({ length: ahead }, () => pool.connect()));
      for (const one of opened) if (one.status === 'fulfilled') one.value.release();
    },
    query: async (text, values) => {
      await prepared();
      return direct(text, values);
    },
    transaction: async (work) => {
      await prepared();
      const client = await pool.connect();
      // A connection that breaks while it is lent speaks of it to whoever holds it: the statement that fails says it too.
      client.on('error', ignore);
      try {
        await client.query('begin');
        const result = await work(on(client));
        await client.query('commit');
        client.release();
        return result;
      } catch (error) {
        // What is left half done goes with the connection, if it cannot be taken back.
        const undone = await client.query('rollback').then(
          () => true,
          () => false,
        );
        client.release(!undone);
        throw error;
      } finally {
        client.off('error', ignore);
      }
    },
    prepared: () => prepared().catch(ignore),
    close: () => pool.end(),
  };
}

const names = new Map<string, string>();
const mostNames = 500;

/** Statements are prepared under a name of their own; there are few, for values are never part of the text. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= mostNames) return undefined;
  const name = `gateway-${names.size}`;
  names.set(text, name);
  return name;
}

async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  client.on('error', ignore);
  try {
    await client.query('begin');
    // Replicas that start together take turns.
    await client.query("select pg_advisory_xact_lock(hashtextextended('gateway.migration', 0))");
    await client.query(
      'create schema if not exists gateway; create table if not exists gateway.migration (id int primary key, name text not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ id: number }>('select id from gateway.migration');
    const applied = new Set(rows.map(({ id }) => id));
    for (const { id, name, sql } of migrations) {
      if (applied.has(id)) continue;
      await client.query(sql);
      await client.query('insert into gateway.migration (id, name) values ($1, $2)', [id, name]);
    }
    await client.query('commit');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  } finally {
    client.off('error', ignore);
  }
}
