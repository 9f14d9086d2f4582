// PostgreSQL: read-only sessions, prepared statements, a statement timeout, and cancellation at the server when a
// caller's time is up. A connection whose query was cut off is never used again.
import { createHash } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { SourceError } from '../source-error.ts';
import {
  type SessionOptions,
  type SqlDialect,
  type SqlSession,
  type SqlStatement,
  type Tls,
  ahead,
  attemptWithin,
  sizeOf,
} from './dialect.ts';
import { writeCondition } from './postgres-condition.ts';
import { asSourceError } from './postgres-failure.ts';
import { markedText, readMarked, valueSettings } from './postgres-values.ts';
import { withoutTlsSettings } from './tls.ts';

export const postgresDialect: SqlDialect = {
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  mark: (place) => `$${place}`,
  asText: (expression) => `${expression}::text`,
  value: markedText,
  typed: false,
  // The parameter has no declared type: PostgreSQL takes the column's, so that its index serves.
  anyOf: (column, keys, bind) => `${column} = ANY(${bind(keys)})`,
  same: (left, right) => `${left} = ${right}`,
  joined: (column) => `string_agg(DISTINCT ${column}::text, ',')`,
  exact: (column) => column,
  meets: writeCondition,
  nothing: 'NULL::text',
};

/** For the connection that cancels. */
const CANCEL_MS = 1000;
const IDLE_MS = 60_000;

/** Age at which a connection is replaced, and with it the statements prepared on it. */
const LIFE_S = 600;

/** Numbers of the types real and double precision. */
const FLOATS: ReadonlySet<number> = new Set([700, 701]);

/** Hashes of statements remembered; they can be computed again. */
const MOST_NAMES = 1000;

export function openPostgres(options: SessionOptions): SqlSession {
  const connection = {
    connectionString: withOptions(options.address, options),
    ...(options.tls === undefined ? {} : { ssl: sslOf(options.tls) }),
    connectionTimeoutMillis: CANCEL_MS,
    application_name: `credit-gateway ${options.source}`,
  };
  // A call's own deadline ends its waiting for a connection, be it a new one or one that others still use; an attempt
  // ends by itself when no call can want it any more.
  const attempt = attemptWithin(options.deadline);
  const pool = new pg.Pool({
    ...connection,
    connectionTimeoutMillis: 0,
    Client: class extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super({ ...config, connectionTimeoutMillis: attempt });
      }
    },
    max: options.concurrency,
    keepAlive: true,
    idleTimeoutMillis: IDLE_MS,
    maxLifetimeSeconds: LIFE_S,
  });
  // An idle connection that dies is replaced by the next request; without a listener it would end the process.
  pool.on('error', () => undefined);
  // While it is lent out, too: the query itself reports the loss.
  pool.on('connect', (client) => client.on('error', () => undefined));
  // One that was closed for its age or cut off is replaced ahead, too; a server that is away is not tried again.
  let least = 0;
  pool.on('remove', () => {
    if (pool.totalCount >= least) return;
    pool.connect().then(
      (client) => client.release(),
      () => undefined,
    );
  });
  const names = new Map<string, string>();

  const nameOf = (text: string): string => {
    const known = names.get(text);
    if (known !== undefined) return known;
    if (names.size >= MOST_NAMES) names.clear();
    const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    names.set(text, name);
    return name;
  };

  const run = async (
    statement: SqlStatement,
    receive: (row: readonly unknown[]) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const client = await connect(pool, signal);
    const query = new pg.Query({
      text: statement.text,
      values: statement.values as unknown as (string | string[])[],
      rowMode: 'array',
      name: nameOf(statement.text),
    } as pg.QueryConfig);
    let cut = false;
    try {
      await new Promise<void>((resolve, reject) => {
        let left = options.bytes;
        const stop = (error: unknown): void => {
          if (cut) return;
          cut = true;
          void cancelAtServer(connection, client);
          reject(asSourceError(error));
        };
        const giveUp = (): void => stop(signal.reason);
        signal.addEventListener('abort', giveUp, { once: true });
        query.on('row', (row: unknown) => {
          if (cut) return;
          try {
            const values = (row as readonly unknown[]).map(readMarked);
            left -= sizeOf(values);
            if (left < 0) throw new SourceError('SOURCE_TOO_LARGE', `more than ${options.bytes} bytes`);
            receive(values);
          } catch (error) {
            stop(error);
          }
        });
        query.on('end', () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        });
        query.on('error', (error: unknown) => {
          signal.removeEventListener('abort', giveUp);
          // A statement the server refused leaves the session intact; anything else may have broken it.
          if (!isStatementError(error)) cut = true;
          reject(asSourceError(error));
        });
        client.query(query);
        if (signal.aborted) giveUp();
      });
    } finally {
      client.release(cut);
    }
  };

  const query = async (text: string, signal: AbortSignal): Promise<pg.QueryResult> => {
    const client = await connect(pool, signal);
    let failed = true;
    try {
      const result = await client.query(text);
      failed = false;
      return result;
    } catch (error) {
      throw asSourceError(error);
    } finally {
      client.release(failed);
    }
  };

  return {
    run,
    floatsIn: async (text, signal) =>
      (await query(text, signal)).fields.flatMap(({ dataTypeID }, at) =>
        FLOATS.has(dataTypeID) ? [at] : [],
      ),
    open: async () => {
      least = pool.options.min = ahead(options.concurrency);
      const opening = Array.from({ length: least }, () => pool.connect());
      const opened = await Promise.allSettled(opening);
      for (const one of opened) if (one.status === 'fulfilled') one.value.release();
      for (const one of opened) if (one.status === 'rejected') throw asSourceError(one.reason, 'connecting');
    },
    probe: async (signal) => {
      await query('SELECT 1', signal);
    },
    close: () => {
      least = 0;
      return pool.end();
    },
  };
}

