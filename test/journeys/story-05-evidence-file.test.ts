// Story 5: an evidence file that proves itself offline, after its key has been rotated, and fails at any changed byte.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfiguration } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/gateway.ts';
import { runReportCli } from '../../gateway/reports/command.ts';
import { readKeySet, verifyReport } from '../../gateway/reports/verify-report.ts';
import { NOW, type RunningGateway, id, procurement, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let rotated: Gateway | undefined;
let now = NOW;
beforeAll(async () => {
  world = await runGateway({
    relays: true,
    environment: { PUBLIC_URL: 'https://credit.example' },
    now: () => now,
  });
});
afterAll(async () => {
  await rotated?.close();
  await world?.stop();
});

const mutation = `mutation ($subjects: [SubjectCode!]!, $kind: SubjectKind!, $scene: Scene!) {
  issueReport(subjects: $subjects, kind: $kind, scene: $scene) {
    number issuedAt keptUntil hash keyId outcome members { index subject outcome code } document verifyAt page
  }
}`;
const issue = (subjects: readonly string[], consumer = 'procurement-platform') =>
  world.ask({
    query: mutation,
    variables: { subjects, kind: 'ORGANIZATION', scene: 'GOVERNMENT_PROCUREMENT' },
    consumer,
    headers: procurement,
  });

async function command(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runReportCli(argv, {
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    fetch,
  });
  return { code, ...said };
}

const get = async (
  path: string,
  headers: Readonly<Record<string, string>> = {},
  base = world.gateway.url,
) => {
  const response = await fetch(`${base}${path}`, { headers });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
};
const bearer = async (consumer: string) => ({ authorization: `Bearer ${await world.token(consumer)}` });

interface Issued {
  readonly number: string;
  readonly hash: string;
  readonly document: string;
  readonly [field: string]: unknown;
}
let report: Issued;
let file: string;
let keysFile: string;

test('a purchaser issues a report on two bidders: question, answer, law, sources, who and why', async () => {
  const answer = await issue([id('clean-firm'), id('listed-firm')]);
  expect(answer.body.errors).toBeUndefined();
  report = answer.body.data.issueReport;
  expect(report).toMatchObject({
    number: expect.stringMatching(/^CR20261122-[0-9A-Z]{16}$/),
    issuedAt: NOW.toISOString(),
    keptUntil: '2041-11-22',
    outcome: 'BARRED',
    members: [
      { index: 0, subject: id('clean-firm'), outcome: 'CLEAR', code: null },
      { index: 1, subject: id('listed-firm'), outcome: 'BARRED', code: null },
    ],
    verifyAt: `https://credit.example/reports/${report.number}/verify?hash=${report.hash}`,
    page: `https://credit.example/reports/${report.number}`,
  });
  expect(createHash('sha256').update(report.document).digest('hex')).toBe(report.hash);
  const { report: content } = JSON.parse(report.document);
  expect(content).toMatchObject({
    format: 'credit-report/1',
    question: {
      subjects: [id('clean-firm'), id('listed-firm')],
      scene: 'GOVERNMENT_PROCUREMENT',
      asOf: '2026-11-22',
      jurisdiction: '420200',
    },
    asked: {
      consumer: 'procurement-platform',
      purpose: 'government-procurement',
      legalBasis: expect.stringContaining('政府采购法'),
    },
    law: { rulesVersion: expect.any(String), policyVersion: expect.any(String) },
  });
  expect(content.answer.members[1].verdict.findings).toContainEqual(
    expect.objectContaining({ rule: 'R1', status: 'IN_FORCE' }),
  );
  expect(content.law.rules.map((rule: { id: string }) => rule.id)).toContain('R1');
  expect(content.sources).toContainEqual(
    expect.objectContaining({
      source: 'court',
      states: ['OK'],
      asOf: expect.stringMatching(/^2026-/),
      version: expect.stringMatching(/^[0-9a-f]{16}$/),
    }),
  );
});

test('the report names its place in the audit log, and the log names the report', () => {
  const { audit } = JSON.parse(report.document).report;
  const entries = world.entries();
  const intent = entries.find(({ seq }) => seq === audit.intent.seq);
  expect(intent).toMatchObject({ kind: 'intent', hash: audit.intent.hash, request: audit.request });
  expect(intent.subjects).toHaveLength(2);
  expect(entries.find(({ seq }) => seq === audit.head.seq)).toMatchObject({
    kind: 'outcome',
    hash: audit.head.hash,
  });
  expect(entries).toContainEqual(
    expect.objectContaining({ deed: 'report-issued', report: report.number, sha256: report.hash }),
  );
});

test('it verifies offline with the published keys', async () => {
  file = join(world.root, 'report.json');
  keysFile = join(world.root, 'keys.json');
  writeFileSync(file, report.document);
  const keys = await command('keys', '--from', world.gateway.url);
  expect(keys.code).toBe(0);
  expect(keys.out).not.toContain('"d"');
  writeFileSync(keysFile, keys.out);
  const verified = await command('verify', file, '--keys', keysFile);
  expect(verified).toMatchObject({ code: 0, err: '' });
  expect(verified.out).toContain(report.number);
  expect(verified.out).toContain(report.hash);
});

test('any changed byte fails', async () => {
  const keys = readKeySet(readFileSync(keysFile, 'utf8'));
  const bytes = Buffer.from(report.document);
  const survived: number[] = [];
  // Every byte of the signature, every seventh of what it signs.
  const signature = report.document.indexOf('"signature"');
  for (let at = 0; at < bytes.length; at += at < signature ? 7 : 1) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    if ((await verifyReport(changed, keys)).genuine) survived.push(at);
  }
  expect(survived).toEqual([]);
  expect((await verifyReport(Buffer.concat([bytes, Buffer.from('\n')]), keys)).genuine).toBe(false);
});

