// The file transport's source: a drop folder and a staging database behind a relay that can be cut.
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import iconv from 'iconv-lite';
import { writeXlsx } from '../../bench/write-xlsx.ts';
import type { AgencyRow, Bench } from './bench.ts';
import { readCalls, startWire, withDatabase } from './sql-bench.ts';

const COLUMNS = ['code', 'doc', 'amt', 'day', 'st'] as const;

type Rows = readonly AgencyRow[];

interface Format {
  readonly extension: string;
  /** The rest of `delivery` in the manifest. */
  readonly manifest: string;
  write(rows: Rows): Buffer | Promise<Buffer>;
}

const WIDTHS = { code: 64, doc: 3200, amt: 12, day: 24, st: 4 } as const;
const layout = `[${COLUMNS.map((name) => `{ name: ${name}, width: ${WIDTHS[name]} }`).join(', ')}]`;

/** Every format, and every encoding in one of them. */
export const fileFormats = {
  csv: {
    extension: 'csv',
    manifest: 'format: csv, encoding: gb18030',
    write: (rows) => iconv.encode(asCsv(rows), 'gb18030'),
  },
  'csv in UTF-16': {
    extension: 'txt',
    manifest: 'format: csv, encoding: utf-16le, delimiter: "\\t"',
    write: (rows) => iconv.encode(asCsv(rows, '\t'), 'utf-16le', { addBOM: true }),
  },
  jsonl: {
    extension: 'jsonl',
    manifest: 'format: jsonl',
    write: (rows) => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('') || '\n'),
  },
  xlsx: {
    extension: 'xlsx',
    manifest: 'format: xlsx',
    write: async (rows) => {
      const path = join(mkdtempSync(join(tmpdir(), 'xlsx-')), 'rows.xlsx');
      await writeXlsx(path, [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))]);
      return readFile(path);
    },
  },
  'fixed width': {
    extension: 'dat',
    manifest: `format: fixed-width, encoding: gb18030, columns: ${layout}`,
    write: (rows) => {
      const cell = (row: AgencyRow, column: (typeof COLUMNS)[number]): Buffer => {
        const bytes = iconv.encode(row[column] ?? '', 'gb18030');
        return Buffer.concat([bytes, Buffer.alloc(WIDTHS[column] - bytes.length, ' ')]);
      };
      const line = (row: AgencyRow): Buffer[] => [
        ...COLUMNS.map((column) => cell(row, column)),
        Buffer.from('\r\n'),
      ];
      return Buffer.concat([...rows.flatMap(line), Buffer.from('\r\n')]);
    },
  },
} as const satisfies Readonly<Record<string, Format>>;

export async function startFileBench(
  serverUrl: string,
  formatName: keyof typeof fileFormats = 'csv',
): Promise<Bench> {
  const format: Format = fileFormats[formatName];
  const database = `probe_files_${process.pid}_${Object.keys(fileFormats).indexOf(formatName)}`;
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
      for (const [name, these] of Object.entries(rows) as [string, Rows][]) {
        const content = await format.write(these);
        const file = `${name}-${today()}-01.${format.extension}`;
        await deliver(
          directory,
          `${file}.sha256`,
          Buffer.from(createHash('sha256').update(content).digest('hex')),
        );
        await deliver(directory, file, content);
      }
      wire.tap.clear();
    },
    manifest: () => ({
      top: 'transport: file',
      listings: `delivery: { pattern: listings-*.${format.extension}, ${format.manifest}, check: { sidecar: sha256 } }
    filters: [status, day, number]`,
      awards: `delivery: { pattern: awards-*.${format.extension}, ${format.manifest}, check: { sidecar: sha256 } }`,
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

function asCsv(rows: Rows, delimiter = ','): string {
  const lines = rows.map((row) => COLUMNS.map((column) => row[column] ?? '').join(delimiter));
  return [COLUMNS.join(delimiter), ...lines, ''].join('\r\n');
}
