// What a database really holds is known: odd writings are found, masks are candidates, and rows that are nobody's,
// tables that shrank and tables that cannot be looked through acquit nobody.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Connector, SourceAnswer, Subject } from '../../../connectors/contract.ts';
import { citizenIdAt, orgCodeAt, usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type KeyCensus, unwatched } from '../../../connectors/watch.ts';
import { brandPermitted } from '../../../policies/engine/permitted.ts';
import { completeCitizenId } from '../../../schema/identifiers/citizen-id.ts';
import { planLookups } from '../../../connectors/lookup.ts';
import type { SqlRecord } from '../../../connectors/manifest.ts';
import { openTransport } from '../../../connectors/open.ts';
import { comparableOf } from '../../../connectors/sql/column-keys.ts';
import { databaseOf } from '../../../connectors/sql/connect.ts';
import { takeCensus } from '../../../connectors/sql/key-census.ts';
import { widen } from '../../../connectors/sql/other-writings.ts';
import { writeStatement } from '../../../connectors/sql/statement.ts';
import { type Database, type Levy, databases, levyManifest, openLevy, quiet } from './levy.ts';

const firm = (index: number): Subject => ({ kind: 'Organization', id: usccAt('91', index) });
const [one, two, three] = [firm(1), firm(2), firm(3)];
const person: Subject = { kind: 'Person', id: citizenIdWithX() };

function citizenIdWithX(): string {
  for (let index = 0; ; index += 1) if (citizenIdAt(index).endsWith('X')) return citizenIdAt(index);
}

/** A census rests a hundred times as long as it takes. */
const patiently = { timeout: 30_000, interval: 100 };

const wide = (text: string): string =>
  text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const ofFirms = 'table: arrear\nsubjects: { Organization: { column: code, as: [uscc, org-code] } }';

function ask(levy: Connector, ...subjects: readonly Subject[]): Promise<SourceAnswer> {
  const steps = [{ record: 'LevyArrear', fields: brandPermitted(['note']) }];
  return levy.fetch({ subjects, steps }, new AbortController().signal);
}

const notesIn = (rows: SourceAnswer['rows'] | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...(rows?.get('LevyArrear') ?? [])].map(([id, list]) => [id, list.map(({ note }) => note).sort()]),
  );
const reasonsIn = ({ gaps = [] }: SourceAnswer): readonly string[] => gaps.map(({ reason }) => reason);