test('the command names what was changed', async () => {
  const changed = join(world.root, 'changed.json');
  writeFileSync(changed, report.document.replaceAll('"BARRED"', '"CLEAR"'));
  const verified = await command('verify', changed, '--keys', keysFile);
  expect(verified.code).toBe(1);
  expect(verified.out).toContain('REPORT_CHANGED: changed: answer, verdicts');
});

test('anybody may ask whether number and hash belong together, and learns nothing else', async () => {
  const asked = await get(`/reports/${report.number}/verify?hash=${report.hash}`);
  expect([asked.status, JSON.parse(asked.bytes.toString())]).toEqual([
    200,
    { number: report.number, belongs: true },
  ]);
  const other = await get(`/reports/${report.number}/verify?hash=${'0'.repeat(64)}`);
  expect(JSON.parse(other.bytes.toString())).toEqual({ number: report.number, belongs: false });
  const unknown = await get(`/reports/CR20261122-0000000000000000/verify?hash=${report.hash}`);
  expect(JSON.parse(unknown.bytes.toString())).toEqual({
    number: 'CR20261122-0000000000000000',
    belongs: false,
  });
  expect((await get(`/reports/${report.number}/verify?hash=<script>`)).status).toBe(400);
  const page = await get(`/reports/${report.number}/verify?hash=${report.hash}`, { accept: 'text/html' });
  expect(page.type).toContain('text/html');
  expect(page.bytes.toString()).toContain('编号与文件哈希相符');
});