/** Settings of every session, in the address so that nothing there can weaken them. */
function withOptions(address: string, { deadline, tls }: SessionOptions): string {
  const settings = [
    'default_transaction_read_only=on',
    `statement_timeout=${deadline}`,
    'DateStyle=ISO,YMD',
    // Days of timestamps are days in China.
    'TimeZone=Asia/Shanghai',
    ...valueSettings,
  ];
  const options = settings.map((setting) => `-c ${setting}`).join(' ');
  // What the address says of TLS was read where the manifest was, and the driver would let it win.
  const rest = tls === undefined ? address : withoutTlsSettings(address);
  return `${rest}${rest.includes('?') ? '&' : '?'}options=${encodeURIComponent(options)}`;
}

/** The driver checks the certificate against the address's host, also where that is a number. */
function sslOf(tls: Tls): false | ConnectionOptions {
  if (tls.kind === 'off') return false;
  const { ca, cert, key, serverName } = tls;
  return {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

/** A connection of the pool; one that arrives after the caller gave up goes back. */
async function connect(pool: pg.Pool, signal: AbortSignal): Promise<pg.PoolClient> {
  const connecting = pool.connect().catch((error: unknown) => {
    throw asSourceError(error, 'connecting');
  });
  const client = await connecting;
  if (signal.aborted) {
    client.release();
    throw asSourceError(signal.reason);
  }
  return client;
}

/** Stops the statement through a connection of its own. Failing is no news: the server's timeout stops it too. */
async function cancelAtServer(connection: pg.ClientConfig, client: pg.PoolClient): Promise<void> {
  const { processID } = client as unknown as { readonly processID: number | null };
  if (processID === null) return;
  const canceller = new pg.Client(connection);
  canceller.on('error', () => undefined);
  try {
    await canceller.connect();
    await canceller.query('SELECT pg_cancel_backend($1)', [processID]);
  } catch {
    // The statement timeout remains.
  } finally {
    await canceller.end().catch(() => undefined);
  }
}

function isStatementError(error: unknown): boolean {
  const { code, severity } = error as { readonly code?: unknown; readonly severity?: unknown };
  return severity === 'ERROR' && typeof code === 'string' && /^(?:42|22|57014)/.test(code);
}
