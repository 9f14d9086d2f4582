import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startSandbox } from '../../../connectors/sandbox/agencies.ts';

const SERVER = process.env['TEST_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

type Row = Readonly<Record<string, unknown>>;

async function ask(url: string, ...texts: readonly string[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const text of texts) rows = (await client.query<Row>(text)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

const present = await ask(SERVER, 'select rolsuper from pg_roles where rolname = current_user').then(
  (rows) => rows[0]?.['rolsuper'] === true,
  () => false,
);

test.runIf(present)('a server by address gets databases and roles of our own name', async () => {
  const root = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  const start = () =>
    startSandbox(
      {
        world: { seed: 1, organisations: 200, persons: 50, today: '2026-11-22' },
        directory: root,
        ports: { court: 0, procurement: 0, utilities: 0, bidding: 0, postgres: 0 },
        postgresUrl: SERVER,
        journal: false,
      },
      { now: () => new Date('2026-11-22T08:00:00Z'), onProgress: () => undefined },
    );
  try {
    for (const _ of ['first', 'second']) {
      const sandbox = await start();
      expect(sandbox.postgres).toBeUndefined();
      const { REGISTRY_DATABASE_URL, HR_DATABASE_URL, DATABASE_URL } = sandbox.environment;
      expect(
        await ask(
          REGISTRY_DATABASE_URL,
          'select count(*)::int as n, current_user as role from registry.entity',
        ),
      ).toEqual([{ n: 199, role: 'credit_sandbox_reader' }]);
      await expect(ask(HR_DATABASE_URL, 'delete from hr.officer')).rejects.toThrow();
      expect(await ask(DATABASE_URL, 'select current_database() as name')).toEqual([
        { name: 'credit_sandbox_gateway' },
      ]);
      await sandbox.stop();
    }
  } finally {
    await ask(
      SERVER,
      ...['registry', 'hr', 'publicity', 'discipline', 'gateway'].map(
        (name) => `drop database if exists credit_sandbox_${name} with (force)`,
      ),
      ...['reader', 'gateway'].map((name) => `drop role if exists credit_sandbox_${name}`),
    );
    rmSync(root, { recursive: true, force: true });
  }
});
