// MariaDB and MySQL: read-only sessions, prepared statements, a statement timeout, and KILL QUERY when a caller's
// time is up. A connection whose query was cut off is never used again.
import { type TcpSocketConnectOpts, connect as dial } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import mysql from 'mysql2';
import { SourceError } from '../source-error.ts';
import {
  type SessionOptions,
  type SqlSession,
  type SqlStatement,
  type Tls,
  ahead,
  attemptWithin,
  sizeOf,
} from './dialect.ts';
import { asSourceError, isStatementError } from './mysql-failure.ts';
import { asSent, isFloat, textOf } from './mysql-values.ts';
import { watchBytes } from './received-bytes.ts';

/** For the connection that cancels. */
const CANCEL_MS = 1000;
/** As long as a connection may live: the driver keeps no least number of them open. */
const IDLE_MS = 600_000;
const CLOSE_MS = 1000;

/** Age at which a connection is replaced, and with it the statements prepared on it. */
const LIFE_MS = 600_000;

/** Statements kept prepared on a connection; the one unused for longest goes. */
const MOST_STATEMENTS = 100;

const UNKNOWN_VARIABLE = 1193;

export function openMysql(options: SessionOptions): SqlSession {
  const connection = connectionOf(options);
  const { concurrency, deadline, bytes } = options;
  const pool = mysql.createPool({
    ...connection,
    connectionLimit: concurrency,
    // The driver looks for idle connections only where fewer may be idle than there may be.
    maxIdle: Math.max(1, concurrency - 1),
    idleTimeout: IDLE_MS,
  });
  const ages = new Map<mysql.PoolConnection, number>();
  let least = 0;
  pool.on('connection', (fresh: mysql.PoolConnection) => {
    ages.set(fresh, performance.now());
    // A lost connection must not end the process; the query that runs on it reports the loss.
    fresh.on('error', () => undefined);
    streamOf(fresh).once('close', () => {
      ages.delete(fresh);
      // One that was closed for its age or cut off is replaced ahead; a server that is away is not tried again.
      if (ages.size >= least) return;
      take(AbortSignal.timeout(deadline)).then(
        (taken) => giveBack(taken, false),
        () => undefined,
      );
    });
  });
  const settled = new WeakSet<mysql.PoolConnection>();

  const take = async (signal: AbortSignal): Promise<mysql.PoolConnection> => {
    const taken = await new Promise<mysql.PoolConnection>((resolve, reject) => {
      pool.getConnection((error, found) =>
        error === null ? resolve(found) : reject(asSourceError(error, 'connecting')),
      );
    });
    try {
      if (!settled.has(taken)) await settle(taken, deadline, signal);
      settled.add(taken);
      if (signal.aborted) throw asSourceError(signal.reason);
    } catch (error) {
      giveBack(taken, !settled.has(taken));
      throw asSourceError(error, 'connecting');
    }
    return taken;
  };

  const giveBack = (taken: mysql.PoolConnection, broken: boolean): void => {
    if (broken || performance.now() - (ages.get(taken) ?? 0) > LIFE_MS) drop(taken);
    else taken.release();
  };

  const run = async (
    statement: SqlStatement,
    receive: (row: readonly unknown[]) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const taken = await take(signal);
    let cut = false;
    try {
      await new Promise<void>((resolve, reject) => {
        let left = bytes;
        const finish = (): void => {
          signal.removeEventListener('abort', giveUp);
          taken.off('error', lose);
          unwatch();
        };
        const stop = (error: unknown): void => {
          if (cut) return;
          cut = true;
          finish();
          void killQuery(connection, taken.threadId);
          reject(asSourceError(error));
        };
        const giveUp = (): void => stop(signal.reason);
        const tooLarge = (): void => stop(new SourceError('SOURCE_TOO_LARGE', `more than ${bytes} bytes`));
        const lose = (error: unknown): void => {
          cut = true;
          finish();
          reject(asSourceError(error));
        };
        const unwatch = watchBytes(streamOf(taken), bytes, tooLarge);
        signal.addEventListener('abort', giveUp, { once: true });
        taken.once('error', lose);
        const query = taken.execute({
          sql: statement.text,
          values: statement.values as string[],
          rowsAsArray: true,
        });
        let columns: readonly mysql.FieldPacket[] = [];
        query.on('fields', (fields: readonly mysql.FieldPacket[] | undefined) => (columns = fields ?? []));
        query.on('result', (row: unknown) => {
          if (cut) return;
          try {
            if (!Array.isArray(row)) throw new SourceError('SOURCE_INVALID_ANSWER', 'an answer without rows');
            const values = row.map((value, at) => textOf(value, columns[at]));
            left -= sizeOf(values);
            if (left < 0) tooLarge();
            else receive(values);
          } catch (error) {
            stop(error);
          }
        });
        query.on('error', (error: unknown) => {
          if (!isStatementError(error)) cut = true;
          finish();
          reject(asSourceError(error));
        });
        query.on('end', () => {
          finish();
          resolve();
        });
        if (signal.aborted) giveUp();
      });
    } finally {
      giveBack(taken, cut);
    }
  };

  const query = async (text: string, signal: AbortSignal): Promise<readonly mysql.FieldPacket[]> => {
    const taken = await take(signal);
    let failed = true;
    try {
      const fields = await send(taken, text, signal);
      failed = false;
      return fields;
    } catch (error) {
      throw asSourceError(error);
    } finally {
      giveBack(taken, failed);
    }
  };

  return {
    run,
    floatsIn: async (text, signal) =>
      (await query(text, signal)).flatMap((field, at) => (isFloat(field) ? [at] : [])),
    open: async () => {
      least = ahead(concurrency);
      const within = AbortSignal.timeout(deadline);
      const opened = await Promise.allSettled(Array.from({ length: least }, () => take(within)));
      for (const one of opened) if (one.status === 'fulfilled') giveBack(one.value, false);
      for (const one of opened) if (one.status === 'rejected') throw asSourceError(one.reason, 'connecting');
    },
    probe: async (signal) => {
      await query('SELECT 1', signal);
    },
    close: async () => {
      least = 0;
      const ended = new Promise<void>((resolve) => pool.end(() => resolve()));
      // A server that has gone silent must not keep the gateway from ending.
      await Promise.race([ended, pause(CLOSE_MS, undefined, { ref: false })]);
      for (const open of ages.keys()) drop(open);
    },
  };
}

