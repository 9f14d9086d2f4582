// The file transport's source: a drop folder and a staging database behind a relay that can be cut.
import { mkdtempSync } from 'node:fs';
import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import iconv from 'iconv-lite';
import type { AgencyRow, Bench } from './bench.ts';
import { readCalls, startWire, withDatabase } from './sql-bench.ts';

const COLUMNS = ['code', 'doc', 'amt', 'day', 'st'] as const;

export async function startFileBench(serverUrl: string): Promise<Bench> {
  const database = `probe_files_${process.pid}`;
  const server = new pg.Pool({ connectionString: serverUrl, max: 1 });
  await server.query(`CREATE DATABASE ${database}`);
  const own = withDatabase(serverUrl, database);
  const pool = new pg.Pool({ connectionString: own, max: 1 });
  for (const each of [server, pool]) each.on('error', () => undefined);
  const wire = await startWire(own);
  const directory = mkdtempSync(join(tmpdir(), 'drop-'));
  return {
    name: 'file',
    filters: true,
    environment: { PROBE_ADDRESS: directory },
    stagingUrl: wire.url,
    hold: async (rows) => {
      await wire.setMode('pass');
      await pool.query('DROP SCHEMA IF EXISTS staging CASCADE');
      await deliver(directory, `listings-${today()}-01.csv`, iconv.encode(asCsv(rows.listings), 'gb18030'));
      await deliver(directory, `awards-${today()}-01.jsonl`, Buffer.from(asJsonLines(rows.awards)));
      wire.tap.clear();
    },
    manifest: () => ({
      top: 'transport: file',
      listings:
        'delivery: { pattern: listings-*.csv, format: csv, encoding: gb18030 }\n    filters: [status, day, number]',
      awards: 'delivery: { pattern: awards-*.jsonl, format: jsonl }',
    }),
    setFault: async (fault) => {
      if (fault !== 'garbage') {
        await wire.setMode(fault === 'down' ? 'refuse' : fault === 'slow' ? 'blackhole' : 'pass');
        return;
      }
      const tables = await pool.query<{ table: string }>(
        `SELECT quote_ident(table_name) AS table FROM staging.delivery WHERE state = 'active'`,
      );
      for (const { table } of tables.rows) await pool.query(`DROP TABLE staging.${table}`);
    },
    calls: () => readCalls(wire.tap),
    stop: async () => {
      await wire.stop();
      await pool.end();
      await server.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await server.end();
      await rm(directory, { recursive: true });
    },
  };
}

/** yyyymmdd in China. */
export function today(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Puts a delivery into place whole, and so long ago that nobody waits for more of it. */
export async function deliver(directory: string, name: string, content: Buffer): Promise<void> {
  const draft = join(directory, `.${name}.part`);
  await writeFile(draft, content);
  const before = new Date(Date.now() - 60_000 + Math.random() * 1000);
  await utimes(draft, before, before);
  await rename(draft, join(directory, name));
}

function asCsv(rows: readonly AgencyRow[]): string {
  const lines = rows.map((row) => COLUMNS.map((column) => row[column] ?? '').join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

function asJsonLines(rows: readonly AgencyRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('') || '\n';
}
