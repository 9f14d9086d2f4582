import mysql from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SessionOptions, SqlSession, SqlStatement } from '../../../connectors/sql/dialect.ts';
import { openMysql } from '../../../connectors/sql/mysql.ts';
import { mariadbUrl } from '../../contract/mysql-bench.ts';
import { type MysqlTap, startMysqlTap } from '../../contract/mysql-tap.ts';

const DATABASE = `session_${process.pid}_${Date.now()}`;
const never = new AbortController().signal;
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: { code?: unknown }) => error.code,
  );
const statement = (text: string, values: readonly string[] = []): SqlStatement => ({
  text,
  values,
  width: 2,
});

// In CI the server is a must: see mysql-bench.ts.
describe.runIf(mariadbUrl !== undefined)('a session on MariaDB', () => {
  let tap: MysqlTap;
  let admin: mysql.Connection;
  let session: SqlSession | undefined;
  beforeAll(async () => {
    const server = new URL(mariadbUrl!);
    admin = await mysql.createConnection({ uri: mariadbUrl! });
    await admin.query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4`);
    await admin.query(`USE ${DATABASE}`);
    await admin.query('CREATE TABLE noted (id bigint, note text)');
    await admin.query(`INSERT INTO noted VALUES (1, 'kept')`);
    await admin.query(`CREATE FUNCTION scribble() RETURNS int MODIFIES SQL DATA
      BEGIN UPDATE noted SET note = 'spoilt'; RETURN 1; END`);
    await admin.query(`CREATE USER ${DATABASE} IDENTIFIED BY 'outsider'`);
    await admin.query('CREATE TABLE closed (a int)');
    await admin.query(`GRANT SELECT ON ${DATABASE}.noted TO ${DATABASE}`);
    tap = await startMysqlTap({ host: server.hostname, port: Number(server.port || 3306) });
  });
  afterEach(async () => {
    await session?.close();
    session = undefined;
    tap.clear();
  });
  afterAll(async () => {
    await tap?.stop();
    await admin?.query(`DROP USER ${DATABASE}`);
    await admin?.query(`DROP DATABASE ${DATABASE}`);
    await admin?.end();
  });

  const addressWith = (user?: string, password?: string): string => {
    const address = new URL(mariadbUrl!);
    address.host = `127.0.0.1:${tap.port}`;
    address.pathname = `/${DATABASE}`;
    if (user !== undefined) address.username = user;
    if (password !== undefined) address.password = password;
    return address.href;
  };
  const open = (options: Partial<SessionOptions> = {}): SqlSession => {
    const defaults = { source: 'probe', concurrency: 2, deadline: 2000, bytes: 10_000 };
    return (session = openMysql({ address: addressWith(), ...defaults, ...options }));
  };
  const run = async (text: string, values: readonly string[] = []): Promise<unknown[]> => {
    const rows: unknown[] = [];
    await session!.run(statement(text, values), (row) => rows.push(row), never);
    return rows;
  };
  const running = async (marker: string): Promise<number> => {
    const [rows] = await admin.query<mysql.RowDataPacket[]>(
      `SELECT COUNT(*) AS n FROM information_schema.processlist
       WHERE info LIKE ? AND command <> 'Sleep' AND id <> CONNECTION_ID()`,
      [`%${marker}%`],
    );
    return rows[0]!['n'] as number;
  };

  /** How many sessions there are that came after `number`, and the latest number given. */
  const sessionsAfter = async (number: number): Promise<{ readonly n: number; readonly latest: number }> => {
    const [rows] = await admin.query<mysql.RowDataPacket[]>(
      `SELECT CAST(COALESCE(SUM(db = ? AND id > ?), 0) AS INT) AS n, CAST(MAX(id) AS INT) AS latest
       FROM information_schema.processlist`,
      [DATABASE, number],
    );
    return rows[0] as unknown as { readonly n: number; readonly latest: number };
  };

  test('cannot write, whatever the address says, and not through a function either', async () => {
    open({ address: `${addressWith()}?multipleStatements=true&flags=LOCAL_FILES` });
    expect(await codeOf(run(`UPDATE noted SET note = 'spoilt'`))).toBe('SOURCE_REFUSED');
    expect(await codeOf(run('SELECT scribble(), 1'))).toBe('SOURCE_REFUSED');
    const [rows] = await admin.query('SELECT note FROM noted');
    expect(rows).toEqual([{ note: 'kept' }]);
  });

  test('takes one statement at a time and hands out no file of ours', async () => {
    open({ address: `${addressWith()}?multipleStatements=true&flags=LOCAL_FILES` });
    expect(await codeOf(run('SELECT 1, 2; SELECT 3, 4'))).toBe('SOURCE_INVALID_ANSWER');
    expect(await codeOf(run(`LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE noted`))).not.toBe('none');
  });

  test('moments, decimals and texts come in one form, as in China', async () => {
    open();
    await admin.query(`CREATE OR REPLACE TABLE forms (
      at timestamp, day date, amount decimal(20, 4), name varchar(20) CHARACTER SET gbk, rare varchar(20))`);
    await admin.query(`SET time_zone = '+00:00'`);
    await admin.query(`INSERT INTO forms VALUES ('2024-02-29 16:00:00', '2024-03-01', 1.5, '黄石', '𠮷')`);
    const texts = ['at', 'day', 'amount', 'name', 'rare'].map((name) => `CAST(${name} AS CHAR)`);
    expect(await run(`SELECT ${texts.join(', ')} FROM forms`)).toEqual([
      ['2024-03-01 00:00:00', '2024-03-01', '1.5000', '黄石', '𠮷'],
    ]);
  });

  test('half of its connections are open and settled before anybody asks', async () => {
    open({ concurrency: 6 });
    const { latest } = await sessionsAfter(0);
    await session!.open();
    expect((await sessionsAfter(latest)).n).toBe(3);
    tap.clear();
    await run('SELECT CAST(? AS CHAR), 1', ['a']);
    expect(tap.commands.map(({ kind }) => kind)).toEqual(['prepare', 'execute']);
  });

  test('a statement is prepared once for each connection and costs one round trip', async () => {
    open({ concurrency: 1 });
    await run('SELECT CAST(? AS CHAR), 1', ['a']);
    tap.clear();
    await run('SELECT CAST(? AS CHAR), 1', ['b']);
    expect(tap.commands).toEqual([{ kind: 'execute', text: 'SELECT CAST(? AS CHAR), 1', parameters: ['b'] }]);
  });

  test('the statement unused for longest is prepared anew after a hundred others', async () => {
    open({ concurrency: 1 });
    for (let at = 0; at <= 100; at += 1) await run(`SELECT 'kept', ${at}`);
    tap.clear();
    await run(`SELECT 'kept', 100`);
    expect(tap.commands.map(({ kind }) => kind)).toEqual(['execute']);
    await run(`SELECT 'kept', 0`);
    expect(tap.commands.map(({ kind }) => kind)).toEqual(['execute', 'prepare', 'execute']);
  });

  test('a statement given up is killed at the server, and its connection is not used again', async () => {
    open({ deadline: 60_000, concurrency: 1 });
    const caller = new AbortController();
    const asked = session!.run(statement(`SELECT SLEEP(60), 'given up'`), () => undefined, caller.signal);
    await vi.waitFor(async () => expect(await running('given up')).toBe(1), { timeout: 5000 });
    caller.abort();
    await expect(asked).rejects.toThrow();
    await vi.waitFor(async () => expect(await running('given up')).toBe(0), { timeout: 5000 });
    expect(await run(`SELECT '1', 'next'`)).toEqual([['1', 'next']]);
  });

  test('the server stops a statement by itself when nobody kills it', async () => {
    open({ deadline: 100 });
    expect(await codeOf(run('SELECT COUNT(*), 1 FROM seq_1_to_1000000000 WHERE seq % 7 = 3'))).toBe(
      'SOURCE_TIMEOUT',
    );
  });

  test('rows are cut off at the byte limit, and so is a single huge one', async () => {
    open({ bytes: 1000 });
    expect(await codeOf(run(`SELECT REPEAT('x', 400), seq FROM seq_1_to_100000`))).toBe('SOURCE_TOO_LARGE');
    expect(await codeOf(run(`SELECT REPEAT('x', 12000000), 1`))).toBe('SOURCE_TOO_LARGE');
    expect(await run(`SELECT '1', 'next'`)).toEqual([['1', 'next']]);
  });

  test('an answer that breaks off in its middle is no answer', async () => {
    open({ deadline: 60_000, bytes: 100_000_000, concurrency: 1 });
    const rows = vi.fn((_row: readonly unknown[]) => undefined);
    const asked = session!.run(
      statement(`SELECT REPEAT('x', 50000), CONNECTION_ID() FROM seq_1_to_100000 WHERE SLEEP(0.01) = 0`),
      rows,
      never,
    );
    const failed = codeOf(asked);
    await vi.waitFor(() => expect(rows).toHaveBeenCalled(), { timeout: 5000 });
    await admin.query(`KILL ${String(rows.mock.calls[0]![0][1])}`);
    expect(await failed).toBe('SOURCE_UNREACHABLE');
    expect(await run(`SELECT '1', 'next'`)).toEqual([['1', 'next']]);
  });

  test('a connection that the server closed is replaced', async () => {
    open({ concurrency: 1 });
    const [row] = (await run('SELECT CONNECTION_ID(), 2')) as [unknown[]];
    await admin.query(`KILL ${String(row[0])}`);
    // The first may still meet the dying connection; then it says so and the next is well.
    expect(['none', 'SOURCE_UNREACHABLE']).toContain(await codeOf(run('SELECT 1, 2')));
    expect(await run(`SELECT '1', '2'`)).toEqual([['1', '2']]);
  });

  test('there are never more connections than the manifest allows', async () => {
    open({ concurrency: 2 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => run('SELECT CONNECTION_ID(), SLEEP(0.01)')),
    );
    const ids = new Set(answers.map(([row]) => (row as unknown[])[0]));
    expect(ids.size).toBe(2);
  });

  test('a wrong password and a missing privilege are refusals', async () => {
    open({ address: addressWith(DATABASE, 'wrong') });
    expect(await codeOf(run('SELECT 1, 2'))).toBe('SOURCE_REFUSED');
    await session!.close();
    open({ address: addressWith(DATABASE, 'outsider') });
    expect(await codeOf(run('SELECT a, 1 FROM closed'))).toBe('SOURCE_REFUSED');
  });

  test('a table that is gone is named, and no error repeats a key', async () => {
    open();
    await expect(run('SELECT 1, 2 FROM gone')).rejects.toMatchObject({
      code: 'SOURCE_INVALID_ANSWER',
      message: `querying: 1146: Table '${DATABASE}.gone' doesn't exist`,
    });
    const key = '91350100M000100Y43';
    const failed = run('SELECT EXTRACTVALUE(?, ?), 1', [key, key]);
    await expect(failed).rejects.toMatchObject({ code: 'SOURCE_INVALID_ANSWER' });
    await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining(key) as string });
  });

  test('a server nobody listens at is unreachable, and a probe says so', async () => {
    open({ address: 'mysql://root@127.0.0.1:9/x' });
    expect(await codeOf(session!.probe(never))).toBe('SOURCE_UNREACHABLE');
    await session!.close();
    open();
    expect(await codeOf(session!.probe(never))).toBe('none');
  });
});
