import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startSandbox, type Sandbox } from '../../../connectors/sandbox/agencies.ts';
import type { Fault } from '../../../connectors/sandbox/agency/fault.ts';
import { castMember } from '../../../connectors/sandbox/generator/cast.ts';
import { organisationListings } from '../../../connectors/sandbox/generator/court-listings.ts';
import { financeRows } from '../../../connectors/sandbox/generator/finance-records.ts';
import { organisationAt, usccOfIndex } from '../../../connectors/sandbox/generator/organisation.ts';
import type { World } from '../../../connectors/sandbox/generator/world.ts';
import type { SandboxOptions } from '../../../connectors/sandbox/options.ts';
import { readStatements } from '../../../connectors/sandbox/postgres/statement-journal.ts';

const WORLD: World = { seed: 1, organisations: 2_000, persons: 300, today: '2026-11-22' };
const NOW = new Date('2026-11-22T08:00:00Z');
const id = (key: string): string => castMember(key).id;

let root: string;
let options: SandboxOptions;
let sandbox: Sandbox;
const start = (changes: Partial<SandboxOptions> = {}): Promise<Sandbox> =>
  startSandbox({ ...options, ...changes }, { now: () => NOW, onProgress: () => undefined, relays: true });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  chmodSync(root, 0o755);
  options = {
    world: WORLD,
    directory: root,
    ports: { court: 0, procurement: 0, utilities: 0, bidding: 0, postgres: 0 },
    journal: true,
  };
  sandbox = await start();
});
afterAll(async () => {
  await sandbox?.stop();
  rmSync(root, { recursive: true, force: true });
});

type Row = Readonly<Record<string, unknown>>;
interface CourtBody {
  readonly code: number;
  readonly message: string;
  readonly data: {
    readonly asOf: string;
    readonly total: number;
    readonly page: number;
    readonly pages: number;
    readonly items: readonly Row[];
  };
}
interface ProcurementBody {
  readonly data: Readonly<Record<string, readonly Row[]>>;
  readonly errors?: unknown;
}

