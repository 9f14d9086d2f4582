import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type Connector,
  type SourceAnswer,
  type Subject,
  gapFor,
  undisclosedMark,
} from '../../connectors/contract.ts';
import { citizenIdAt, orgCodeAt, usccAt } from '../../connectors/sandbox/generator/identifiers.ts';
import { type Postgres, startPostgres } from '../../connectors/sandbox/postgres/postgres.ts';
import { filterOf } from '../../policies/engine/row-filter.ts';
import { meets } from '../policies/engine/filter-meaning.ts';
import { type AgencyRow, type AgencyRows, type Bench, ask, numbersOf, openProbe, said } from './bench.ts';
import { fileFormats, startFileBench } from './file-bench.ts';
import { startGraphqlBench, startSubgraphBench } from './graphql-bench.ts';
import { HTTP_PAGE, httpBenches } from './http-bench.ts';
import { mariadbUrl, startMysqlBench } from './mysql-bench.ts';
import { startSoapBench } from './soap-bench.ts';
import { startSqlBench } from './sql-bench.ts';

/** In CI the machine's own server is a must; elsewhere it is used when named. */
const serverUrl =
  process.env['TEST_POSTGRES_URL'] ??
  (process.env['CI'] === 'true' ? 'postgres://postgres@127.0.0.1:5432/postgres' : undefined);

let embedded: Postgres;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contract-'));
  embedded = await startPostgres({ directory, port: 0 });
});
afterAll(async () => {
  await embedded.stop();
  await rm(directory, { recursive: true, force: true });
});

const benches: [string, () => Promise<Bench>][] = [
  ...httpBenches,
  ['soap 1.1', () => startSoapBench('1.1', 10)],
  ['soap 1.2', () => startSoapBench('1.2', 10)],
  ['soap 1.1, a call for each key', () => startSoapBench('1.1', 1)],
  ['graphql', startGraphqlBench],
  ['graphql, entities of a subgraph', startSubgraphBench],
  ['sql on the embedded server', () => startSqlBench('sql', embedded.url('postgres'))],
];
for (const format of Object.keys(fileFormats) as (keyof typeof fileFormats)[])
  benches.push([`file: ${format}`, () => startFileBench(embedded.url('postgres'), format)]);
if (serverUrl !== undefined)
  benches.push(['sql on a server by address', () => startSqlBench('sql', serverUrl)]);
const mariadb = mariadbUrl;
if (mariadb !== undefined) benches.push(['sql on MariaDB', () => startMysqlBench(mariadb)]);

const firm = (index: number): Subject => ({ kind: 'Organization', id: usccAt('91', index) });
const person = (index: number): Subject => ({ kind: 'Person', id: citizenIdAt(index) });
const row = (code: string | null, doc: string, more: Partial<AgencyRow> = {}): AgencyRow => ({
  code,
  doc,
  amt: '1.5',
  day: '2026-03-01',
  st: '0',
  ...more,
});
const notRevoked = filterOf(
  new Map([['status', { orAbsent: true, accepts: { kind: 'notIn', values: ['REVOKED'] } }]]),
)!;
const listings = (...rows: AgencyRow[]): AgencyRows => ({ listings: rows, awards: [] });
const [one, two, three] = [firm(1), firm(2), firm(3)];
const hyphenated = `${orgCodeAt(2).slice(0, 8)}-${orgCodeAt(2).slice(8)}`;

