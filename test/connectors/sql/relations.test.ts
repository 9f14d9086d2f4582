// Where a manifest says its rows are: queries, crosswalks and composite keys, on every kind of database.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connector, SourceAnswer } from '../../../connectors/contract.ts';
import { orgCodeAt, usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { mysqlDialect } from '../../../connectors/sql/mysql-dialect.ts';
import { brandPermitted } from '../../../policies/engine/permitted.ts';
import { mariadbUrl } from '../../contract/mysql-bench.ts';
import { type Database, databases, onMariadb, openLevy } from './levy.ts';

const open = (address: string, record: string): Promise<Connector> => openLevy({ address, record });

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
      ('AB-1', '420200', 'another number'), ('ab-1 ', '420200', 'yet another'), ('ab-9', '420200', 'lower case of three'),
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
      notes: { [two]: ['one number of two'], [three]: ['lower case of three', 'whole code'] },
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
      [three]: ['lower case of three', 'whole code'],
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
      [three]: ['lower case of three', 'whole code'],
    });
    expect(Object.fromEntries(answer.methods!.get('LevyArrear')!)).toEqual({
      [one]: 'CROSSWALK',
      [two]: 'CROSSWALK',
      [three]: 'CROSSWALK',
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
