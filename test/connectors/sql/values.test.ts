// What columns of every type hold comes through whole, on every kind of database, and is read as what it means.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RecordMapping } from '../../../connectors/manifest.ts';
import { startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { databaseOf } from '../../../connectors/sql/connect.ts';
import { readBranches, writeSample, writeStatement } from '../../../connectors/sql/statement.ts';
import type { Lookup } from '../../../connectors/transport.ts';
import { boolean } from '../../../connectors/transforms/boolean.ts';
import { date } from '../../../connectors/transforms/date.ts';
import { dateTime } from '../../../connectors/transforms/date-time.ts';
import { decimal } from '../../../connectors/transforms/decimal.ts';
import { integer } from '../../../connectors/transforms/integer.ts';
import { split } from '../../../connectors/transforms/split.ts';
import { text } from '../../../connectors/transforms/text.ts';
import type { Transform } from '../../../connectors/transforms/transform.ts';
import { yuan } from '../../../connectors/transforms/yuan.ts';
import { mariadbUrl } from '../../contract/mysql-bench.ts';

interface Held {
  readonly address: string;
  readonly table: readonly string[];
  stop(): Promise<void>;
}

/** A column, what is put into it, how it is read and as what; null: refused. */
type Case = readonly [type: string, literal: string, read: Transform, as: unknown];

const POSTGRES: readonly Case[] = [
  ['real', '1234567', yuan, '1234567.00'],
  ['real', '1000000', yuan, '1000000.00'],
  ['real', '2000000.5', yuan, '2000000.50'],
  ['real', '1234.56', yuan, '1234.56'],
  ['real', '123456789', decimal, '123456792'],
  ['real', '1234567.89', yuan, null],
  ['real', "'NaN'", yuan, null],
  ['double precision', '1e15', yuan, '1000000000000000.00'],
  ['double precision', '1234567.89', yuan, '1234567.89'],
  ['double precision', '0.1', decimal, '0.1'],
  ['double precision', '1e300', decimal, null],
  ['real', '1000000', integer, 1_000_000],
  ['numeric(20, 4)', '1234.5', yuan, '1234.50'],
  ['money', '1234567.5', yuan, '1234567.50'],
  ['money', '-1234567.5', yuan, '-1234567.50'],
  ['bit(1)', "b'1'", boolean, true],
  ['bit(8)', "b'10000000'", integer, 128],
  ['boolean', 'false', boolean, false],
  ['text[]', `'{A,"B, c",NULL}'`, split(';'), ['A', 'B, c']],
  ['varchar(9)[]', `'{}'`, split(';'), []],
  ['numeric(40, 20)', '1.5', decimal, '1.5'],
  ['timestamptz', "'1988-07-01 00:00:00 Asia/Shanghai'", date, '1988-07-01'],
  ['timestamptz', "'1988-07-01 00:00:00 Asia/Shanghai'", dateTime, '1988-06-30T15:00:00.000Z'],
  ['timestamptz', "'1900-01-01 00:00:00 Asia/Shanghai'", date, '1900-01-01'],
  ['timestamp', "'1988-07-01 00:00:00'", date, '1988-07-01'],
  ['date', "'0001-01-01 BC'", date, null],
  ['date', "'infinity'", date, null],
  ['date', "'12024-01-01'", date, null],
  ['date', "'2024-03-01'", date, '2024-03-01'],
  ['text', "chr(1) || 'x1234'", text, '\u0001x1234'],
  ['text', "'1e+06'", yuan, '1000000.00'],
];

const MARIADB: readonly Case[] = [
  ['float', '1234567', yuan, '1234567.00'],
  ['float', '1000000', yuan, '1000000.00'],
  ['float(12,2)', '1234.56', yuan, '1234.56'],
  ['float', '123456789', decimal, '123456792'],
  ['float(12,2)', '1234567.89', yuan, null],
  ['double', '1e15', yuan, '1000000000000000.00'],
  ['double', '1234567.89', yuan, '1234567.89'],
  ['float', '1234567', integer, 1_234_567],
  ['decimal(20,4)', '1234.5', yuan, '1234.50'],
  ['decimal(65,30)', '1234.5', yuan, '1234.50'],
  ['bit(1)', "b'1'", boolean, true],
  ['bit(1)', "b'0'", boolean, false],
  ['bit(8)', '128', integer, 128],
  ['bit(8)', '128', text, '128'],
  ['tinyint(1)', '1', boolean, true],
  ['bigint unsigned', '18446744073709551615', text, '18446744073709551615'],
  ['timestamp null', "'1988-06-30 23:00:00'", date, '1988-07-01'],
  ['timestamp null', "'1988-06-30 23:00:00'", dateTime, '1988-06-30T15:00:00.000Z'],
  ['timestamp null', "'0000-00-00 00:00:00'", date, null],
  ['datetime', "'1988-07-01 00:00:00'", date, '1988-07-01'],
  ['datetime', "'0000-00-00 00:00:00'", date, null],
  ['date', "'0000-00-00'", date, null],
  ['date', "'2024-00-00'", date, null],
  ['date', "'2024-03-01'", date, '2024-03-01'],
  ['year', '2024', integer, 2024],
  ["enum('甲','乙')", "'乙'", text, '乙'],
  ['varchar(20) CHARACTER SET gbk', "'黄石'", text, '黄石'],
  ['varbinary(20)', "'plain'", text, 'plain'],
  ['varbinary(20)', "x'ff00'", text, null],
  ['longtext', "'1e+06'", yuan, '1000000.00'],
];

async function onPostgres(): Promise<Held> {
  const directory = mkdtempSync(join(tmpdir(), 'values-'));
  const server = await startPostgres({ directory, port: 0 });
  const pool = new pg.Pool({ connectionString: server.url('postgres'), max: 1 });
  pool.on('error', () => undefined);
  const columns = POSTGRES.map(([type], at) => `c${at} ${type}`).join(', ');
  await pool.query(`CREATE TABLE held (k text, ${columns})`);
  await pool.query(`INSERT INTO held VALUES ('a', ${POSTGRES.map(([, literal]) => literal).join(', ')})`);
  await pool.query(`INSERT INTO held (k) VALUES ('b')`);
  return {
    address: server.url('postgres'),
    table: ['public', 'held'],
    stop: async () => {
      await pool.end();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function onMariadb(): Promise<Held> {
  const database = `values_${process.pid}_${Date.now()}`;
  const admin = await mysql.createConnection({ uri: mariadbUrl! });
  await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
  await admin.query(`USE ${database}`);
  await admin.query(`SET sql_mode = '', time_zone = '+08:00'`);
  const columns = MARIADB.map(([type], at) => `c${at} ${type}`).join(', ');
  await admin.query(`CREATE TABLE held (k varchar(20), ${columns})`);
  await admin.query(`INSERT INTO held VALUES ('a', ${MARIADB.map(([, literal]) => literal).join(', ')})`);
  await admin.query(`INSERT INTO held (k) VALUES ('b')`);
  const address = new URL(mariadbUrl!);
  address.pathname = `/${database}`;
  return {
    address: address.href,
    table: [database, 'held'],
    stop: async () => {
      await admin.query(`DROP DATABASE ${database}`);
      await admin.end();
    },
  };
}

const databases: [string, readonly Case[], () => Promise<Held>][] = [['PostgreSQL', POSTGRES, onPostgres]];
// In CI the server is a must: see mysql-bench.ts.
if (mariadbUrl !== undefined) databases.push(['MariaDB', MARIADB, onMariadb]);

const never = new AbortController().signal;
const lookup = (columns: readonly string[], keys: readonly string[]): Lookup => ({
  mapping: { record: 'Held' } as RecordMapping,
  keyColumn: 'k',
  keys,
  columns,
  controlKeys: [],
  conditions: [],
});

describe.each(databases)('%s', (_name, cases, start) => {
  let held: Held;
  beforeAll(async () => {
    held = await start();
  }, 60_000);
  afterAll(() => held?.stop());

  /** The values of the rows of `a` and `b`, asked for in several branches of one statement. */
  async function rowsOf(branches: readonly (readonly string[])[]): Promise<Map<string, readonly unknown[]>> {
    const { dialect, open } = databaseOf(held.address);
    const session = open({
      address: held.address,
      source: 'values',
      concurrency: 1,
      deadline: 5000,
      bytes: 1e6,
    });
    const found = new Map<string, readonly unknown[]>();
    try {
      const lookups = branches.map((columns) => lookup(columns, ['a', 'b']));
      const statement = writeStatement(dialect, lookups, () => ({ table: held.table }));
      const receive = readBranches(
        lookups,
        (asked, key, values) => found.set(`${lookups.indexOf(asked)}${String(key)}`, values),
        undefined,
        statement.places,
      );
      await session.run(statement, receive, never);
    } finally {
      await session.close();
    }
    return found;
  }

  test('every value is read as what its column holds, or refused, in a statement of one branch or of several', async () => {
    const columns = cases.map((_, at) => `c${at}`);
    const half = Math.floor(columns.length / 2);
    const alone = await rowsOf([columns]);
    const apart = await rowsOf([columns.slice(half), columns.slice(0, half), columns.slice(1, 3)]);
    const together = [...apart.get('1a')!, ...apart.get('0a')!];
    for (const values of [alone.get('0a')!, together]) {
      const read = cases.map(([type, literal, transform], at) => {
        const result = transform(values[at]);
        return [type, literal, result.ok ? result.value : null];
      });
      expect(read).toEqual(cases.map(([type, literal, , as]) => [type, literal, as]));
    }
    expect(alone.get('0b')!.every((value) => value === null)).toBe(true);
    expect(apart.get('2b')).toEqual([null, null]);
  });

  test('a condition on a whole number judges the number, not a text that is rounded', async () => {
    const { dialect, open } = databaseOf(held.address);
    const session = open({
      address: held.address,
      source: 'values',
      concurrency: 1,
      deadline: 5000,
      bytes: 1e6,
    });
    const column = `c${cases.findIndex(([, , read, as]) => read === integer && Number(as) >= 1_000_000)}`;
    const bound = (at: number): readonly unknown[] => {
      const test = { kind: 'range', shape: 'integer', from: String(at), to: String(at) } as const;
      const filter = { column, transform: integer, form: 'integer', words: [] } as const;
      return [{ filter, orAbsent: false, test }];
    };
    const value = Number(cases[Number(column.slice(1))]![3]);
    const keys: unknown[] = [];
    try {
      const asked = { ...lookup(['k'], ['a']), conditions: bound(value) as Lookup['conditions'] };
      const statement = writeStatement(dialect, [asked], () => ({ table: held.table }));
      await session.run(
        statement,
        readBranches([asked], (_lookup, key) => keys.push(key), undefined, statement.places),
        never,
      );
    } finally {
      await session.close();
    }
    expect(keys).toEqual(['a']);
  });

  test('a look at a few rows sees the same values', async () => {
    const { dialect, open } = databaseOf(held.address);
    const session = open({
      address: held.address,
      source: 'values',
      concurrency: 1,
      deadline: 5000,
      bytes: 1e6,
    });
    const rows: (readonly unknown[])[] = [];
    try {
      const sample = writeSample(dialect, { table: held.table }, ['k', 'c0'], 5);
      await session.run(sample, (row) => rows.push(row), never);
    } finally {
      await session.close();
    }
    expect(rows).toContainEqual(['a', '1234567']);
  });
});
