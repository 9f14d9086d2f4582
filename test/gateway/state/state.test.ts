// The gateway's own state on a real PostgreSQL.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { migrations } from '../../../gateway/state/migrations.ts';
import { openState } from '../../../gateway/state/state.ts';

let server: Postgres;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'state-'));
  server = await startPostgres({ directory, port: 0 });
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

test('replicas that start together bring the tables up to date once', async () => {
  const replicas = [1, 2, 3].map(() => openState(server.url('postgres')));
  await Promise.all(replicas.map(({ query }) => query('select 1')));
  const applied = await replicas[0]!.query<{ id: number }>('select id from gateway.migration order by id');
  expect(applied.map(({ id }) => id)).toEqual(migrations.map(({ id }) => id));
  await Promise.all(replicas.map((replica) => replica.close()));
});

test('the steps are numbered without a gap', () => {
  expect(migrations.map(({ id }) => id)).toEqual(migrations.map((_, index) => index + 1));
});

test('a transaction that fails leaves nothing behind', async () => {
  const state = openState(server.url('postgres'));
  await state.query('create table if not exists gateway.tried (word text)');
  const failing = state.transaction(async (query) => {
    await query('insert into gateway.tried values ($1)', ['half']);
    throw new Error('no further');
  });
  await expect(failing).rejects.toThrow('no further');
  expect(await state.query('select word from gateway.tried')).toEqual([]);
  await state.close();
});

test('a server that cannot be reached is an error within seconds, and no more once it is there', async () => {
  const state = openState('postgres://nobody@127.0.0.1:1/none');
  await expect(state.query('select 1')).rejects.toThrow();
  await state.close();
});