test('its issuer reads it again and prints it; nobody else knows of it', async () => {
  const read = (consumer: string, headers: Readonly<Record<string, string>>) =>
    world.ask({
      query: 'query ($number: ID!) { report(number: $number) { number document } }',
      variables: { number: report.number },
      consumer,
      headers,
    });
  expect((await read('procurement-platform', procurement)).body.data.report).toEqual({
    number: report.number,
    document: report.document,
  });
  expect(world.entries()).toContainEqual(
    expect.objectContaining({ deed: 'report-read', report: report.number }),
  );
  const foreign = await read('credit-office', {
    'credit-purpose': 'credit-supervision',
    'credit-user': 'somebody',
  });
  expect(foreign.body.data.report).toBeNull();
  const page = await get(`/reports/${report.number}`, await bearer('procurement-platform'));
  expect([page.status, page.type]).toEqual([200, 'text/html; charset=utf-8']);
  const html = page.bytes.toString();
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  for (const text of ['信用核查报告', report.number, report.hash, id('listed-firm'), '禁止 BARRED', '<svg'])
    expect(html).toContain(text);
  expect(html).not.toContain('<script');
  const statuses = await Promise.all(
    [await bearer('credit-office'), {}].map(
      async (headers) => (await get(`/reports/${report.number}`, headers)).status,
    ),
  );
  expect(statuses).toEqual([404, 404]);
  const json = await get(`/reports/${report.number}.json`, await bearer('procurement-platform'));
  expect(json.bytes.toString()).toBe(report.document);
});

test('the PDF is a PDF with its font and the signed file within', async () => {
  const pdf = await get(`/reports/${report.number}.pdf`, await bearer('procurement-platform'));
  expect([pdf.status, pdf.type]).toEqual([200, 'application/pdf']);
  expect(pdf.bytes.subarray(0, 5).toString()).toBe('%PDF-');
  const text = pdf.bytes.toString('latin1');
  expect(text).toContain('/FontFile3');
  expect(text).toContain('/EmbeddedFile');
});

test('an officer of the organisation department gets a report under his case, kept ten years', async () => {
  const answer = await world.ask({
    query: mutation,
    variables: { subjects: [id('clean-official')], kind: 'PERSON', scene: 'PROMOTION' },
    consumer: 'organisation-dept',
    headers: promotion,
  });
  const { document, keptUntil } = answer.body.data.issueReport;
  expect(keptUntil).toBe('2036-11-22');
  expect(JSON.parse(document).report.asked).toMatchObject({ case: 'GB-2026-0042', user: 'example.user' });
});

