// `check -- --live`: a source that is no longer what its manifest says is told by column, never by value.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Subject } from '../../../connectors/contract.ts';
import { startAgency } from '../../../connectors/sandbox/agency/agency-server.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type Postgres, startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { type Manifest, loadManifests } from '../../../connectors/manifest.ts';
import { type Asking, reportLive } from '../../../gateway/onboarding/live-report.ts';
import { loadCatalogue } from '../../../schema/catalogue.ts';

const SDL = `
extend type Organization {
  "Probe. 试件。" probe: ProbeSection
}
"Probe. 试件。"
type ProbeSection implements Section {
  source: String!
  state: SectionState!
  asOf: DateTime
  listings: [Listing!]
}
"Listing. 记录。"
type Listing @classified(sharing: UNCONDITIONAL, level: 1) {
  "Number. 编号。" number: String
  "Amount. 金额。" amount: Money
  "Day. 日期。" day: Date
  "Status. 状态。" status: RecordStatus
}
`;
const fields = `    subjects:
      Organization: { column: code, as: uscc }
    fields:
      number: doc
      amount: amt
      day: day
      status: { column: st, as: { code: { '0': EFFECTIVE, '1': REVOKED } } }
`;

let folder: string;
let server: Postgres;
let client: pg.Client;
let agency: Awaited<ReturnType<typeof startAgency>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'live-'));
  server = await startPostgres({ directory: join(folder, 'postgres'), port: 0 });
  client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  agency = await startAgency({
    name: 'probe',
    port: 0,
    portVariable: 'PORT',
    now: () => new Date(),
    answer: async () => ({
      status: 200,
      body: { data: { items: [{ code: usccAt('91', 1), doc: 'A', amt: '1', st: '0' }] } },
      asked: [],
    }),
  });
});
afterAll(async () => {
  await client.end();
  await agency.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await client.query('drop table if exists listing');
  await client.query('create table listing (code text, doc text, amt text, day text, st text)');
});

function manifest(top: string, record: string, address: string): Manifest {
  const root = mkdtempSync(join(folder, 'probe-'));
  for (const part of ['schema', 'sources']) mkdirSync(join(root, part));
  for (const name of ['credit', 'credit-sources', 'credit-verdicts'])
    cpSync(`schema/${name}.graphql`, join(root, 'schema', `${name}.graphql`));
  writeFileSync(join(root, 'schema', 'probe.graphql'), SDL);
  writeFileSync(
    join(root, 'sources', 'probe.yaml'),
    `source: probe
title: { en: Probe, zh: 试件 }
owner: { en: Probe, zh: 试件 }
address: \${PROBE}
limits: { deadline: 2s, concurrency: 2, bytes: 1MB, recordsPerSubject: 50 }
${top}
records:
  Listing:
${record}${fields}`,
  );
  const { catalogue, problems } = loadCatalogue(join(root, 'schema'));
  expect(problems).toEqual([]);
  const loaded = loadManifests({
    directory: join(root, 'sources'),
    catalogue: catalogue!,
    environment: { PROBE: address },
  });
  expect(loaded.problems).toEqual([]);
  return loaded.manifests[0]!;
}

async function report(of: Manifest, subjects: readonly Subject[] = [], asking: Partial<Asking> = {}) {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const code = await reportLive(print, [of], { subjects, stagingUrl: undefined, ...asking });
  return { code, text: lines.join('\n') };
}
const table = () => manifest('transport: sql', '    table: public.listing\n', server.url('postgres'));
const insert = (values: readonly (string | null)[]) =>
  client.query('insert into listing values ($1,$2,$3,$4,$5)', [...values]);

test('a table as its manifest says', async () => {
  await insert([usccAt('91', 1), 'A-1', '5.00', '2026-03-01', '0']);
  const { code, text } = await report(table());
  expect(code).toBe(0);
  expect(text).toContain('as its manifest says (1 rows)');
});

test('values that cannot be read and codes nobody listed are told by coordinate, not by value', async () => {
  await insert([usccAt('91', 1), 'A-1', 'plenty', '31.31.2026', '7']);
  const { code, text } = await report(table());
  expect(code).toBe(1);
  expect(text).toContain('changed type: Listing.amount');
  expect(text).toContain('changed type: Listing.day');
  expect(text).toContain('unknown code: Listing.status (7)');
  expect(text).not.toMatch(/plenty|31\.31|A-1/);
});