async function ask(url: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function court(body: unknown): Promise<CourtBody> {
  const answer = await post(`${sandbox.environment.COURT_URL}/v1/listings/query`, body);
  return (await answer.json()) as CourtBody;
}

async function procurement(query: string, codes: readonly string[]): Promise<ProcurementBody> {
  const body = { query: `query ($codes: [String!]!) { ${query} }`, variables: { codes } };
  return (await (await post(sandbox.environment.PROCUREMENT_URL, body)).json()) as ProcurementBody;
}

interface Manifest {
  readonly records: Readonly<
    Record<
      string,
      {
        readonly table?: string;
        readonly subjects: Readonly<Record<string, { readonly column: string }>>;
        readonly fields: Readonly<Record<string, string | { readonly column: string }>>;
      }
    >
  >;
}

/** The columns a manifest asks for, by record type. */
function columnsOf(
  source: string,
): Readonly<Record<string, { table: string; key: string; columns: string[] }>> {
  const manifest = parse(readFileSync(`connectors/sources/${source}.yaml`, 'utf8')) as Manifest;
  return Object.fromEntries(
    Object.entries(manifest.records).map(([name, { table = '', subjects, fields }]) => {
      const columns = Object.values(fields).map((one) => (typeof one === 'string' ? one : one.column));
      const key = Object.values(subjects)[0]!.column;
      return [name, { table, key, columns }];
    }),
  );
}

describe('registry and hr', () => {
  test.each(['registry', 'hr'])('%s has the tables and columns its manifest asks for', async (source) => {
    const { REGISTRY_DATABASE_URL, HR_DATABASE_URL } = sandbox.environment;
    const url = source === 'registry' ? REGISTRY_DATABASE_URL : HR_DATABASE_URL;
    for (const { table, key, columns } of Object.values(columnsOf(source))) {
      const rows = await ask(url, `select ${[key, ...columns].join(', ')} from ${table}`);
      expect(rows.length).toBeGreaterThan(0);
    }
  });

  test('the registry knows every organisation but the one that is not registered', async () => {
    const url = sandbox.environment.REGISTRY_DATABASE_URL;
    expect(await ask(url, 'select count(*)::int as n from registry.entity')).toEqual([{ n: 1_999 }]);
    const found = await ask(url, 'select uscc, name, status from registry.entity where uscc = any($1)', [
      ['clean-firm', 'unregistered-firm', 'deregistered-firm'].map(id),
    ]);
    expect(found.map((row) => row['status']).sort()).toEqual(['存续', '注销']);
    const one = organisationAt(1, 1_234);
    expect(await ask(url, 'select * from registry.entity where uscc = $1', [one.uscc])).toMatchObject([
      { name: one.name, region_code: one.region, parent_uscc: one.parent },
    ]);
  });

  test('the personnel department knows its officials', async () => {
    const url = sandbox.environment.HR_DATABASE_URL;
    expect(await ask(url, 'select count(*)::int as n from hr.officer')).toEqual([{ n: 299 }]);
    const sanctions = await ask(
      url,
      'select kind, effective_on::text from hr.sanction where citizen_id = $1',
      [id('warned-in-force')],
    );
    expect(sanctions).toEqual([{ kind: '警告', effective_on: '2026-09-22' }]);
  });

  test('keys are indexed', async () => {
    const rows = await ask(
      sandbox.environment.HR_DATABASE_URL,
      "select tablename, count(*)::int as n from pg_indexes where schemaname = 'hr' group by 1",
    );
    expect(Object.fromEntries(rows.map((row) => [row['tablename'], row['n']]))).toEqual({
      officer: 1,
      post: 1,
      integrity_record: 1,
      sanction: 1,
    });
  });

  test('the gateway may read and nothing else', async () => {
    const { REGISTRY_DATABASE_URL, HR_DATABASE_URL, DATABASE_URL } = sandbox.environment;
    const writes = 'set transaction_read_only = off; delete from registry.entity';
    await expect(ask(REGISTRY_DATABASE_URL, writes)).rejects.toThrow(/permission denied/);
    await expect(ask(HR_DATABASE_URL, 'create table hr.x ()')).rejects.toThrow();
    await expect(ask(REGISTRY_DATABASE_URL, 'create temporary table x ()')).rejects.toThrow();
    const owner = DATABASE_URL.replace(/\/gateway$/, '/registry');
    await expect(ask(owner, 'select 1')).rejects.toThrow(/permission denied for database/);
    await ask(DATABASE_URL, 'create schema staging; drop schema staging');
  });

  test('what the database was asked can be read back', async () => {
    await ask(sandbox.environment.HR_DATABASE_URL, 'select name from hr.officer where citizen_id = any($1)', [
      [id('clean-official')],
    ]);
    const found = await readStatements(sandbox.postgres!);
    expect(found.filter(({ user }) => user === 'gateway_reader').at(-1)).toMatchObject({
      database: 'hr',
      text: 'select name from hr.officer where citizen_id = any($1)',
      parameters: [`{${id('clean-official')}}`],
    });
  });

  test('a relay cuts one database and leaves the other', async () => {
    const { REGISTRY_DATABASE_URL, HR_DATABASE_URL } = sandbox.environment;
    await sandbox.relays!.hr.setMode('refuse');
    await expect(ask(HR_DATABASE_URL, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
    expect(await ask(REGISTRY_DATABASE_URL, 'select 1 as one')).toEqual([{ one: 1 }]);
    await sandbox.relays!.hr.setMode('pass');
    expect(await ask(HR_DATABASE_URL, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('bidding', () => {
  const bidding = async (
    path: string,
  ): Promise<{ status: number; body: Row & { items: readonly Row[] } }> => {
    const answer = await fetch(`${sandbox.environment.BIDDING_URL}${path}`);
    return { status: answer.status, body: (await answer.json()) as Row & { items: readonly Row[] } };
  };

  test('answers with the fields asked for, and its key always', async () => {
    const { body } = await bidding(`/v2/points?subject=${id('points-over')}&field=points`);
    expect(body).toEqual({
      asOf: NOW.toISOString(),
      total: 2,
      items: [8, 4].map((points) => ({ subject: id('points-over'), points })),
    });
  });

  test('answers page by page', async () => {
    const { body } = await bidding(`/v2/points?subject=${id('points-over')}&field=points&offset=1&limit=1`);
    expect(body).toMatchObject({ total: 2, items: [{ points: 4 }] });
  });

  test('refuses what it does not know', async () => {
    const known = id('points-over');
    const many = Array.from({ length: 51 }, () => known).join(',');
    const refused = ['/v2/points', `/v2/points?subject=${many}`, `/v2/points?subject=${known}&field=secret`];
    for (const path of [...refused, `/v2/points?subject=${known}&limit=501`])
      expect([path, (await bidding(path)).status]).toEqual([path, 400]);
    expect((await bidding(`/v2/other?subject=${known}`)).status).toBe(404);
  });
});

describe('court', () => {
  afterEach(() => sandbox.court.setFault({ mode: 'none' }));

  test('answers with the columns asked for, and its key always', async () => {
    const { columns } = columnsOf('court')['CourtListing']!;
    const all = await court({ codes: [id('listed-firm')], fields: columns, page: 1, size: 500 });
    expect(all).toMatchObject({ code: 0, message: 'ok', data: { total: 1, page: 1, pages: 1 } });
    expect(Object.keys(all.data.items[0]!).sort()).toEqual([...columns, 'cardNum'].sort());
    expect(all.data.asOf).toBe(NOW.toISOString());
    const few = await court({ codes: [id('listed-firm')], fields: ['caseCode'], page: 1, size: 500 });
    expect(Object.keys(few.data.items[0]!)).toEqual(['cardNum', 'caseCode']);
  });

  test('knows old cases by the organisation code with its hyphen alone', async () => {
    const uscc = id('legacy-code');
    const [first8, check] = [uscc.slice(8, 16), uscc.slice(16, 17)];
    const codes = [uscc, `${first8}${check}`, `${first8}-${check}`];
    const { data } = await court({ codes, fields: [], page: 1, size: 10 });
    expect(data.items).toEqual([{ cardNum: codes[2] }]);
  });

  test('knows persons', async () => {
    const { data } = await court({
      codes: [id('listed-person')],
      fields: ['sexy', 'age'],
      page: 1,
      size: 10,
    });
    expect(data.items).toEqual([{ cardNum: id('listed-person'), sexy: '男', age: 52 }]);
  });

  test('leaves out the states a caller does not want, and remembers which', async () => {
    sandbox.court.clearJournal();
    const codes = [id('listed-firm')];
    const states = async (excludeStates: readonly string[]) =>
      (await court({ codes, fields: ['caseState'], excludeStates })).data.items.map(
        (one) => one['caseState'],
      );
    expect(await states(['修复'])).toEqual(['正常']);
    expect(await states(['修复', '正常'])).toEqual([]);
    expect(sandbox.court.journal().at(-1)!.asked[0]).toMatchObject({ without: ['修复', '正常'] });
    expect((await court({ codes, excludeStates: '正常' })).code).toBe(4000);
  });

  test('pages through everything once', async () => {
    const codes = Array.from({ length: 2_000 }, (_, index) => index)
      .filter((index) => organisationListings(WORLD, index).length > 0)
      .slice(0, 40)
      .map((index) => usccOfIndex(index));
    const whole = await court({ codes, fields: ['caseCode'], page: 1, size: 500 });
    expect(whole.data.items.length).toBeGreaterThan(30);
    const first = await court({ codes, fields: ['caseCode'], page: 1, size: 7 });
    expect(first.data).toMatchObject({ total: whole.data.total, pages: Math.ceil(whole.data.total / 7) });
    const pages: Row[] = [];
    for (let page = 1; page <= first.data.pages; page += 1) {
      pages.push(...(await court({ codes, fields: ['caseCode'], page, size: 7 })).data.items);
    }
    expect(pages).toEqual(whole.data.items);
  });

  test('refuses what it does not take, in its envelope', async () => {
    const code = async (body: unknown): Promise<number> => (await court(body)).code;
    expect(await code({ codes: Array.from({ length: 101 }, () => 'x'), page: 1, size: 1 })).toBe(4001);
    expect(await code({ codes: ['x'], fields: ['password'] })).toBe(4002);
    expect(await code({ codes: ['x'], size: 501 })).toBe(4003);
    expect(await code({ codes: 'x' })).toBe(4000);
    expect(await code(null)).toBe(4000);
  });

  test('remembers what it was asked, for a thousand calls, until told to forget', async () => {
    const journal = `${sandbox.environment.COURT_URL}/_sandbox/journal`;
    await fetch(journal, { method: 'DELETE' });
    await court({ codes: ['a', 'b'], fields: ['iname'], page: 1, size: 5 });
    expect(await (await fetch(journal)).json()).toEqual({
      calls: 1,
      entries: [
        { at: NOW.toISOString(), asked: [{ name: 'listings', keys: ['a', 'b'], columns: ['iname'] }] },
      ],
    });
    expect(sandbox.court.journal()).toHaveLength(1);
  });

  test('misbehaves on demand', async () => {
    const url = `${sandbox.environment.COURT_URL}/v1/listings/query`;
    const body = { codes: [id('banned-firm')], fields: ['iname', 'publishDate'], page: 1, size: 5 };
    const sick = async (fault: Fault): Promise<Response> => {
      const set = await fetch(`${sandbox.environment.COURT_URL}/_sandbox/fault`, {
        method: 'PUT',
        body: JSON.stringify(fault),
      });
      expect(set.status).toBe(204);
      return post(url, body);
    };
    await expect(sick({ mode: 'down' })).rejects.toThrow();
    expect((await sick({ mode: 'html' })).headers.get('content-type')).toContain('text/html');
    await expect((await sick({ mode: 'garbage' })).json()).rejects.toThrow();
    expect(await (await sick({ mode: 'empty-body' })).text()).toBe('');
    expect((await sick({ mode: 'error-500' })).status).toBe(500);
    const foreign = (await (await sick({ mode: 'foreign' })).json()) as CourtBody;
    expect(foreign.data.items.map((item) => item['cardNum'])).toEqual([id('listed-firm')]);
    const stale = (await (await sick({ mode: 'stale' })).json()) as CourtBody;
    expect(stale.data.asOf).toBe('2026-11-12T08:00:00.000Z');
    const wrong = (await (await sick({ mode: 'wrong-type' })).json()) as CourtBody;
    expect(wrong.data.items).toBe('none');
    const began = performance.now();
    expect((await sick({ mode: 'slow', ms: 60 })).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(55);
    const huge = await sick({ mode: 'huge' });
    let size = 0;
    const reader = huge.body!.getReader();
    while (size < 5_000_001) size += (await reader.read()).value?.length ?? Infinity;
    await reader.cancel();
    expect(size).toBeGreaterThan(5_000_000);
    const refused = await fetch(`${sandbox.environment.COURT_URL}/_sandbox/fault`, {
      method: 'PUT',
      body: '{}',
    });
    expect(refused.status).toBe(400);
  });
});

describe('procurement', () => {
  afterEach(() => sandbox.procurement.setFault({ mode: 'none' }));

  test('has the fields its manifest asks for', async () => {
    const lists = { ProcurementBan: 'banList', BiddingMisconduct: 'misconductEvents', Contract: 'contracts' };
    const records = columnsOf('procurement');
    const selections = Object.entries(lists).map(
      ([record, field]) =>
        `${field}(subjectCodes: $codes) { subjectCode ${records[record]!.columns.join(' ')} }`,
    );
    const codes = [...Array.from({ length: 300 }, (_, index) => usccOfIndex(index + 64)), id('banned-firm')];
    const { data, errors } = await procurement(selections.join(' '), codes);
    expect(errors).toBeUndefined();
    for (const field of Object.values(lists)) expect(data[field]!.length).toBeGreaterThan(0);
    expect(data['banList']!.at(-1)).toMatchObject({ subjectCode: id('banned-firm'), state: 'NORMAL' });
  });

  test('knows old bans by the organisation code without its hyphen', async () => {
    const uscc = id('legacy-code');
    const { data } = await procurement('banList(subjectCodes: $codes) { subjectCode }', [
      uscc,
      uscc.slice(8, 17),
    ]);
    expect(data['banList']).toEqual([{ subjectCode: uscc.slice(8, 17) }]);
  });

  test('leaves out the states a caller does not want', async () => {
    const bans = async (argument: string) =>
      (await procurement(`banList(subjectCodes: $codes${argument}) { state }`, [id('ban-repaired')])).data[
        'banList'
      ];
    expect(await bans('')).toEqual([{ state: 'REPAIRED' }]);
    expect(await bans(', withoutStates: ["REPAIRED"]')).toEqual([]);
    expect(await bans(', withoutStates: null')).toEqual([{ state: 'REPAIRED' }]);
  });

  test('lists 120 contracts', async () => {
    const { data } = await procurement('contracts(subjectCodes: $codes) { subjectCode contractNo }', [
      id('many-contracts'),
    ]);
    expect(new Set(data['contracts']!.map((one) => one['contractNo'])).size).toBe(120);
  });

  test('remembers keys and columns of one call, through fragments', async () => {
    sandbox.procurement.clearJournal();
    const body = {
      query: `query ($codes: [String!]!) { banList(subjectCodes: $codes) { subjectCode ...more }
        contracts(subjectCodes: $codes) { ... { amount } } } fragment more on Ban { endDate }`,
      variables: { codes: ['a'] },
    };
    await post(sandbox.environment.PROCUREMENT_URL, body);
    expect(sandbox.procurement.journal().map(({ asked }) => asked)).toEqual([
      [
        { name: 'banList', keys: ['a'], columns: ['subjectCode', 'endDate'] },
        { name: 'contracts', keys: ['a'], columns: ['amount'] },
      ],
    ]);
  });

  test('misbehaves on demand', async () => {
    const query = 'banList(subjectCodes: $codes) { subjectCode docNo }';
    sandbox.procurement.setFault({ mode: 'foreign' });
    const foreign = await procurement(query, [id('clean-firm')]);
    expect(foreign.data['banList']).toMatchObject([{ subjectCode: id('banned-firm') }]);
    sandbox.procurement.setFault({ mode: 'wrong-type' });
    const wrong = await procurement(query, [id('banned-firm')]);
    expect(wrong.data['banList']).toEqual([{ subjectCode: id('banned-firm'), docNo: { unexpected: true } }]);
    sandbox.procurement.setFault({ mode: 'down' });
    await expect(procurement(query, [id('clean-firm')])).rejects.toThrow();
  });
});

describe('finance', () => {
  const drop = (): string => sandbox.environment.FINANCE_DROP;

  test('delivers four files dated today, with the columns its manifest asks for', () => {
    const delivered = [
      'arrears-20261122-01.csv',
      'debt-20261122-01.csv',
      'subsidies-20261122-01.jsonl',
      'tax-listings-20261122-01.jsonl',
    ];
    expect(readdirSync(drop()).sort()).toEqual(delivered.flatMap((file) => [file, `${file}.sha256`]));
    const records = columnsOf('finance');
    const header = (file: string): string[] =>
      iconv
        .decode(readFileSync(join(drop(), file)), 'gb18030')
        .split('\r\n')[0]!
        .split(',');
    const keys = (file: string): string[] =>
      Object.keys(JSON.parse(readFileSync(join(drop(), file), 'utf8').split('\n')[0]!) as Row);
    const wanted = (record: string): string[] => [records[record]!.key, ...records[record]!.columns].sort();
    expect(header('debt-20261122-01.csv').sort()).toEqual(wanted('DebtPosition'));
    expect(header('arrears-20261122-01.csv').sort()).toEqual(wanted('Arrear'));
    expect(keys('subsidies-20261122-01.jsonl').sort()).toEqual(wanted('Subsidy'));
    expect(keys('tax-listings-20261122-01.jsonl').sort()).toEqual(wanted('TaxListing'));
  });

  test('CSV files are GB18030 and no UTF-8', () => {
    const bytes = readFileSync(join(drop(), 'debt-20261122-01.csv'));
    // 统 is CD B3 in GB18030.
    expect([...bytes.subarray(0, 2)]).toEqual([0xcd, 0xb3]);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
    expect(iconv.decode(bytes, 'gb18030')).toContain(id('arrears-government'));
  });

  test('values with commas and quotes are quoted', () => {
    const text = iconv.decode(readFileSync(join(drop(), 'arrears-20261122-01.csv')), 'gb18030');
    expect(text).toMatch(/,"合成企业\d{6}有限公司, ""合成""项目部",/);
  });

  test('a further delivery with changes appears whole beside the first', async () => {
    const kept = [...financeRows(WORLD, 'tax-listings')].filter((row) => row['uscc'] !== id('tax-listed'));
    const path = await sandbox.deliver({ file: 'tax-listings', date: WORLD.today, sequence: 2, rows: kept });
    expect(path.endsWith('tax-listings-20261122-02.jsonl')).toBe(true);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain(id('tax-listed'));
    expect(text.trimEnd().split('\n')).toHaveLength(kept.length);
    rmSync(path);
  });
});

describe('starting and stopping', () => {
  test('a second start with the same options and day makes nothing anew', async () => {
    const file = join(sandbox.environment.FINANCE_DROP, 'debt-20261122-01.csv');
    const made = statSync(file).mtimeMs;
    const oid = "select 'registry.entity'::regclass::oid::int as oid";
    const before = await ask(sandbox.environment.REGISTRY_DATABASE_URL, oid);
    await sandbox.stop();
    sandbox = await start();
    expect(statSync(file).mtimeMs).toBe(made);
    expect(await ask(sandbox.environment.REGISTRY_DATABASE_URL, oid)).toEqual(before);
  });

  test('the next day personnel and finance data are new and the registry is kept', async () => {
    const oid = "select 'registry.entity'::regclass::oid::int as oid";
    const before = await ask(sandbox.environment.REGISTRY_DATABASE_URL, oid);
    await sandbox.stop();
    sandbox = await start({ world: { ...WORLD, today: '2026-11-23' } });
    expect(await ask(sandbox.environment.REGISTRY_DATABASE_URL, oid)).toEqual(before);
    expect(readdirSync(sandbox.environment.FINANCE_DROP)).toContain('debt-20261123-01.csv');
    expect(readdirSync(sandbox.environment.FINANCE_DROP)).toHaveLength(8);
    const rows = await ask(
      sandbox.environment.HR_DATABASE_URL,
      'select effective_on::text from hr.sanction where citizen_id = $1',
      [id('warned-in-force')],
    );
    expect(rows).toEqual([{ effective_on: '2026-09-23' }]);
  });

  test("the gateway's own database survives another world", async () => {
    await ask(sandbox.environment.DATABASE_URL, 'create table kept as select 42 as answer');
    await sandbox.stop();
    sandbox = await start({ world: { ...WORLD, seed: 2, organisations: 500 } });
    const { DATABASE_URL, REGISTRY_DATABASE_URL } = sandbox.environment;
    expect(await ask(DATABASE_URL, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(await ask(REGISTRY_DATABASE_URL, 'select count(*)::int as n from registry.entity')).toEqual([
      { n: 499 },
    ]);
  });

  test('a port in use is named, and what had started is stopped', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as { port: number };
    await sandbox.stop();
    const ports = { court: 0, procurement: port, utilities: 0, bidding: 0, postgres: 0 };
    await expect(start({ ports })).rejects.toThrow(
      `Port ${port} (procurement) is in use. Free it, or set SANDBOX_PROCUREMENT_PORT to another port.`,
    );
    await expect(
      start({ ports: { court: 0, procurement: 0, utilities: 0, bidding: 0, postgres: port } }),
    ).rejects.toThrow('SANDBOX_POSTGRES_PORT');
    await new Promise((done) => other.close(done));
    sandbox = await start();
  });
});
