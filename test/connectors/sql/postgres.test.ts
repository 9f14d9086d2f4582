import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { SessionOptions, SqlSession, SqlStatement } from '../../../connectors/sql/dialect.ts';
import { openPostgres } from '../../../connectors/sql/postgres.ts';
import { type Postgres, startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { type PostgresTap, startTap } from '../../contract/postgres-tap.ts';

let directory: string;
let server: Postgres;
let tap: PostgresTap;
let admin: pg.Pool;
let session: SqlSession;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postgres-'));
  server = await startPostgres({ directory, port: 0 });
  admin = new pg.Pool({ connectionString: server.url('postgres'), max: 2 });
  admin.on('error', () => undefined);
  tap = await startTap({ host: '127.0.0.1', port: server.port });
  await admin.query(`CREATE ROLE outsider LOGIN PASSWORD 'outsider'`);
});
afterEach(async () => {
  await session.close();
  tap.clear();
});
afterAll(async () => {
  await tap.stop();
  await admin.end();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

const open = (options: Partial<SessionOptions> = {}): SqlSession => {
  const address = new URL(server.url('postgres'));
  address.host = `127.0.0.1:${tap.port}`;
  const defaults = { source: 'probe', concurrency: 2, deadline: 2000, bytes: 10_000 };
  return (session = openPostgres({ address: address.href, ...defaults, ...options }));
};
const statement = (text: string, ...values: string[][]): SqlStatement => ({ text, values, width: 2 });
const never = new AbortController().signal;
const run = async (text: string, ...values: string[][]): Promise<unknown[]> => {
  const rows: unknown[] = [];
  await session.run(statement(text, ...values), (row) => rows.push(row), never);
  return rows;
};
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: { code?: unknown }) => error.code,
  );

test('a session cannot write, whatever the address says', async () => {
  open({ address: `${server.url('postgres')}?options=-c%20default_transaction_read_only%3Doff` });
  expect(await codeOf(run('CREATE TABLE public.mine (a int)'))).toBe('SOURCE_REFUSED');
});

test('days and moments come in one form, as in China', async () => {
  open();
  const [row] = await run(`SELECT '2024-02-29T16:00:00Z'::timestamptz::text, DATE '2024-03-01'::text`);
  expect(row).toEqual(['2024-03-01 00:00:00+08', '2024-03-01']);
});

test('a statement is parsed once for each connection and costs one round trip', async () => {
  open({ concurrency: 1 });
  await run('SELECT $1::text[]::text, 1', ['a']);
  const before = tap.roundTrips();
  await run('SELECT $1::text[]::text, 1', ['b']);
  expect(tap.roundTrips() - before).toBe(1);
  const prepared = tap.statements.filter(({ text }) => text !== '');
  expect(prepared.map(({ parameters }) => parameters)).toEqual([['{"a"}'], ['{"b"}']]);
});

test('a statement given up is cancelled at the server, and its connection is not used again', async () => {
  open({ deadline: 60_000, concurrency: 1 });
  const caller = new AbortController();
  const asked = session.run(
    statement(`SELECT pg_sleep(60)::text, 'given up'`),
    () => undefined,
    caller.signal,
  );
  const running = async (): Promise<number> => {
    const found = await admin.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE query LIKE '%given up%' AND state = 'active' AND pid <> pg_backend_pid()`,
    );
    return found.rows[0]!.n;
  };
  await vi.waitFor(async () => expect(await running()).toBe(1));
  caller.abort();
  await expect(asked).rejects.toThrow();
  await vi.waitFor(async () => expect(await running()).toBe(0), { timeout: 5000 });
  expect(await run(`SELECT 1::text, 'next'`)).toEqual([['1', 'next']]);
});

test('the server stops a statement by itself when nobody cancels it', async () => {
  open({ deadline: 100 });
  expect(await codeOf(run('SELECT pg_sleep(5)::text, 1'))).toBe('SOURCE_TIMEOUT');
});

test('rows are cut off at the byte limit', async () => {
  open({ bytes: 1000 });
  expect(await codeOf(run(`SELECT repeat('x', 400), i FROM generate_series(1, 100000) i`))).toBe(
    'SOURCE_TOO_LARGE',
  );
});

test('a connection that the server closed is replaced', async () => {
  open({ concurrency: 1 });
  await run('SELECT 1::text, 2');
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'credit-gateway probe'`,
  );
  // The first may still meet the dying connection; then it says so and the next is well.
  expect(['none', 'SOURCE_UNREACHABLE']).toContain(await codeOf(run('SELECT 1::text, 2')));
  expect(await run('SELECT 1::text, 2::text')).toEqual([['1', '2']]);
});

test('a wrong password and a missing privilege are refusals', async () => {
  const url = new URL(server.url('postgres'));
  url.password = 'wrong';
  open({ address: url.href });
  expect(await codeOf(run('SELECT 1, 2'))).toBe('SOURCE_REFUSED');
  await session.close();
  await admin.query('CREATE TABLE IF NOT EXISTS public.closed (a int)');
  url.username = 'outsider';
  url.password = 'outsider';
  open({ address: url.href });
  expect(await codeOf(run('SELECT a::text, 1 FROM public.closed'))).toBe('SOURCE_REFUSED');
});

test('an error of the server never repeats a key', async () => {
  open();
  await admin.query('CREATE TABLE IF NOT EXISTS public.numbered (id bigint)');
  const failed = run('SELECT id::text, 1 FROM public.numbered WHERE id = ANY($1)', ['91350100M000100Y43']);
  await expect(failed).rejects.toMatchObject({ code: 'SOURCE_INVALID_ANSWER', message: 'querying: 22P02' });
});

test('a table that is gone is named', async () => {
  open();
  await expect(run('SELECT 1, 2 FROM probe.gone')).rejects.toMatchObject({
    message: 'querying: 42P01: relation "probe.gone" does not exist',
  });
});

test('half of its connections are open before anybody asks, and nothing is asked over them', async () => {
  open({ source: 'ahead', concurrency: 6 });
  await session.open();
  const { rows } = await admin.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'credit-gateway ahead' AND query = ''`,
  );
  expect(rows[0]!.n).toBe(3);
});

test('a server that is away fails the opening, and is asked again when somebody wants to know', async () => {
  open({ address: 'postgres://nobody@127.0.0.1:1/none' });
  expect(await codeOf(session.open())).toBe('SOURCE_UNREACHABLE');
  expect(await codeOf(run('SELECT 1::text, 2'))).toBe('SOURCE_UNREACHABLE');
});

test('a connection that was lost is replaced before anybody asks', async () => {
  open({ source: 'replaced', concurrency: 2 });
  await session.open();
  const numbers = async (): Promise<readonly number[]> => {
    const { rows } = await admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'credit-gateway replaced'`,
    );
    return rows.map(({ pid }) => pid);
  };
  const [first] = await numbers();
  await admin.query('SELECT pg_terminate_backend($1)', [first]);
  await vi.waitFor(async () => {
    const now = await numbers();
    expect(now).toHaveLength(1);
    expect(now).not.toContain(first);
  });
});