describe.each(databases)('%s', (name, start) => {
  let database: Database;
  const opened: Connector[] = [];
  beforeAll(async () => {
    database = await start();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((connector) => connector.close()));
  });
  afterAll(() => database.stop());

  /** A table of keys, each with a note that is its place. */
  const hold = async (keys: readonly (string | null)[], type = 'varchar(200)'): Promise<void> => {
    await database.admin('DROP TABLE IF EXISTS arrear');
    await database.admin(`CREATE TABLE arrear (code ${type}, note varchar(40))`);
    await database.admin('CREATE INDEX arrear_code ON arrear (code)');
    await add(keys);
  };
  const add = async (keys: readonly (string | null)[]): Promise<void> => {
    const rows = keys.map((key, at) => `(${key === null ? 'NULL' : quoted(key)}, ${quoted(`row ${at}`)})`);
    if (rows.length > 0) await database.admin(`INSERT INTO arrear VALUES ${rows.join(', ')}`);
  };
  const open = async (
    record: string,
    top = '',
    surroundings: Parameters<typeof openLevy>[1] = {},
  ): Promise<Connector> => {
    const levy: Levy = { address: database.address, record, top };
    const connector = await openLevy(levy, surroundings);
    opened.push(connector);
    return connector;
  };

  test('a key is found in every writing in which it is certainly a subject’s', async () => {
    const orgCode = orgCodeAt(1);
    const writings = [
      one.id,
      `${one.id} `,
      ` ${one.id}`,
      one.id.toLowerCase(),
      wide(one.id),
      `'${one.id}`,
      `统一社会信用代码：${one.id}`,
      `${one.id.slice(0, 8)} ${one.id.slice(8)}`,
      orgCode,
      `${orgCode.slice(0, 8)}－${orgCode.slice(8)}`,
      ` ${orgCode.toLowerCase()}`,
    ];
    await hold([...writings, two.id]);
    const answer = await ask(await open(ofFirms), one, three);
    expect(notesIn(answer.rows)).toEqual({ [one.id]: writings.map((_, at) => `row ${at}`).sort() });
    expect(reasonsIn(answer)).toEqual([]);
  });

  test('a citizen id is found with a small x, and by fifteen places the manifest does not name', async () => {
    const old = completeCitizenId('99000119620101123');
    const written = [
      `${person.id.slice(0, 17)}x`,
      ` ${person.id.toLowerCase()}`,
      `${old.slice(0, 6)}${old.slice(8, 17)}`,
    ];
    await hold(written);
    const levy = await open('table: arrear\nsubjects: { Person: { column: code, as: citizen-id } }');
    const answer = await ask(levy, person, { kind: 'Person', id: old });
    expect(notesIn(answer.rows)).toEqual({ [person.id]: ['row 0', 'row 1'], [old]: ['row 2'] });
    expect(reasonsIn(answer)).toEqual([]);
  });

  test('a column of a fixed width is found with and without its padding', async () => {
    await hold([one.id, ` ${one.id}`], 'char(24)');
    const answer = await ask(await open(ofFirms), one, three);
    expect(notesIn(answer.rows)).toEqual({ [one.id]: ['row 0', 'row 1'] });
    expect(reasonsIn(answer)).toEqual([]);
  });

  test('a masked key is a candidate of whoever it could be, by every mask sign', async () => {
    const masked = (sign: string): string => `${one.id.slice(0, 6)}${sign.repeat(8)}${one.id.slice(14)}`;
    const signs = ['*', 'X', '×', '●', '＊'];
    await hold([...signs.map(masked), `${one.id.slice(0, 6)}…${one.id.slice(14)}`, two.id]);
    const answer = await ask(await open(ofFirms), one, three);
    expect(notesIn(answer.rows)).toEqual({});
    expect(Object.keys(notesIn(answer.candidates))).toEqual([one.id]);
    expect(notesIn(answer.candidates)[one.id]).toHaveLength(6);
    expect(reasonsIn(answer)).toEqual([]);
  });

  test('several keys in one cell are each found where the manifest says what stands between them', async () => {
    await hold([`${one.id}、 ${two.id}`, `${two.id}`]);
    const separated = ofFirms.replace('org-code]', "org-code], separator: '、'");
    const answer = await ask(await open(separated), one, two, three);
    expect(notesIn(answer.rows)).toEqual({ [one.id]: ['row 0'], [two.id]: ['row 0', 'row 1'] });
    expect(reasonsIn(answer)).toEqual([]);
    // And are nobody's where it does not.
    expect(reasonsIn(await ask(await open(ofFirms), three))).toEqual(['UNUSABLE_KEYS']);
  });

  test('rows that are nobody’s are counted by what is wrong with them, and nobody is clear by them', async () => {
    const wrongCheck = `${one.id.slice(0, 17)}${one.id.endsWith('0') ? '1' : '0'}`;
    await hold([
      one.id,
      one.id.slice(0, 17),
      wrongCheck,
      wrongCheck,
      null,
      '',
      '  ',
      '4.2E+17',
      '1234567',
      'nonsense!',
    ]);
    const censuses: KeyCensus[] = [];
    const watch = { ...unwatched, keysCounted: (census: KeyCensus) => void censuses.push(census) };
    const answer = await ask(await open(ofFirms, '', { watch }), one);
    expect(notesIn(answer.rows)).toEqual({ [one.id]: ['row 0'] });
    expect(reasonsIn(answer)).toEqual(['UNUSABLE_KEYS']);
    const unusable = { LENGTH: 1, CHECK_DIGIT: 2, EMPTY: 3, EXPONENT: 1, EATEN_ZEROS: 1, OTHER: 1 };
    expect(censuses.at(-1)).toMatchObject({ source: 'levy', record: 'LevyArrear', rows: 10, unusable });
    const allowed = await open(`unusableKeys: 9\n${ofFirms}`);
    expect(reasonsIn(await ask(allowed, one))).toEqual([]);
  });

  test('a row needs a key in one of its columns, not in all', async () => {
    await database.admin('DROP TABLE IF EXISTS arrear');
    await database.admin('CREATE TABLE arrear (code varchar(40), id varchar(40), note varchar(40))');
    await database.admin(`INSERT INTO arrear VALUES ('${one.id}', NULL, 'a'), ('', '${person.id}', 'b')`);
    const record =
      'table: arrear\nsubjects: { Organization: { column: code, as: uscc }, Person: { column: id, as: citizen-id } }';
    expect(reasonsIn(await ask(await open(record), three))).toEqual([]);
    await database.admin(`INSERT INTO arrear VALUES (NULL, ' ', 'c')`);
    expect(reasonsIn(await ask(await open(record), three))).toEqual(['UNUSABLE_KEYS']);
  });

  test('a column of numbers is asked for numbers', async () => {
    const old = completeCitizenId('99000119620101123');
    await hold([old.slice(0, 6) + old.slice(8, 17), '123456789'], 'bigint');
    const record = `table: arrear
unusableKeys: 1
subjects: { Person: { column: code, as: [citizen-id, citizen-id-15] } }`;
    const answer = await ask(await open(record), { kind: 'Person', id: old }, person);
    expect(answer.state).toBe('OK');
    expect(notesIn(answer.rows)).toEqual({ [old]: ['row 0'] });
    expect(reasonsIn(answer)).toEqual([]);
  });

  test('an empty table proves nothing, unless the manifest says that it may be empty', async () => {
    await hold([]);
    expect(reasonsIn(await ask(await open(ofFirms), one))).toEqual(['FEWER']);
    expect(reasonsIn(await ask(await open(`atLeast: 0\n${ofFirms}`), one))).toEqual([]);
  });

  // Once a reload that deletes first made everybody clean for as long as it took.
  test('a table emptied a moment ago is noticed by the very look-up that finds it so', async () => {
    await hold([one.id, two.id]);
    const levy = await open(`atLeast: 2\n${ofFirms}`, 'census: { every: 10m }');
    expect(reasonsIn(await ask(levy, three))).toEqual([]);
    await database.admin('DELETE FROM arrear');
    expect(reasonsIn(await ask(levy, three))).toContain('FEWER');
  });

  test('a table that lost too many rows is held against its last count until it has them again', async () => {
    await hold([one.id, two.id, three.id]);
    const levy = await open(`shrink: 50%\n${ofFirms}`, 'census: { every: 50ms }');
    expect(reasonsIn(await ask(levy, firm(4)))).toEqual([]);
    await database.admin(`DELETE FROM arrear WHERE code <> '${one.id}'`);
    await expect.poll(async () => reasonsIn(await ask(levy, firm(4))), patiently).toEqual(['FEWER']);
    await add([two.id]);
    await expect.poll(async () => reasonsIn(await ask(levy, firm(4))), patiently).toEqual([]);
  });

  test('what was written otherwise since is found after the next census', async () => {
    await hold([two.id]);
    const levy = await open(ofFirms, 'census: { every: 50ms }');
    await add([one.id.toLowerCase()]);
    await expect
      .poll(async () => notesIn((await ask(levy, one)).rows), patiently)
      .toEqual({ [one.id]: ['row 0'] });
  });

  test('what was written since in the way of other rows is found at once', async () => {
    await hold([` ${two.id.toLowerCase()}`, `代码：${two.id}`]);
    const levy = await open(ofFirms, 'census: { every: 10m }');
    await add([` ${one.id.toLowerCase()}`, `代码：${one.id}`]);
    expect(notesIn((await ask(levy, one)).rows)).toEqual({ [one.id]: ['row 0', 'row 1'] });
  });

  test('a table that is gone fails its answers alone, and is looked through when it is back', async () => {
    await hold([one.id.toLowerCase()]);
    await database.admin('ALTER TABLE arrear RENAME TO away');
    const levy = await open(ofFirms);
    expect(await ask(levy, one)).toMatchObject({ state: 'INVALID' });
    await database.admin('ALTER TABLE away RENAME TO arrear');
    expect(reasonsIn(await ask(levy, one))).toEqual(['UNSEEN']);
    const later = async (): Promise<unknown> => {
      const answer = await ask(levy, one);
      return [notesIn(answer.rows), reasonsIn(answer)];
    };
    await expect.poll(later, patiently).toEqual([{ [one.id]: ['row 0'] }, []]);
  });

  test('a census that takes too long leaves what cannot be seen unsaid', async () => {
    await hold([one.id, two.id]);
    const slow = name === 'PostgreSQL' ? 'pg_sleep(0.2) IS NOT NULL' : 'SLEEP(0.2) = 0';
    const levy = await open(
      `query: SELECT code, note FROM arrear WHERE ${slow}\n${ofFirms.slice(ofFirms.indexOf('\n') + 1)}`,
      'census: { every: 1m, timeout: 100ms }',
    );
    const answer = await ask(levy, one);
    expect(answer.state).toBe('OK');
    expect(notesIn(answer.rows)).toEqual({ [one.id]: ['row 0'] });
    expect(reasonsIn(answer)).toEqual(['UNSEEN']);
  });

  test('data are as old as the column or the heartbeat says, and stale beyond what the manifest allows', async () => {
    await hold([one.id]);
    await database.admin('DROP TABLE IF EXISTS heartbeat');
    const moment = name === 'PostgreSQL' ? 'timestamptz' : 'timestamp NULL';
    await database.admin(`CREATE TABLE heartbeat (beat ${moment})`);
    const levy = await open(ofFirms, 'freshness: { maxAge: 2d, at: { table: heartbeat, column: beat } }');
    expect(await ask(levy, one)).toMatchObject({ state: 'INVALID' });
    await database.admin(`INSERT INTO heartbeat VALUES (CURRENT_TIMESTAMP - INTERVAL '3' DAY)`);
    expect(await ask(levy, one)).toMatchObject({ state: 'STALE' });
    await database.admin('INSERT INTO heartbeat VALUES (CURRENT_TIMESTAMP)');
    expect(await ask(levy, one)).toMatchObject({ state: 'OK' });
  });

  test('a replica says how far it has come, where the database can say it', async () => {
    await hold([one.id]);
    const levy = open(ofFirms, 'freshness: { maxAge: 2d, replica: true }');
    // The server here is none, and speaks of this moment.
    if (name === 'PostgreSQL') expect(await ask(await levy, one)).toMatchObject({ state: 'OK' });
    else await expect(levy).rejects.toThrow('name a heartbeat');
  });

  test('look-ups stay on the index when writings and masks are added', async () => {
    const series = name === 'PostgreSQL' ? 'generate_series(1, 20000) AS s (seq)' : 'seq_1_to_20000';
    await hold([one.id.toLowerCase(), `${one.id} `, `${two.id.slice(0, 6)}********${two.id.slice(14)}`]);
    await database.admin(`INSERT INTO arrear SELECT CONCAT('K', seq), 'filler' FROM ${series}`);
    await database.admin(name === 'PostgreSQL' ? 'ANALYZE arrear' : 'ANALYZE TABLE arrear');
    const mapping = levyManifest({ address: database.address, record: ofFirms }).records.get('LevyArrear')!;
    const { dialect, text, open: openSession } = databaseOf(database.address);
    const limits = { concurrency: 1, deadline: 10_000, bytes: 10_000_000 };
    const session = openSession({ address: database.address, source: 'levy', ...limits });
    const relation = { table: ['arrear'] };
    const tools = { dialect, text, session, relation, now: () => performance.now() };
    const taken = await takeCensus(mapping as SqlRecord, tools, new AbortController().signal);
    await session.close();
    expect(taken).toMatchObject({ rows: 20_003, rewritten: 2, masked: 1, spoilt: 20_000 });
    const steps = [{ record: 'LevyArrear', fields: brandPermitted(['note']) }];
    const [planned] = planLookups(
      levyManifest({ address: database.address, record: ofFirms }),
      [one, two],
      steps,
    );
    const { lookup, cutShort } = widen({ ...planned!, mapping: mapping as SqlRecord }, taken);
    expect(cutShort).toBe(false);
    // Its two writings and the mask; and two ways of writing four further keys.
    expect(lookup.keys).toHaveLength(planned!.keys.length + 3 + 2 * comparableOf(planned!.keys).length - 2);
    const statement = writeStatement(dialect, [lookup], () => relation);
    let at = 0;
    const literal = (value: unknown): string =>
      typeof value === 'string'
        ? quoted(value)
        : quoted(`{${(value as string[]).map((key) => `"${key}"`).join(',')}}`);
    const asked = statement.text.replace(/\$[0-9]+|\?/g, () => literal(statement.values[at++]));
    const plan = JSON.stringify(await database.admin(`EXPLAIN ${asked}`));
    expect(plan).toMatch(name === 'PostgreSQL' ? /arrear_code/ : /"type":"range".*"key":"arrear_code"/);
  });

  test('a look-up is answered while a census runs, and closing ends the census', async () => {
    await hold([one.id]);
    const slow =
      name === 'PostgreSQL'
        ? `(code = ${quoted(one.id)} OR pg_sleep(20) IS NOT NULL)`
        : `(code = ${quoted(one.id)} OR SLEEP(20) = 0)`;
    await add([two.id]);
    const manifest = levyManifest({
      address: database.address,
      record: `query: SELECT code, note FROM arrear WHERE ${slow}\n${ofFirms.slice(ofFirms.indexOf('\n') + 1)}`,
    });
    const surroundings = { clock: () => new Date(), log: quiet, stagingUrl: undefined };
    const { transport } = openTransport(manifest, surroundings);
    const lookups = planLookups(
      manifest,
      [one],
      [{ record: 'LevyArrear', fields: brandPermitted(['note']) }],
    );
    let rows = 0;
    await transport.exchange(lookups, () => void (rows += 1), new AbortController().signal);
    expect(rows).toBe(1);
    expect(transport.gapsOf?.(manifest.records.get('LevyArrear')!)).toEqual(['UNSEEN']);
    await transport.close();
    const running =
      name === 'PostgreSQL'
        ? `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%census of keys%' AND state = 'active' AND pid <> pg_backend_pid()`
        : `SELECT 1 FROM information_schema.processlist WHERE info LIKE '%census of keys%' AND id <> CONNECTION_ID()`;
    await expect.poll(() => database.admin(running), patiently).toEqual([]);
  });
});
