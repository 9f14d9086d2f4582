// Where a manifest says its rows are: queries, crosswalks and composite keys, on every kind of database.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connector, SourceAnswer } from '../../../connectors/contract.ts';
import { loadManifests } from '../../../connectors/manifest.ts';
import { openConnectors } from '../../../connectors/open.ts';
import { orgCodeAt, usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { mysqlDialect } from '../../../connectors/sql/mysql-dialect.ts';
import { brandPermitted } from '../../../policies/engine/permitted.ts';
import { loadCatalogue } from '../../../schema/catalogue.ts';
import { formatProblem } from '../../../schema/problem.ts';
import { mariadbUrl } from '../../contract/mysql-bench.ts';

interface Database {
  readonly address: string;
  admin(text: string): Promise<unknown>;
  stop(): Promise<void>;
}

async function onPostgres(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), 'relations-'));
  const server = await startPostgres({ directory, port: 0 });
  const pool = new pg.Pool({ connectionString: server.url('postgres'), max: 1 });
  pool.on('error', () => undefined);
  // Its body speaks of a table that is made later.
  await pool.query('SET check_function_bodies = off');
  await pool.query(`CREATE FUNCTION scribble() RETURNS int VOLATILE LANGUAGE sql AS
    $$ UPDATE arrear SET note = 'spoilt'; SELECT 1 $$`);
  return {
    address: server.url('postgres'),
    admin: (text) => pool.query(text).then(({ rows }) => rows),
    stop: async () => {
      await pool.end();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function onMariadb(): Promise<Database> {
  const database = `relations_${process.pid}_${Date.now()}`;
  const admin = await mysql.createConnection({ uri: mariadbUrl! });
  await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
  await admin.query(`USE ${database}`);
  await admin.query(`CREATE FUNCTION scribble() RETURNS int MODIFIES SQL DATA
    BEGIN UPDATE arrear SET note = 'spoilt'; RETURN 1; END`);
  const address = new URL(mariadbUrl!);
  address.pathname = `/${database}`;
  return {
    address: address.href,
    admin: (text) => admin.query(text).then(([rows]) => rows),
    stop: async () => {
      await admin.query(`DROP DATABASE ${database}`);
      await admin.end();
    },
  };
}

const SDL = `
extend type Organization {
  "Levy." levy: LevySection
}
type LevySection implements Section {
  source: String!
  state: SectionState!
  asOf: DateTime
  arrears: [LevyArrear!]
}
type LevyArrear @classified(sharing: UNCONDITIONAL, level: 1) {
  "Note." note: String
}
`;

/** Opens a source whose one record type is written so. */
async function open(address: string, record: string): Promise<Connector> {
  const root = mkdtempSync(join(tmpdir(), 'levy-'));
  const [schema, sources] = [join(root, 'schema'), join(root, 'sources')];
  mkdirSync(schema);
  mkdirSync(sources);
  for (const name of readdirSync('schema').filter((file) => /^credit\b.*\.graphql$/.test(file))) {
    copyFileSync(join('schema', name), join(schema, name));
  }
  writeFileSync(join(schema, 'levy.graphql'), SDL);
  writeFileSync(
    join(sources, 'levy.yaml'),
    `source: levy
title: { en: Levy, zh: 税费 }
owner: { en: Levy, zh: 税费 }
transport: sql
address: \${LEVY_URL}
limits: { deadline: 2s, concurrency: 2, bytes: 1MB, recordsPerSubject: 50 }
records:
  LevyArrear:
${record.trimEnd().replace(/^/gm, '    ')}
    fields: { note: note }
`,
  );
  const { catalogue, problems } = loadCatalogue(schema);
  if (catalogue === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  const environment = { LEVY_URL: address };
  const loaded = loadManifests({ directory: sources, catalogue, environment });
  if (loaded.problems.length > 0) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const clock = (): Date => new Date();
  const connectors = await openConnectors({ manifests: loaded.manifests, clock, log: quiet });
  return connectors.get('levy')!;
}

const firms = [1, 2, 3, 4].map((index) => usccAt('91', index));
const [one, two, three] = firms as [string, string, string];

async function notesOf(
  connector: Connector,
  ids: readonly string[] = firms,
): Promise<SourceAnswer & { readonly notes: unknown }> {
  const subjects = ids.map((id) => ({ kind: 'Organization' as const, id }));
  const steps = [{ record: 'LevyArrear', fields: brandPermitted(['note']) }];
  const answer = await connector.fetch({ subjects, steps }, new AbortController().signal);
  await connector.close();
  return { ...answer, notes: notesIn(answer.rows) };
}

function notesIn(rows: SourceAnswer['rows']): Readonly<Record<string, unknown>> {
  const found = rows.get('LevyArrear') ?? new Map<string, never[]>();
  return Object.fromEntries([...found].map(([id, list]) => [id, list.map((row) => row['note']).sort()]));
}

const candidatesOf = ({ candidates }: SourceAnswer): unknown => notesIn(candidates ?? new Map());

const databases: [string, () => Promise<Database>][] = [['PostgreSQL', onPostgres]];
if (mariadbUrl !== undefined) databases.push(['MariaDB', onMariadb]);

describe.each(databases)('%s', (_name, start) => {
  let database: Database;
  beforeAll(async () => {
    database = await start();
    const code = 'varchar(40)';
    await database.admin(`CREATE TABLE arrear (no ${code}, region ${code}, note ${code})`);
    await database.admin('CREATE INDEX arrear_no ON arrear (no)');
    await database.admin(`CREATE TABLE payer (uscc ${code}, no ${code}, region ${code})`);
    await database.admin('CREATE INDEX payer_uscc ON payer (uscc)');
    await database.admin(`INSERT INTO payer VALUES
      ('${one}', 'ab-1', '420200'), ('${one}', 'ab-1', '420200'), ('${two}', 'ab-1', '370200'),
      ('${two}', 'ab-7', '420200'), ('${two.toLowerCase()}', 'ab-7', '420200'),
      ('${three}', '${three}', '420200'), ('${three.toLowerCase()}', 'ab-9', '420200')`);
    await database.admin(`INSERT INTO arrear VALUES
      ('ab-1', '420200', 'number in 420200'), ('ab-1', '370200', 'number in 370200'),
      ('AB-1', '420200', 'another number'), ('ab-1 ', '420200', 'yet another'), ('ab-9', '420200', 'nobody''s'),
      ('ab-7', '420200', 'one number of two'), ('${three}', '420200', 'whole code'), ('${orgCodeAt(2)}', '420200', 'organisation code')`);
  });
  afterAll(() => database.stop());

  test('a query is a table', async () => {
    const levy = await open(
      database.address,
      `query: |
  SELECT payer.uscc AS uscc, arrear.note AS note FROM arrear JOIN payer ON payer.no = arrear.no
  WHERE arrear.no = '${three}' -- the rest is elsewhere
subjects: { Organization: { column: uscc, as: uscc } }`,
    );
    expect(await notesOf(levy)).toMatchObject({ state: 'OK', notes: { [three]: ['whole code'] } });
  });

  test('a query cannot write, not even through a function', async () => {
    const levy = await open(
      database.address,
      `query: SELECT no AS uscc, note FROM arrear WHERE scribble() = 1
subjects: { Organization: { column: uscc, as: uscc } }`,
    );
    expect(await notesOf(levy)).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_REFUSED' } });
    expect(await database.admin(`SELECT note FROM arrear WHERE note = 'spoilt'`)).toEqual([]);
  });

  const byNumber = `table: arrear
subjects: { Organization: { column: no, crosswalk: { table: payer, from: uscc, to: no } } }`;

  test('a row is found by another identifier, each once, and the answer says so', async () => {
    const answer = await notesOf(await open(database.address, byNumber));
    expect(answer).toMatchObject({
      state: 'OK',
      notes: { [two]: ['one number of two'], [three]: ['whole code'] },
    });
    expect(Object.fromEntries(answer.methods!.get('LevyArrear')!)).toEqual({
      [two]: 'CROSSWALK',
      [three]: 'CROSSWALK',
    });
  });

  // Once its rows were shown to both.
  test('a number of two subjects proves nothing of either, though only one of them is asked about', async () => {
    const both = ['number in 370200', 'number in 420200'];
    const together = await notesOf(await open(database.address, byNumber));
    expect(candidatesOf(together)).toEqual({ [one]: both, [two]: both });
    const alone = await notesOf(await open(database.address, byNumber), [one]);
    expect(alone.notes).toEqual({});
    expect(candidatesOf(alone)).toEqual({ [one]: both });
  });

  test('columns that identify only together are compared together', async () => {
    const levy = await open(
      database.address,
      `table: arrear
subjects:
  Organization: { column: no, crosswalk: { table: payer, from: uscc, to: no, and: { region: region } } }`,
    );
    expect((await notesOf(levy)).notes).toEqual({
      [one]: ['number in 420200'],
      [two]: ['number in 370200', 'one number of two'],
      [three]: ['whole code'],
    });
  });

  test('found directly and by the crosswalk, a row comes once, by the surer method', async () => {
    const levy = await open(
      database.address,
      `table: arrear
subjects:
  Organization: { column: no, as: [uscc, org-code], crosswalk: { table: payer, from: uscc, to: no, and: { region: region } } }`,
    );
    const answer = await notesOf(levy);
    expect(answer.notes).toEqual({
      [one]: ['number in 420200'],
      [two]: ['number in 370200', 'one number of two', 'organisation code'],
      [three]: ['whole code'],
    });
    expect(Object.fromEntries(answer.methods!.get('LevyArrear')!)).toEqual({
      [one]: 'CROSSWALK',
      [two]: 'CROSSWALK',
    });
  });

  test('what is wrong with a relation is said at the start', async () => {
    const subjects = 'subjects: { Organization: { column: no, as: uscc } }';
    const wrong = async (record: string): Promise<string> =>
      open(database.address, `${record}\n${subjects}`).then(
        () => 'nothing',
        (error: Error) => error.message,
      );
    expect(await wrong('table: arrear\nquery: SELECT 1')).toMatch(/either a table or a query/);
    expect(await wrong('filters: []')).toMatch(/either a table or a query/);
    expect(await wrong('query: SELECT 1; DELETE FROM arrear')).toMatch(/without a semicolon/);
    expect(await wrong('query: DELETE FROM arrear')).toMatch(/write one SELECT/);
    expect(await wrong('query: SELECT * FROM arrear WHERE no = $1')).toMatch(/no parameters/);
  });
});

describe.runIf(mariadbUrl !== undefined)('keys on MariaDB', () => {
  test('are found by the column’s index, and the text serves any number up to a power of two', async () => {
    const database = await onMariadb();
    try {
      await database.admin('CREATE TABLE big (code varchar(40), doc text, KEY by_code (code))');
      await database.admin(`INSERT INTO big SELECT CONCAT('K', seq), seq FROM seq_1_to_20000`);
      const textFor = (count: number): string => {
        const keys = Array.from({ length: count }, (_, at) => `'K${at}'`);
        return mysqlDialect.anyOf('`code`', keys, String);
      };
      const plan = await database.admin(`EXPLAIN SELECT doc FROM big WHERE ${textFor(30)}`);
      expect(plan).toMatchObject([{ type: 'range', key: 'by_code' }]);
      const marks = (count: number): string =>
        mysqlDialect.anyOf('c', Array<string>(count).fill('k'), () => '?');
      expect(marks(17)).toBe(marks(32));
      expect(marks(17)).not.toBe(marks(33));
      expect(marks(1)).toBe('(c IN (?) AND CAST(CONVERT(c USING utf8mb4) AS BINARY) IN (?))');
    } finally {
      await database.stop();
    }
  });
});