/** Only these parts of an address count: further settings there could weaken the session. */
function connectionOf({ address, source, deadline, tls }: SessionOptions): mysql.ConnectionOptions {
  const url = new URL(address);
  const target: TcpSocketConnectOpts = {
    host: decodeURIComponent(url.hostname).replace(/^\[(.+)\]$/, '$1'),
    port: Number(url.port || 3306),
    noDelay: true,
  };
  return {
    // The driver checks a certificate against this name.
    host: (tls?.kind === 'on' ? tls.serverName : undefined) ?? target.host!,
    stream: () => dial(target),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    charset: 'utf8mb4',
    // A call's own deadline ends its waiting; an attempt ends by itself when no call can want it any more.
    connectTimeout: attemptWithin(deadline),
    connectAttributes: { program_name: `credit-gateway ${source}` },
    multipleStatements: false,
    flags: ['-LOCAL_FILES'],
    maxPreparedStatements: MOST_STATEMENTS,
    // Nothing a source says, not even a column's name, becomes code.
    disableEval: true,
    ...asSent,
    ...(tls?.kind === 'on' ? { ssl: sslOf(tls) } : {}),
  };
}

function sslOf({ ca, cert, key }: Tls & { kind: 'on' }): mysql.SslOptions {
  return {
    rejectUnauthorized: true,
    verifyIdentity: true,
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** What every session is before it is asked anything. */
async function settle(taken: mysql.PoolConnection, deadline: number, signal: AbortSignal): Promise<void> {
  await send(taken, 'SET SESSION TRANSACTION READ ONLY', signal);
  // Texts in one encoding whatever the server's default, days of timestamps as in China, and LIKE as we write it.
  await send(
    taken,
    `SET character_set_client = utf8mb4, character_set_results = utf8mb4, collation_connection = utf8mb4_bin,
       time_zone = '+08:00', sql_mode = REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '')`,
    signal,
  );
  // MariaDB counts seconds, MySQL milliseconds. A server too old for both is stopped by KILL QUERY alone.
  for (const timeout of [`max_statement_time = ${deadline / 1000}`, `max_execution_time = ${deadline}`]) {
    try {
      await send(taken, `SET SESSION ${timeout}`, signal);
      return;
    } catch (error) {
      if ((error as { readonly errno?: unknown }).errno !== UNKNOWN_VARIABLE) throw error;
    }
  }
}

/** A statement of ours whose rows nobody needs. Rejects when the signal aborts; the connection is of no use then. */
function send(
  connection: mysql.Connection,
  sql: string,
  signal: AbortSignal,
): Promise<readonly mysql.FieldPacket[]> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(asSourceError(signal.reason));
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    connection.query(sql, (error: unknown, _rows: unknown, fields: mysql.FieldPacket[] | undefined) => {
      signal.removeEventListener('abort', giveUp);
      if (error === null) resolve(fields ?? []);
      else reject(error instanceof Error ? error : new Error('refused'));
    });
  });
}

/** Stops the statement through a connection of its own. Failing is no news: the server's timeout stops it too. */
async function killQuery(connection: mysql.ConnectionOptions, threadId: number): Promise<void> {
  const killer = mysql.createConnection(connection);
  killer.on('error', () => undefined);
  try {
    await send(killer, `KILL QUERY ${threadId}`, AbortSignal.timeout(CANCEL_MS));
  } catch {
    // The statement timeout remains.
  } finally {
    drop(killer);
  }
}

/** Closes at once; the driver alone would wait for the other side. */
function drop(connection: mysql.Connection): void {
  connection.destroy();
  streamOf(connection).destroy();
}

/** The driver's socket, which its types leave out. */
function streamOf(connection: mysql.Connection): Readable {
  return (connection as unknown as { readonly stream: Readable }).stream;
}