describe.each(benches)('%s', (title, start) => {
  let bench: Bench;
  let probe: Connector | undefined;
  /** Whether every row is looked at: by us, or because the source hands all of them over. */
  const looksThrough = (): boolean => /^(?:file|sql)/.test(title) || !bench.filters;
  /** Calls it takes to ask for so many keys of each record type. */
  const roundTrips = (...keys: number[]): number =>
    bench.batch === undefined ? 1 : keys.reduce((sum, count) => sum + Math.ceil(count / bench.batch!), 0);
  const open = async (
    rows: AgencyRows,
    options: Parameters<typeof openProbe>[1] = {},
  ): Promise<Connector> => {
    await bench.hold(rows);
    return (probe = await openProbe(bench, options));
  };
  beforeAll(async () => {
    bench = await start();
  });
  afterEach(async () => {
    // Whatever happened, nothing told to the log names a subject.
    const told = JSON.stringify(said.splice(0));
    expect(told).not.toMatch(/91990000|99[0-9]{15}|XX[0-9]{6}|A-[0-9]/);
    await bench.setFault('none');
    await probe?.close();
    probe = undefined;
  });
  afterAll(() => bench.stop());

  test('values come back canonical, and only permitted fields', async () => {
    const source = await open(listings(row(one.id, 'A-1', { amt: '1.5', st: '1' })));
    const answer = await ask(source, [one, two], { Listing: ['amount', 'status'] });
    expect(answer).toMatchObject({ state: 'OK', invalidSubjects: new Set() });
    expect(answer.failure).toBeUndefined();
    const [found] = answer.rows.get('Listing')!.get(one.id)!;
    expect(Object.getPrototypeOf(found)).toBeNull();
    expect({ ...found }).toEqual({ amount: '1.50', status: 'REVOKED' });
    expect(numbersOf(answer, two.id)).toEqual([]);
  });

  test('a column nobody may see is not asked for, and the keys are those of the subjects', async () => {
    const source = await open(listings(row(one.id, 'A-1')));
    await ask(source, [one, person(7)], { Listing: ['amount'] });
    const orgCode = orgCodeAt(1);
    const keys = [one.id, `${orgCode.slice(0, 8)}-${orgCode.slice(8)}`, orgCode, person(7).id];
    expect(bench.calls()).toHaveLength(roundTrips(keys.length));
    const asked = bench.calls().flat();
    expect(asked.flatMap((call) => call.keys).sort()).toEqual(keys.sort());
    for (const { keys: _keys, ...rest } of asked)
      expect(rest).toEqual({ record: 'listings', columns: ['code', 'amt'] });
  });

  test('all record types and subjects of a request cost one round trip', async () => {
    const rows = { listings: [row(one.id, 'A-1')], awards: [row(two.id, 'B-1')] };
    const source = await open(rows);
    const fields = { Listing: ['number'], Award: ['number', 'day'] };
    const answer = await ask(source, [one, two, three], fields);
    expect(numbersOf(answer, one.id)).toEqual(['A-1']);
    expect(answer.rows.get('Award')?.get(two.id)).toMatchObject([{ number: 'B-1', day: '2026-03-01' }]);
    const asked = bench.calls().flat();
    const kinds = new Map(asked.map(({ record, columns }) => [record, columns]));
    expect(kinds).toEqual(
      new Map([
        ['listings', ['code', 'doc']],
        ['awards', ['code', 'doc', 'day']],
      ]),
    );
    // REST has a path per record type, SOAP an operation; the others answer everything at once. A listing has three keys a firm.
    expect(bench.calls()).toHaveLength(roundTrips(9, 3));
  });

  test('a shuffled and short batch is matched by key', async () => {
    const source = await open(
      listings(row(three.id, 'C-1'), row(one.id, 'A-1'), row(three.id, 'C-2'), row(one.id, 'A-2')),
    );
    const answer = await ask(source, [one, two, three], { Listing: ['number'] });
    expect(numbersOf(answer, one.id).sort()).toEqual(['A-1', 'A-2']);
    expect(numbersOf(answer, two.id)).toEqual([]);
    expect(numbersOf(answer, three.id).sort()).toEqual(['C-1', 'C-2']);
  });

  test('no order is asked for: it would take a column that nobody may see', async () => {
    const source = await open(
      listings(row(one.id, 'late', { day: '2026-03-09' }), row(one.id, 'early', { day: '2026-03-01' })),
    );
    const answer = await ask(source, [one], { Listing: ['number'] });
    expect(numbersOf(answer, one.id).sort()).toEqual(['early', 'late']);
    expect(bench.calls().at(-1)![0]!.columns).toEqual(['code', 'doc']);
  });

  test('rows of a subject nobody asked for are discarded', async () => {
    const source = await open(listings(row(firm(99).id, 'X-1'), row(one.id, 'A-1')));
    const answer = await ask(source, [one]);
    expect(answer.state).toBe('OK');
    expect([...answer.rows.get('Listing')!.keys()]).toEqual([one.id]);
  });

  test('a record under the legacy organisation code is found, with and without its hyphen', async () => {
    const source = await open(listings(row(hyphenated, 'old'), row(orgCodeAt(2), 'older')));
    const answer = await ask(source, [one, two]);
    expect(numbersOf(answer, two.id).sort()).toEqual(['old', 'older']);
    expect(numbersOf(answer, one.id)).toEqual([]);
  });

  test('a masked id never matches, and whoever it could be does not look clean', async () => {
    const masked = `${person(1).id.slice(0, 6)}********${person(1).id.slice(14)}`;
    const source = await open(listings(row(masked, 'M-1'), row(one.id, 'A-1')));
    const answer = await ask(source, [person(1), one]);
    expect(numbersOf(answer, person(1).id)).toEqual([]);
    expect(numbersOf(answer, one.id)).toEqual(['A-1']);
    const candidates = answer.candidates?.get('Listing');
    expect([...(candidates?.keys() ?? [])]).toEqual(looksThrough() ? [person(1).id] : []);
    expect(answer.invalidSubjects).toEqual(new Set());
  });

  test('amounts with their unit and days with the name of their month come back canonical', async () => {
    const source = await open(
      listings(
        row(one.id, 'A-1', { amt: '500万元', day: '1-JUN-2026' }),
        row(two.id, 'B-1', { amt: '￥1234.5', day: '2026.3.1' }),
        row(three.id, 'C-1', { amt: '5万美元' }),
      ),
    );
    const answer = await ask(source, [one, two, three], { Listing: ['amount', 'day'] });
    const found = answer.rows.get('Listing')!;
    expect({ ...found.get(one.id)![0] }).toEqual({ amount: '5000000.00', day: '2026-06-01' });
    expect({ ...found.get(two.id)![0] }).toEqual({ amount: '1234.50', day: '2026-03-01' });
    expect(gapFor(answer.gaps, 'Listing', three.id)).toBe('UNREADABLE');
  });

  test('words for none, for ever and not disclosed mean what the manifest says', async () => {
    const awards = [row(one.id, 'A-1', { day: '长期' }), row(two.id, 'B-1', { day: '-' })];
    const source = await open({ listings: [row(three.id, '不公开')], awards });
    const fields = { Listing: ['number', 'day'], Award: ['number', 'day'] };
    const { rows } = await ask(source, [one, two, three], fields);
    expect({ ...rows.get('Award')!.get(one.id)![0] }).toEqual({ number: 'A-1', day: '9999-12-31' });
    expect({ ...rows.get('Award')!.get(two.id)![0] }).toEqual({ number: 'B-1', day: null });
    expect({ ...rows.get('Listing')!.get(three.id)![0] }).toEqual({
      number: null,
      day: '2026-03-01',
      [undisclosedMark]: ['number'],
    });
  });

  test('a value that cannot be read spoils its own record, and its subject is not clear', async () => {
    const source = await open(
      listings(row(one.id, 'A-1'), row(one.id, 'A-2', { day: '2026-02-30' }), row(two.id, 'B-1')),
    );
    const answer = await ask(source, [one, two]);
    expect(answer.state).toBe('OK');
    expect(answer.invalidSubjects).toEqual(new Set());
    expect(answer.gaps).toContainEqual({
      record: 'Listing',
      reason: 'UNREADABLE',
      subjects: new Set([one.id]),
    });
    expect(numbersOf(answer, one.id)).toEqual(['A-1']);
    expect(numbersOf(answer, two.id)).toEqual(['B-1']);
  });

  test('a record whose key is nobody’s is told, and nobody is clear by what is missing', async () => {
    const rows = listings(row(one.id, 'A-1'), row(one.id.slice(0, 17), 'bad'), row(null, 'without'));
    const some = await ask(await open(rows, { unusableKeys: 1, control: one.id }), [one, two]);
    expect(numbersOf(some, one.id)).toEqual(['A-1']);
    expect(gapFor(some.gaps, 'Listing', two.id)).toBe(looksThrough() ? 'UNUSABLE_KEYS' : undefined);
    await probe?.close();
    const allowed = await ask(await open(rows, { unusableKeys: 2, control: one.id }), [two]);
    expect(gapFor(allowed.gaps, 'Listing', two.id)).toBeUndefined();
  });

  test('silence is proven by a control that is found, and by nothing less', async () => {
    const source = await open(listings(row(three.id, 'always')), { control: three.id });
    const proven = await ask(source, [one, two]);
    expect(proven).toMatchObject({ state: 'OK', gaps: [] });
    expect([...proven.rows.values()].flatMap((found) => [...found.keys()])).toEqual([]);
    // A control costs no call of its own where a call has room for it.
    expect(bench.calls()).toHaveLength(roundTrips(2 * 3 + 3 * Math.ceil((2 * 3) / 7)));
    await probe?.close();
    const silent = await ask(await open(listings(row(firm(98).id, 'X')), { control: three.id }), [one, two]);
    expect(silent).toMatchObject({ state: 'INVALID', failure: { code: 'SOURCE_INVALID_ANSWER' } });
    await probe?.close();
    const unproven = await ask(await open(listings()), [one]);
    expect(gapFor(unproven.gaps, 'Listing', one.id)).toBeDefined();
  });

  test('a control that is asked about itself has each of its records once', async () => {
    const source = await open(listings(row(three.id, 'always'), row(one.id, 'A-1')), { control: three.id });
    const answer = await ask(source, [one, three]);
    expect(numbersOf(answer, three.id)).toEqual(['always']);
    expect(numbersOf(answer, one.id)).toEqual(['A-1']);
  });

  test('an answer of somebody else’s rows alone is invalid', async () => {
    const answer = await ask(await open(listings(row(firm(99).id, 'X-1'))), [one]);
    expect(answer.state).toBe(bench.filters ? 'OK' : 'INVALID');
    expect(numbersOf(answer, one.id)).toEqual([]);
  });

  test('a subject with more records than allowed is not shown in part', async () => {
    const many = Array.from({ length: 6 }, (_, at) => row(one.id, `A-${at}`));
    const source = await open(listings(...many, row(two.id, 'B-1')), { recordsPerSubject: 5 });
    const answer = await ask(source, [one, two]);
    expect(answer.invalidSubjects).toEqual(new Set([one.id]));
    expect(numbersOf(answer, two.id)).toEqual(['B-1']);
  });

  test('a source that is down is unavailable at once, and asked again afterwards', async () => {
    const source = await open(listings(row(one.id, 'A-1')));
    expect((await ask(source, [one])).state).toBe('OK');
    await bench.setFault('down');
    const answer = await ask(source, [one]);
    expect(answer).toMatchObject({
      state: 'UNAVAILABLE',
      asOf: null,
      failure: { code: 'SOURCE_UNREACHABLE' },
    });
    expect(answer.rows.size).toBe(0);
    await bench.setFault('none');
    expect(numbersOf(await ask(source, [one]), one.id)).toEqual(['A-1']);
  });

  test('a slow source is given up at the deadline', async () => {
    const source = await open(listings(row(one.id, 'A-1')), { deadline: '300ms' });
    await bench.setFault('slow');
    const started = performance.now();
    const answer = await ask(source, [one]);
    expect(answer).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_TIMEOUT' } });
    expect(performance.now() - started).toBeGreaterThan(250);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('a caller who gives up has his answer at once', async () => {
    const source = await open(listings(row(one.id, 'A-1')));
    await bench.setFault('slow');
    const caller = new AbortController();
    const answer = ask(source, [one], undefined, caller.signal);
    caller.abort();
    expect(await answer).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_TIMEOUT' } });
  });

  test('an answer that is not what was agreed is invalid', async () => {
    const source = await open(listings(row(one.id, 'A-1')));
    await bench.setFault('garbage');
    const answer = await ask(source, [one]);
    expect(answer).toMatchObject({
      state: 'INVALID',
      asOf: null,
      failure: { code: 'SOURCE_INVALID_ANSWER' },
    });
    expect(answer.rows.size).toBe(0);
  });

  test('an answer over the byte limit is cut off', async () => {
    const source = await open(listings(row(one.id, 'A'.repeat(3000))), { bytes: '2kB' });
    const answer = await ask(source, [one]);
    expect(answer).toMatchObject({ state: 'INVALID', failure: { code: 'SOURCE_TOO_LARGE' } });
    // And the source is none the worse for it.
    expect((await ask(source, [one, two], { Listing: ['day'] })).state).toBe('OK');
  });

  test('calls beyond those that may run and wait are turned away at once', async () => {
    const source = await open(listings(), { concurrency: 2, queue: 1, deadline: '500ms' });
    await bench.setFault('slow');
    const answers = Promise.all(Array.from({ length: 5 }, () => ask(source, [one])));
    const first = await Promise.race([answers, ask(source, [one])]);
    expect(first).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_OVERLOADED' } });
    const codes = (await answers).map((answer) => answer.failure?.code);
    expect(codes.filter((code) => code === 'SOURCE_OVERLOADED')).toHaveLength(2);
    expect(codes.filter((code) => code === 'SOURCE_TIMEOUT')).toHaveLength(3);
  });

  test('nobody to ask about costs no call', async () => {
    const source = await open(listings(row(one.id, 'A-1')));
    expect((await ask(source, [])).state).toBe('OK');
    expect(bench.calls()).toEqual([]);
  });

  test('a probe says whether the source can be asked, and is not a question', async () => {
    const source = await open(listings(row(one.id, 'A-1')));
    const signal = new AbortController().signal;
    expect(await source.probe(signal)).toBeUndefined();
    await bench.setFault('none');
    expect(bench.calls()).toEqual([]);
  });

  test('hundreds of subjects are answered, in batches where the source has a limit', async () => {
    const subjects = Array.from({ length: 25 }, (_, at) => person(at));
    const source = await open(listings(row(person(3).id, 'P-3'), row(person(24).id, 'P-24')));
    const answer = await ask(source, subjects, { Listing: ['number'] });
    expect(numbersOf(answer, person(24).id)).toContain('P-24');
    // A call that an earlier test gave up may still arrive.
    const own = (key: string): boolean => subjects.some(({ id }) => id === key.toUpperCase());
    const asked = bench
      .calls()
      .flat()
      .filter(({ keys }) => keys.some(own));
    // Both writings of a check place that is X.
    const keys = new Set(subjects.flatMap(({ id }) => [id, id.replace('X', 'x')]));
    expect(new Set(asked.flatMap((call) => call.keys))).toEqual(keys);
    const sizes = asked.map((call) => call.keys.length);
    expect(sizes).toHaveLength(roundTrips(keys.size));
    expect(Math.max(...sizes)).toBe(Math.min(keys.size, bench.batch ?? keys.size));
  });

  test('a source that can leaves out rows nobody may see, and what is visible is as it was', async () => {
    const source = await open(
      listings(
        row(one.id, 'shown', { st: '0' }),
        row(one.id, 'hidden', { st: '1' }),
        row(one.id, 'without', { st: null }),
        row(two.id, 'hidden too', { st: '1' }),
      ),
    );
    const pushed = await ask(source, [one, two], undefined, undefined, notRevoked);
    const told = bench.pushesDown === false ? {} : { without: ['1'] };
    expect(bench.calls().at(-1)).toMatchObject([{ record: 'listings', ...told }]);
    const whole = await ask(source, [one, two]);
    expect(bench.calls().at(-1)![0]).not.toHaveProperty('without');
    const visible = (answer: SourceAnswer, id: string) =>
      (answer.rows.get('Listing')?.get(id) ?? []).filter((one) => meets(notRevoked, one));
    for (const { id } of [one, two]) {
      expect(visible(pushed, id)).toEqual(visible(whole, id));
      if (bench.pushesDown !== false)
        expect(pushed.rows.get('Listing')?.get(id) ?? []).toEqual(visible(whole, id));
    }
    expect(
      visible(pushed, one.id)
        .map(({ number }) => number)
        .sort(),
    ).toEqual(['shown', 'without']);
    expect(pushed.state).toBe(whole.state);
  });

  test('a word nobody listed is never left out, and spoils its subject as before', async () => {
    const source = await open(listings(row(one.id, 'A-1', { st: '9' }), row(two.id, 'B-1')));
    const onlyEffective = filterOf(
      new Map([['status', { orAbsent: false, accepts: { kind: 'in', values: ['EFFECTIVE'] } }]]),
    )!;
    const answer = await ask(source, [one, two], undefined, undefined, onlyEffective);
    for (const asked of bench.calls().flat())
      expect(asked.without).toEqual(bench.pushesDown === false ? undefined : ['1']);
    expect(answer.gaps).toContainEqual({
      record: 'Listing',
      reason: 'UNREADABLE',
      subjects: new Set([one.id]),
    });
    expect(numbersOf(answer, two.id)).toEqual(['B-1']);
  });

  test('an answer of several pages is read to its end', async () => {
    const rows = Array.from({ length: HTTP_PAGE * 2 + 1 }, (_, at) => row(one.id, `A-${at}`));
    const source = await open(listings(...rows));
    const answer = await ask(source, [one], { Listing: ['number'] });
    expect(numbersOf(answer, one.id)).toEqual(rows.map(({ doc }) => doc));
    const calls = bench.page === undefined ? roundTrips(3) : Math.ceil(rows.length / bench.page);
    expect(bench.calls()).toHaveLength(calls);
  });
});
