// A steward without TypeScript adds an agency: from a table, a delivery in GB18030, a saved answer or a schema.
import iconv from 'iconv-lite';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type Postgres, startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { runNewSource } from '../../../gateway/onboarding/new-source-command.ts';

const mariadb =
  process.env['TEST_MARIADB_URL'] ??
  (process.env['CI'] === 'true' ? 'mysql://root@127.0.0.1:3306/test' : undefined);

let root: string;
let folder: string;
let server: Postgres;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'new-source-'));
  server = await startPostgres({ directory: join(folder, 'postgres'), port: 0 });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  root = mkdtempSync(join(folder, 'root-'));
  for (const part of ['schema', 'policies', 'connectors/sources']) {
    cpSync(part, join(root, part), { recursive: true });
  }
});

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const said = { out: '', err: '' };
  const stdout = new Writable({
    write: (chunk, _encoding, done) => {
      said.out += String(chunk);
      done();
    },
  });
  const code = await runNewSource([...argv, '--root', root], {
    stdin: Readable.from([]),
    stdout,
    stderr: { write: (text) => (said.err += text) },
    env,
    cwd: () => root,
  });
  return { code, ...said };
}
const written = (path: string): string => readFileSync(join(root, path), 'utf8');

const listings = [
  [usccAt('91', 1), '样例·甲公司', '2026-03-01', '12.50', '偷税'],
  [usccAt('91', 2), '样例·乙公司', '2026-04-15', '3', '虚开发票'],
] as const;
const columns = '统一社会信用代码, 纳税人名称, 列入日期, 欠税余额(万元), 案件性质'.split(', ');

test('a table of a database: keys, dates and amounts are found, and everything is forbidden', async () => {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  await client.query('create schema tax');
  await client.query(
    'create table tax.listing (uscc text, name text, listed_on date, amount numeric(12,2), kind text)',
  );
  for (const row of listings) await client.query('insert into tax.listing values ($1,$2,$3,$4,$5)', [...row]);
  await client.end();
  const { code, out, err } = await run(
    ['--name', 'tax', '--transport', 'sql', '--table', 'tax.listing', '--record', 'TaxOffence'],
    { TAX_URL: server.url('postgres') },
  );
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('The files fit the rest.');
  const manifest = written('connectors/sources/tax.yaml');
  expect(manifest).toContain('address: ${TAX_URL}');
  expect(manifest).toContain('table: tax.listing');
  expect(manifest).toContain('Organization: { column: uscc, as: uscc }');
  const sdl = written('schema/tax.graphql');
  expect(sdl).toContain('type TaxOffence @classified(sharing: NONE, level: 4, personal: true)');
  expect(sdl).toMatch(/listedOn: Date\n[\s\S]*amount: Money\n/);
  expect(written('policies/access/tax.cedar')).toContain(
    'forbid (principal, action, resource in Source::"tax");',
  );
  // Values are looked at and written nowhere.
  for (const row of listings)
    for (const value of row.slice(0, 2)) expect(sdl + manifest).not.toContain(value);
});

