// Against a real server: a condition leaves out no row that the transforms would read as inside the filter, however
// oddly the agency wrote it.
import fc from 'fast-check';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FieldMapping, RecordMapping } from '../../../connectors/manifest.ts';
import { startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { type FieldFilter, conditionsOf } from '../../../connectors/source-condition.ts';
import type { SqlDialect, SqlStatement } from '../../../connectors/sql/dialect.ts';
import { mysqlDialect } from '../../../connectors/sql/mysql-dialect.ts';
import { openMysql } from '../../../connectors/sql/mysql.ts';
import { postgresDialect } from '../../../connectors/sql/postgres.ts';
import { writeStatement } from '../../../connectors/sql/statement.ts';
import { booleanWords } from '../../../connectors/transforms/boolean.ts';
import { code } from '../../../connectors/transforms/code.ts';
import { transforms } from '../../../connectors/transforms/library.ts';
import type { Transform } from '../../../connectors/transforms/transform.ts';
import { type Accepts, filterOf } from '../../../policies/engine/row-filter.ts';
import { mariadbUrl } from '../../contract/mysql-bench.ts';
import { meets } from '../../policies/engine/filter-meaning.ts';

const plain = (name: string): Transform => {
  const rule = transforms.get(name)!;
  if (rule.parameter === 'day form') return rule.make('Y/M/D');
  if (rule.parameter === 'truths') return rule.make(new Map());
  if (rule.parameter !== 'none') throw new Error(name);
  return rule.transform;
};
const table = new Map([
  ['0', 'EFFECTIVE'],
  ['1', 'REVOKED'],
  [' 4', 'REPAIRED'],
  ['修复', 'REPAIRED'],
  ['*', 'OTHER'],
]);
const filters: Readonly<Record<string, FieldFilter>> = {
  state: { column: 'state', transform: code(table), form: 'words', words: [...table.keys()] },
  yes: { column: 'yes', transform: plain('boolean'), form: 'words', words: booleanWords },
  name: { column: 'name', transform: plain('text'), form: 'text', words: [] },
  points: { column: 'points', transform: plain('integer'), form: 'integer', words: [] },
  day: { column: 'day', transform: plain('date'), form: 'date', words: [] },
  region: { column: 'region', transform: plain('region'), form: 'region', words: [] },
};
const fieldNames = Object.keys(filters);
const mapping: RecordMapping = {
  record: 'Odd',
  subjects: new Map(),
  order: [],
  fields: new Map<string, FieldMapping>(),
  filters: new Map(Object.entries(filters)),
  unusableKeys: { rows: 0 },
  atLeast: 1,
};

/** What agencies write: canonical, padded, full width, blank, or not readable at all. */
const raws: Readonly<Record<string, readonly (string | null)[]>> = {
  state: ['0', '1', ' 1', '１', '4', ' 4', '修复', '修复 ', '7', '', ' ', null],
  yes: ['true', 'T', '1', '是', 'f', 'FALSE', '0', '否', ' 否', 'maybe', '', null],
  name: ['a', ' a', 'a\u3000', 'ab', 'A', '100%', 'x_y', 'a\\b', '', null],
  points: ['3', '3\n', '03', '+3', '3.0', '３', '-0', '0', '-2', '12', '999999999999', 'x', '', null],
  day: [
    '2026-11-22',
    '2026-11-22\n',
    '2026/11/22',
    '2026年11月22日',
    '20261121',
    '2026-11-21 10:00',
    '2026-11-23',
    '2026-02-30',
    '',
    null,
  ],
  region: ['420281', '420200', '420000', '429004', ' 420281', '４２０２８１', '370200', '42028', '', null],
};
const values: Readonly<Record<string, readonly (string | number | boolean)[]>> = {
  state: ['EFFECTIVE', 'REVOKED', 'REPAIRED', 'OTHER'],
  yes: [true, false],
  name: ['a', ' a', 'ab', '100%', 'x_y', 'a\\b', ''],
  points: [3, 0, -2, 12],
  day: ['2026-11-21', '2026-11-22', '2026-11-23'],
  region: ['420281', '420200', '429004'],
};

const acceptsFor = (field: string): fc.Arbitrary<Accepts> => {
  const listed = fc
    .tuple(fc.constantFrom('in', 'notIn'), fc.subarray([...values[field]!], { minLength: 1 }))
    .map(([kind, chosen]): Accepts => ({ kind, values: chosen }));
  const others: fc.Arbitrary<Accepts>[] = [fc.constantFrom({ kind: 'any' }, { kind: 'none' })];
  if (field === 'region') {
    const around = fc.subarray(['420000', '420200', '420281', '370000'], { minLength: 1 });
    others.push(around.map((regions): Accepts => ({ kind: 'within', regions })));
  }
  if (field === 'points' || field === 'day') {
    const bound = fc.option(fc.constantFrom(...(values[field] as (string | number)[])), { nil: undefined });
    others.push(
      fc
        .tuple(bound, bound)
        .filter(([from, to]) => from !== undefined || to !== undefined)
        .map(([from, to]): Accepts => ({
          kind: 'range',
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
        })),
    );
  }
  return fc.oneof(listed, listed, ...others);
};

/** A database with the table `odd`, one text column per field, and what runs a statement of ours there. */
interface Database {
  readonly dialect: SqlDialect;
  run(statement: SqlStatement): Promise<readonly (readonly unknown[])[]>;
  stop(): Promise<void>;
}

async function onPostgres(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), 'condition-'));
  const server = await startPostgres({ directory, port: 0 });
  const pool = new pg.Pool({ connectionString: server.url('postgres'), max: 1 });
  pool.on('error', () => undefined);
  await fill('text', (text, values) => pool.query(text.replace(/\?/g, nthMark()), values));
  return {
    dialect: postgresDialect,
    run: async ({ text, values }) => {
      const found = await pool.query<string[]>({ text, values: [...values], rowMode: 'array' });
      return found.rows;
    },
    stop: async () => {
      await pool.end();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function onMariadb(): Promise<Database> {
  const database = `condition_${process.pid}_${Date.now()}`;
  const admin = await mysql.createConnection({ uri: mariadbUrl! });
  await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
  await admin.query(`USE ${database}`);
  await fill('varchar(60)', (text, values) => admin.query(text, values));
  const address = new URL(mariadbUrl!);
  address.pathname = `/${database}`;
  const limits = { concurrency: 1, deadline: 5000, bytes: 1_000_000 };
  const session = openMysql({ address: address.href, source: 'odd', ...limits });
  return {
    dialect: mysqlDialect,
    run: async (statement) => {
      const rows: (readonly unknown[])[] = [];
      await session.run(statement, (row) => rows.push(row), new AbortController().signal);
      return rows;
    },
    stop: async () => {
      await session.close();
      await admin.query(`DROP DATABASE ${database}`);
      await admin.end();
    },
  };
}

/** $1, $2, … in turn. */
function nthMark(): () => string {
  let place = 0;
  return () => `$${(place += 1)}`;
}

async function fill(
  type: string,
  query: (text: string, values: (string | null)[]) => Promise<unknown>,
): Promise<void> {
  await query(`CREATE TABLE odd (id ${type}, ${fieldNames.map((name) => `${name} ${type}`).join(', ')})`, []);
  for (const name of fieldNames) {
    for (const [at, raw] of raws[name]!.entries()) {
      await query(`INSERT INTO odd (id, ${name}) VALUES (?, ?)`, [`${name}-${at}`, raw]);
    }
  }
}

const databases: [string, () => Promise<Database>][] = [['PostgreSQL', onPostgres]];
if (mariadbUrl !== undefined) databases.push(['MariaDB', onMariadb]);

describe.each(databases)('%s', (_name, start) => {
  let database: Database;
  beforeAll(async () => {
    database = await start();
  });
  afterAll(() => database.stop());

  test('no row inside the filter is left out, in whatever way its values are written', async () => {
    const count = { compared: 0, leftOut: 0 };
    const wanted = fc
      .constantFrom(...fieldNames)
      .chain((field) => fc.tuple(fc.constant(field), acceptsFor(field), fc.boolean()));
    await fc.assert(
      fc.asyncProperty(wanted, async ([field, accepts, orAbsent]) => {
        const filter = filterOf(new Map([[field, { orAbsent, accepts }]]))!;
        const keys = raws[field]!.map((_raw, at) => `${field}-${at}`);
        const statement = writeStatement(
          database.dialect,
          [
            {
              mapping,
              keyColumn: 'id',
              keys,
              columns: [field],
              controlKeys: [],
              conditions: conditionsOf(mapping, filter),
            },
          ],
          () => ({ table: ['odd'] }),
        );
        const rows = await database.run(statement);
        const sent = new Set(rows.map((row) => row[1]));
        for (const [at, raw] of raws[field]!.entries()) {
          const read = filters[field]!.transform(raw);
          // What cannot be read stands for nothing that may be seen; a word nobody listed must come all the same.
          const inside = read.ok ? meets(filter, { [field]: read.value }) : filters[field]!.form === 'words';
          const told = { field, accepts, orAbsent, raw };
          if (inside) expect({ ...told, sent: sent.has(keys[at]) }).toEqual({ ...told, sent: true });
          count.compared += 1;
          count.leftOut += Number(!sent.has(keys[at]));
        }
      }),
      { numRuns: 1500, seed: 20261122 },
    );
    expect(count.compared).toBeGreaterThan(10_000);
    expect(count.leftOut).toBeGreaterThan(2_000);
  }, 120_000);
});

test('a condition is text and parameters: no value of a policy becomes SQL', () => {
  const filter = filterOf(
    new Map([['name', { orAbsent: false, accepts: { kind: 'in', values: ["x' OR 1=1 --"] } }]]),
  )!;
  const [condition] = conditionsOf(mapping, filter);
  const values: unknown[] = ['a key'];
  const text = postgresDialect.meets(condition!, '"name"', (value) => `$${values.push(value)}`);
  expect(text).toBe('("name"::text COLLATE "C" LIKE ANY($2::text[]))');
  expect(values[1]).toEqual(["%x' OR 1=1 --%"]);
});
