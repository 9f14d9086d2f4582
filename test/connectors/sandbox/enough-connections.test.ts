// The sandbox's agencies share one server: once it had fewer places than one gateway's sources may take under load.
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';

/** Connections a gateway keeps for its own state, staging and the rest, generously. */
const OWN = 20;

test('the embedded server has a place for every connection of three gateways', async () => {
  const wanted = readdirSync('connectors/sources')
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => parse(readFileSync(`connectors/sources/${name}`, 'utf8')) as Manifest)
    .filter(({ transport }) => transport === 'sql' || transport === 'file')
    .reduce((sum, { limits }) => sum + limits.concurrency, OWN);
  const directory = mkdtempSync(join(tmpdir(), 'connections-'));
  const server = await startPostgres({ directory, port: 0 });
  try {
    const client = new pg.Client({ connectionString: server.url('postgres') });
    await client.connect();
    const { rows } = await client.query<{ max_connections: string }>('show max_connections');
    await client.end();
    expect(Number(rows[0]!.max_connections)).toBeGreaterThan(3 * wanted);
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

interface Manifest {
  readonly transport: string;
  readonly limits: { readonly concurrency: number };
}