test('words for no value and no end, the order of day and month and both ends in a cell are proposed from what was seen', async () => {
  const sample = join(folder, 'bans-20261101-1.csv');
  const header = [
    '统一社会信用代码',
    '企业名称',
    '截止日期',
    '列入日期',
    '公布日期',
    '处罚期限',
    '罚款金额',
    '有效期',
  ];
  const rows = [
    [
      usccAt('91', 1),
      '样例·甲公司',
      '2028-01-01',
      '31/12/2025',
      '1764547200000',
      '二年',
      '-',
      '2026-01-01 至 2036-12-31',
    ],
    [
      usccAt('91', 2),
      '样例·乙公司',
      '长期',
      '01/02/2026',
      '1764633600000',
      '6个月',
      '1234.50元',
      '2026.1.1 长期有效',
    ],
    [
      usccAt('91', 3),
      '样例·丙公司',
      '/',
      '03/04/2026',
      '1764633600000',
      '三年',
      '500万元',
      '2026.1.1-2028.1.1',
    ],
    [usccAt('91', 4), '样例·丁公司', '不公开', '-', '1764633600000', '三年', '3', '2026.1.1-2028.1.1'],
  ];
  writeFileSync(sample, [header, ...rows].map((row) => row.join(',')).join('\n'));
  const { code, err } = await run(['--name', 'tax', '--transport', 'file', '--sample', sample]);
  expect([code, err]).toEqual([0, '']);
  const manifest = written('connectors/sources/tax.yaml');
  expect(manifest).toContain(
    'until: { column: 截止日期, none: ["/"], forever: [长期], undisclosed: [不公开] }',
  );
  expect(manifest).toContain('listedOn: { column: 列入日期, as: { date: D/M/Y }, none: ["-"] }');
  expect(manifest).toContain('publishedOn: { column: 公布日期, as: { date: milliseconds } }');
  expect(manifest).toContain('{ column: 有效期, as: { period: to } }');
  expect(manifest).toContain('{ column: 罚款金额, none: ["-"] }');
  const sdl = written('schema/tax.graphql');
  expect(sdl).toMatch(/a term\?.*\n.*处罚期限。"""\n {2}\w+: String/);
  expect(sdl).toMatch(/from and to.*\n.*\n {2}\w+: Date/);
  for (const row of rows)
    for (const value of [row[0]!, row[1]!, '1234.50', '500万', '2036'])
      expect(sdl + manifest).not.toContain(value);
});

test('a day of which nothing tells the month is left to a person', async () => {
  const sample = join(folder, 'unsure-20261101-1.csv');
  writeFileSync(sample, `统一社会信用代码,列入日期\n${usccAt('91', 1)},01/02/2026\n`);
  expect((await run(['--name', 'tax', '--transport', 'file', '--sample', sample])).code).toBe(0);
  expect(written('schema/tax.graphql')).toContain('# TODO: is it D/M/Y or M/D/Y?');
  expect(written('connectors/sources/tax.yaml')).toContain('listedOn: 列入日期\n');
});

test('comments of columns describe fields and tell units, and a type that loses digits is warned of', async () => {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  await client.query('create table penalty (shxydm text, fkje real, cfjzq text, qysl double precision)');
  await client.query("comment on column penalty.fkje is '罚款金额(万元)'");
  await client.query("comment on column penalty.cfjzq is '处罚截止日期'");
  await client.query(
    "insert into penalty values ($1, 123.5, '9999-12-31', 2), ($2, 1000000, 'infinity', 3)",
    [usccAt('91', 1), usccAt('91', 2)],
  );
  await client.end();
  const { code, err } = await run(['--name', 'tax', '--transport', 'sql', '--table', 'penalty'], {
    TAX_URL: server.url('postgres'),
  });
  expect([code, err]).toEqual([0, '']);
  const [manifest, sdl] = [written('connectors/sources/tax.yaml'), written('schema/tax.graphql')];
  expect(manifest).toContain('amount: { column: fkje, as: wan-yuan }');
  expect(manifest).toContain('until: { column: cfjzq, forever: [infinity] }');
  expect(sdl).toMatch(/# TODO: its type loses digits.*\n.*罚款金额\(万元\)。"""\n {2}amount: Money/);
  expect(sdl).toMatch(/# TODO: its type loses digits.*\n.*qysl。"""\n {2}qysl: Decimal/);
});

test('a delivery in GB18030: encoding, pattern and 万元 are found', async () => {
  const sample = join(folder, 'listings-20261101-1.csv');
  const lines = [columns, ...listings].map((row) => row.join(','));
  writeFileSync(sample, iconv.encode(`${lines.join('\r\n')}\r\n`, 'gb18030'));
  const { code, err } = await run(['--name', 'tax', '--transport', 'file', '--sample', sample]);
  expect([code, err]).toEqual([0, '']);
  const manifest = written('connectors/sources/tax.yaml');
  expect(manifest).toContain('delivery: { pattern: listings-*.csv, format: csv, encoding: gb18030 }');
  expect(manifest).toContain('balance: { column: 欠税余额(万元), as: wan-yuan }');
  expect(manifest).toContain('Organization: { column: 统一社会信用代码, as: uscc }');
  expect(written('schema/tax.graphql')).toContain('listedOn: Date');
});

describe.runIf(mariadb !== undefined)('on the MariaDB server by address', () => {
  test('a table there', async () => {
    const database = `new_source_${process.pid}`;
    const connection = await mysql.createConnection(mariadb!);
    try {
      await connection.query(`create database ${database}`);
      await connection.query(
        `create table ${database}.listing (shxydm char(18), bgrq date, cfje float comment '罚款金额（万元）', yx bit(1))
         character set utf8mb4`,
      );
      await connection.query(`insert into ${database}.listing values (?, '2026-03-01', 1234567, b'1')`, [
        usccAt('91', 1),
      ]);
      const url = new URL(mariadb!);
      url.pathname = `/${database}`;
      const { code, err } = await run(['--name', 'tax', '--transport', 'sql', '--table', 'listing'], {
        TAX_URL: url.href,
      });
      expect([code, err]).toEqual([0, '']);
      const manifest = written('connectors/sources/tax.yaml');
      expect(manifest).toContain('Organization: { column: shxydm, as: uscc }');
      expect(manifest).toContain('amount: { column: cfje, as: wan-yuan }');
      const sdl = written('schema/tax.graphql');
      expect(sdl).toMatch(/# TODO: its type loses digits.*\n.*罚款金额（万元）。"""\n {2}amount: Money/);
      expect(sdl).toContain('yx: Boolean');
    } finally {
      await connection.query(`drop database if exists ${database}`);
      await connection.end();
    }
  });
});

test('a saved answer of a JSON service', async () => {
  const sample = join(folder, 'answer.json');
  writeFileSync(
    sample,
    JSON.stringify({
      code: 0,
      data: { items: [{ uscc: usccAt('91', 1), arrearsAmount: '5.00', active: true }] },
    }),
  );
  const { code, err } = await run(['--name', 'tax', '--transport', 'http', '--sample', sample]);
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(written('connectors/sources/tax.yaml')).toContain('envelope: { items: data.items }');
});

test('a saved GraphQL schema', async () => {
  const sample = join(folder, 'tax.graphql');
  writeFileSync(
    sample,
    'type Query { offences(codes: [String!]!): [Offence!] } type Offence { uscc: String docNo: String }',
  );
  const { code, err } = await run([
    '--name',
    'tax',
    '--transport',
    'graphql',
    '--sample',
    sample,
    '--type',
    'Offence',
    '--key',
    'uscc',
    '--as',
    'uscc',
  ]);
  expect([code, err]).toEqual([0, '']);
});

describe('refuses', () => {
  test('what is missing, by name, where nobody can be asked', async () => {
    const { code, err } = await run(['--transport', 'sql']);
    expect([code, err.includes('--name')]).toEqual([2, true]);
  });
  test('a key that is not there, naming what is', async () => {
    const sample = join(folder, 'no-key-20261101-1.csv');
    writeFileSync(sample, 'a,b\n1,2\n');
    const { code, err } = await run([
      '--name',
      'tax',
      '--transport',
      'file',
      '--sample',
      sample,
      '--key',
      'c',
    ]);
    expect([code, err.includes('there are a, b')]).toEqual([2, true]);
  });
  test('to overwrite, unless told to', async () => {
    const sample = join(folder, 'again-20261101-1.csv');
    writeFileSync(sample, `uscc,name\n${usccAt('91', 1)},样例\n`);
    const argv = ['--name', 'court', '--transport', 'file', '--sample', sample];
    const before = written('schema/court.graphql');
    const { code, err } = await run(argv);
    expect([code, err.includes('schema/court.graphql')]).toEqual([2, true]);
    expect(written('schema/court.graphql')).toBe(before);
  });
  test('a table that is not there, and an address that does not answer', async () => {
    const argv = ['--name', 'tax', '--transport', 'sql', '--table', 'tax.nothing'];
    expect(await run(argv, { TAX_URL: server.url('postgres') })).toMatchObject({ code: 1 });
    expect(await run(argv, { TAX_URL: 'postgres://nobody@127.0.0.1:1/none' })).toMatchObject({ code: 1 });
    expect(existsSync(join(root, 'schema/tax.graphql'))).toBe(false);
  });
  test('a sample that cannot be read', async () => {
    const argv = ['--name', 'tax', '--transport', 'http', '--sample', join(folder, 'nowhere.json')];
    expect(await run(argv)).toMatchObject({ code: 1 });
  });
});