test('a type that loses digits is told, although its values can be read', async () => {
  await client.query('alter table listing alter amt type real using amt::real');
  await insert([usccAt('91', 1), 'A-1', '1234567', '2026-03-01', '0']);
  const { code, text } = await report(table());
  expect(code).toBe(0);
  expect(text).toContain('type loses digits: Listing.amount');
  expect(text).toContain('as its manifest says (1 rows)');
});

test('a column that is gone, a table that is gone, a server that is gone', async () => {
  await client.query('alter table listing drop column day');
  expect(await report(table())).toMatchObject({ code: 1, text: expect.stringContaining('SOURCE_') });
  await client.query('drop table listing');
  expect(await report(table())).toMatchObject({ code: 1, text: expect.stringContaining('SOURCE_') });
  const nowhere = manifest('transport: sql', '    table: public.listing\n', 'postgres://x@127.0.0.1:1/none');
  expect(await report(nowhere)).toMatchObject({
    code: 1,
    text: expect.stringContaining('SOURCE_UNREACHABLE'),
  });
});

test('an empty table is said to be empty, and sound only where the manifest lets it be', async () => {
  expect(await report(table())).toMatchObject({ code: 1, text: expect.stringContaining('fewer records') });
  const mayBeEmpty = manifest(
    'transport: sql',
    '    table: public.listing\n    atLeast: 0\n',
    server.url('postgres'),
  );
  expect(await report(mayBeEmpty)).toMatchObject({ code: 0, text: expect.stringContaining('no row') });
});

// Once a table of which no row could be found was as its manifest says.
test('rows nobody can find are told with their cure, in both languages, and the table is not as agreed', async () => {
  const row = (key: string | null) => insert([key, 'A-1', '5.00', '2026-03-01', '0']);
  for (const key of [usccAt('91', 1), usccAt('91', 2).slice(0, 17), null]) await row(key);
  const wrong = await report(table());
  expect(wrong.code).toBe(1);
  expect(wrong.text).toContain('1 of 3 rows nobody can find 无人认领: 标识位数不对');
  expect(wrong.text).toContain('没有主体标识');
  expect(wrong.text).not.toMatch(/as its manifest says|91990000/);
  const allowing = manifest(
    'transport: sql',
    '    table: public.listing\n    unusableKeys: 2\n',
    server.url('postgres'),
  );
  const allowed = await report(allowing);
  expect(allowed.code).toBe(0);
  expect(allowed.text).toContain('nobody can find');
  expect(allowed.text).not.toContain('as its manifest says');
});

test('other writings are found and are no departure; masked keys are told', async () => {
  const row = (key: string) => insert([key, 'A-1', '5.00', '2026-03-01', '0']);
  await row(` ${usccAt('91', 1).toLowerCase()}`);
  const found = await report(table());
  expect(found.text).toContain('1 of 1 rows write their key in another way');
  expect(found.text).toContain('as its manifest says');
  await row('91990000********9K');
  const masked = await report(table());
  expect(masked).toMatchObject({ code: 0, text: expect.stringContaining('masked key') });
  expect(masked.text).not.toContain('as its manifest says');
});

test('a table that lost records is told until a person says that none are missing', async () => {
  const asking = { stagingUrl: server.url('postgres') };
  for (const index of [1, 2, 3, 4]) await insert([usccAt('91', index), 'A-1', '5.00', '2026-03-01', '0']);
  expect(await report(table(), [], asking)).toMatchObject({ code: 0 });
  await client.query(`delete from listing where code <> $1`, [usccAt('91', 1)]);
  const fewer = await report(table(), [], asking);
  expect(fewer).toMatchObject({ code: 1, text: expect.stringContaining('--accept probe.Listing') });
  const accepted = await report(table(), [], { ...asking, accepted: ['probe.Listing'] });
  expect(accepted).toMatchObject({ code: 0, text: expect.stringContaining('as its manifest says') });
  expect(await report(table(), [], asking)).toMatchObject({ code: 0 });
  const unknown = await report(table(), [], { ...asking, accepted: ['probe.Nothing'] });
  expect(unknown).toMatchObject({ code: 1, text: expect.stringContaining('no such record type') });
});

test('a service that answers by codes alone is asked about the subject given, and a member it left out is named', async () => {
  const service = manifest(
    'transport: http\nhttp:\n  path: /listings\n  keys: { at: codes, max: 10 }\n  envelope: { items: data.items }',
    '',
    `http://127.0.0.1:${agency.port}`,
  );
  expect(await report(service)).toMatchObject({ code: 0, text: expect.stringContaining('--organization') });
  const asked = await report(service, [{ kind: 'Organization', id: usccAt('91', 1) }]);
  expect(asked).toMatchObject({ code: 1, text: expect.stringContaining('missing column: Listing.day') });
});