test('what cannot be reported is refused by a code, and leaves no report', async () => {
  const code = (answer: Awaited<ReturnType<typeof issue>>) => answer.body.errors?.[0]?.extensions.code;
  expect(code(await issue([]))).toBe('VALUE_INVALID');
  expect(code(await issue(Array.from({ length: 101 }, () => id('clean-firm'))))).toBe('TOO_MANY_SUBJECTS');
  const scene = await world.ask({
    query: mutation,
    variables: { subjects: [id('clean-official')], kind: 'PERSON', scene: 'GOVERNMENT_PROCUREMENT' },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect(code(scene)).toBe('SCENE_NOT_APPLICABLE');
  const twice = await world.ask({
    query: `mutation ($s: [SubjectCode!]!) {
      a: issueReport(subjects: $s, kind: ORGANIZATION, scene: GOVERNMENT_PROCUREMENT) { number }
      b: issueReport(subjects: $s, kind: ORGANIZATION, scene: GOVERNMENT_PROCUREMENT) { number }
    }`,
    variables: { s: [id('clean-firm')] },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect([code(twice), twice.body.data.b]).toEqual(['QUERY_TOO_WIDE', null]);
});

test('where the gateway cannot judge there is no report', async () => {
  await world.sandbox.relays!.gateway.setMode('refuse');
  const refused = await issue([id('clean-firm')]);
  await world.sandbox.relays!.gateway.setMode('pass');
  expect(refused.body.data).toEqual({ issueReport: null });
  expect(refused.body.errors?.map(({ extensions }) => extensions.code)).toEqual(['REPORT_NOT_POSSIBLE']);
  expect(world.entries().at(-1)).toMatchObject({ kind: 'outcome', errors: ['REPORT_NOT_POSSIBLE'] });
});

test('where the report cannot be kept there is none, though it was signed and traced', async () => {
  const database = new pg.Client({ connectionString: world.sandbox.environment.DATABASE_URL });
  await database.connect();
  await database.query('alter table gateway.report rename to report_elsewhere');
  const refused = await issue([id('clean-firm')]);
  await database.query('alter table gateway.report_elsewhere rename to report');
  await database.end();
  expect(refused.body.data).toEqual({ issueReport: null });
  expect(refused.body.errors?.map(({ extensions }) => extensions.code)).toEqual(['REPORT_NOT_POSSIBLE']);
  const own = world.entries().filter(({ request }) => request === refused.body.extensions?.request);
  expect(own.map(({ kind }) => kind)).toEqual(['intent', 'intent', 'outcome', 'deed', 'outcome']);
  expect(own.at(-1)).toMatchObject({ errors: ['REPORT_NOT_POSSIBLE'] });
});

test('judged anew on the same data nothing differs', async () => {
  const replayed = await world.ask({
    query: `query ($number: ID!) { replay(number: $number) { differs before after differences { kind index } } }`,
    variables: { number: report.number },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect(replayed.body.errors).toBeUndefined();
  expect(replayed.body.data.replay).toEqual({
    differs: false,
    before: 'BARRED',
    after: 'BARRED',
    differences: [],
  });
});

test('after the key is rotated it still verifies, with the keys archived before and with those published now', async () => {
  const environment = {
    ...world.environment,
    AUDIT_DIRECTORY: join(world.root, 'audit-rotated'),
    REPORT_SIGNING_KEY_FILE: join(world.root, 'keys/report-2.key'),
  };
  const { configuration } = readConfiguration(environment);
  const quiet = (): void => undefined;
  rotated = await startGateway({
    configuration: configuration!,
    environment,
    log: { info: quiet, warn: quiet, error: quiet },
    clock: () => NOW,
    onFatal: quiet,
  });
  const published = await command('keys', '--from', rotated.url);
  expect(readKeySet(published.out)).toHaveLength(2);
  const now = join(world.root, 'keys-now.json');
  writeFileSync(now, published.out);
  expect((await command('verify', file, '--keys', now)).code).toBe(0);
  expect((await command('verify', file, '--keys', keysFile)).code).toBe(0);
  const newOnly = join(world.root, 'keys-new-only.json');
  writeFileSync(newOnly, JSON.stringify({ keys: readKeySet(published.out).slice(1) }));
  const foreign = await command('verify', file, '--keys', newOnly);
  expect([foreign.code, foreign.out]).toEqual([1, expect.stringContaining('KEY_UNKNOWN')]);
  // The replica that signs with the new key reads what the old one signed.
  const again = await get(
    `/reports/${report.number}.json`,
    await bearer('procurement-platform'),
    rotated.url,
  );
  expect(again.bytes.toString()).toBe(report.document);
});

// Once the first report issued under such a clock deleted every other.
test('a clock that runs years ahead destroys no report', async () => {
  const { number } = (await issue([id('banned-firm')])).body.data.issueReport;
  const read = async (): Promise<unknown> =>
    (
      await world.ask({
        query: 'query ($number: ID!) { report(number: $number) { number } }',
        variables: { number },
        consumer: 'procurement-platform',
        headers: procurement,
      })
    ).body.data.report;
  try {
    now = new Date('2066-01-01T04:00:00Z');
    expect((await issue([id('clean-firm')])).body.data.issueReport.keptUntil).toBe('2081-01-01');
    expect(await read()).toBeNull();
  } finally {
    now = NOW;
  }
  expect(await read()).toEqual({ number });
});

test('what is to come is not signed', async () => {
  const { body } = await world.ask({
    query: mutation.replace('scene: $scene)', 'scene: $scene, asOf: "2026-11-23")'),
    variables: { subjects: [id('banned-firm')], kind: 'ORGANIZATION', scene: 'GOVERNMENT_PROCUREMENT' },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect(body.errors?.map(({ extensions }) => [extensions.code, extensions.at])).toEqual([
    ['VALUE_INVALID', 'issueReport(asOf)'],
  ]);
});
