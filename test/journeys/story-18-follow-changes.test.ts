// An integrator follows what became of the records its system has read: ordered, replayable, with a cursor (domain.md §4,
// story 18).
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Follower, followerOf, following, ownState, receiptsOf } from './followed-changes.ts';
import { type Receiver, startReceiver } from '../gateway/webhooks/receiver.ts';
import { type Desk, deskOf, handling, refusal } from './remedy-desk.ts';
import { NOW, type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let desk: Desk;
let platform: Follower;
let subsidies: Follower;
/** Twenty seconds each: what is done comes after what was read. */
let ticks = 0;
const clock = (): Date => new Date(NOW.getTime() + ticks * 20_000);
const at = (tick: number): string => new Date(NOW.getTime() + tick * 20_000).toISOString();
beforeEach(() => {
  ticks += 1;
});
const secrets = ['a', 'b'].map((letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`);
let project: string;
let receiver: Receiver;
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'following-'));
  for (const folder of ['schema', 'policies', 'connectors/sources'])
    cpSync(folder, join(project, folder), { recursive: true });
  edit((text) =>
    text.replace(
      '  organisation-dept:\n',
      `  organisation-dept:\n    webhook: { url: '\${DEPARTMENT_HOOK}', secrets: ['file:${join(project, 'secret')}'] }\n`,
    ),
  );
  writeFileSync(join(project, 'secret'), secrets[0]!);
  writeFileSync(join(project, 'next-secret'), secrets[1]!);
  receiver = await startReceiver(secrets.slice(0, 1));
  world = await runGateway({
    now: clock,
    environment: { PROJECT_ROOT: project, DEPARTMENT_HOOK: receiver.url },
  });
  desk = deskOf(world);
  platform = followerOf(world, 'procurement-platform');
  subsidies = followerOf(world, 'subsidy-system');
});
afterAll(async () => {
  await world?.stop();
  await receiver.stop();
  rmSync(project, { recursive: true, force: true });
});
function edit(change: (text: string) => string): void {
  const file = join(project, 'policies', 'consumers.yaml');
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}

const subsidyCase = { 'credit-purpose': 'subsidy-review', 'credit-case': 'ZJ-2026-0007' };
const readBans = (consumer: string, headers: Readonly<Record<string, string>>, key: string) =>
  world.ask({
    query:
      'query ($uscc: USCC!) { organization(uscc: $uscc) { procurement { bans { documentNumber authority } } } }',
    variables: { uscc: id(key) },
    consumer,
    headers,
  });

test('every reader of the record is told in its own list: what, whose, since when, and in which of its files', async () => {
  const read = await readBans('procurement-platform', procurement, 'banned-firm');
  const document = read.body.data.organization.procurement.bans[0].documentNumber;
  const granted = await readBans('subsidy-system', subsidyCase, 'banned-firm');
  expect(granted.body.data.organization.procurement.bans).toHaveLength(1);
  // Somebody else's record, and another source of the same subject.
  await readBans('procurement-platform', procurement, 'same-name-b');
  const otherSource = await world.ask({
    query: 'query ($u: USCC!) { organization(uscc: $u) { court { listings { caseCode } } } }',
    variables: { u: id('banned-firm') },
    consumer: 'honours-office',
    headers: { 'credit-purpose': 'honours-review', 'credit-case': 'RY-2026-0001', 'credit-user': 'one.user' },
  });
  expect(otherSource.status).toBe(200);
  expect(await platform.all()).toEqual([]);

  ticks += 1;
  const filed = (await desk.fileObjection('banned-firm', 'ProcurementBan', document)).body.data.fileObjection;
  expect(await platform.until(1)).toEqual([
    {
      cursor: expect.any(String),
      change: 'MARKED',
      changedAt: at(2),
      subject: id('banned-firm'),
      source: 'procurement',
      recordType: 'ProcurementBan',
      record: document,
      purpose: 'government-procurement',
      readings: 1,
      lastReadAt: at(1),
      noticedAt: at(2),
      acknowledgeBy: '2026-11-27',
      acknowledgeByProvisional: false,
      acknowledgedAt: null,
      read: [{ request: read.body.extensions!.request, at: at(1), caseNumber: null }],
    },
  ]);
  const [told] = await subsidies.until(1);
  expect(told).toMatchObject({
    record: document,
    purpose: 'subsidy-review',
    read: [{ request: granted.body.extensions!.request, caseNumber: 'ZJ-2026-0007' }],
  });
  expect(await followerOf(world, 'honours-office').all()).toEqual([]);
  expect((await receiptsOf(world, filed.number)).map(({ consumer, untold }) => [consumer, untold])).toEqual([
    ['procurement-platform', null],
    ['subsidy-system', null],
  ]);
});

test('a verdict counts as a reading, and a case is followed to its end', async () => {
  const [ban] = await desk.bans('same-name-b');
  await desk.verdict('same-name-b');
  const before = (await platform.all()).length;
  ticks += 1;
  const filed = (await desk.fileObjection('same-name-b', 'ProcurementBan', ban.documentNumber)).body.data
    .fileObjection;
  ticks += 1;
  await desk.step('beginVerification', filed.number, 1);
  await desk.decideObjection(filed.number, 2, 'UPHELD');
  ticks += 1;
  const closed = await desk.office(
    'mutation ($n: String!) { closeCorrection(number: $n, revision: 3, outcome: CORRECTED) { state } }',
    { n: filed.number },
  );
  expect(closed.body.errors).toBeUndefined();
  const notices = (await platform.until(before + 3)).slice(before);
  expect(notices.map(({ change, subject }) => [change, subject])).toEqual(
    ['MARKED', 'OUT_OF_USE', 'CORRECTED'].map((change) => [change, id('same-name-b')]),
  );
  // One in the test before, one to learn the number, one for the verdict.
  expect(notices[0].readings).toBe(3);
});

test('a rejected objection takes the mark away, and a step that changes nothing tells nobody', async () => {
  const before = (await platform.all()).length;
  const [ban] = await desk.bans('banned-firm');
  const { number } = (
    await desk.office('query ($u: USCC) { remediesOf(uscc: $u) { objections { number } } }', {
      u: id('banned-firm'),
    })
  ).body.data.remediesOf.objections[0];
  ticks += 1;
  await desk.step('beginVerification', number, 1);
  await desk.decideObjection(number, 2, 'REJECTED');
  const [notice, ...more] = (await platform.until(before + 1)).slice(before);
  expect(notice).toMatchObject({ change: 'MARK_REMOVED', record: ban.documentNumber });
  expect(more).toEqual([]);
});

test('the list is replayed from any cursor, in pages, each notice once', async () => {
  const all = await platform.all();
  expect(all.length).toBeGreaterThanOrEqual(5);
  for (const [place, { cursor }] of all.entries())
    expect(await platform.all(cursor)).toEqual(all.slice(place + 1));
  const paged: unknown[] = [];
  let since: string | undefined;
  for (let more = true; more;) {
    const { changes } = (await platform.page(since, 2)).body.data;
    expect(changes.nodes.length).toBeLessThanOrEqual(2);
    paged.push(...changes.nodes);
    ({ next: since, more } = changes);
  }
  expect(paged).toEqual(all);
  // At the end it stays, and goes on from there when more comes.
  expect((await platform.page(since)).body.data.changes).toEqual({ nodes: [], next: since, more: false });
  for (const [given, first] of [
    ['nonsense', 10],
    [Buffer.from('n999').toString('base64url'), 10],
    [since, 0],
    [since, 501],
  ] as const)
    expect(refusal(await platform.page(given, first))[0], String(given)).toBe('VALUE_INVALID');
});

test('what is acknowledged is acknowledged once, up to a cursor, and the office sees by whom', async () => {
  const all = await platform.all();
  const middle = all[1].cursor;
  expect((await platform.acknowledge(middle, 'clerk.two')).body.data.acknowledgeChanges).toEqual({
    acknowledged: 2,
    upTo: middle,
  });
  expect((await platform.acknowledge(middle)).body.data.acknowledgeChanges.acknowledged).toBe(0);
  expect((await platform.all()).map(({ acknowledgedAt }) => acknowledgedAt !== null)).toEqual(
    all.map((_, place) => place < 2),
  );
  const receipts = await receiptsOf(world, 'OBJ-2026-000001');
  expect(
    receipts.map(({ consumer, acknowledgedBy, overdue }) => [consumer, acknowledgedBy, overdue]),
  ).toEqual([
    ['procurement-platform', 'clerk.two', false],
    ['subsidy-system', null, false],
    ['procurement-platform', null, false],
    ['subsidy-system', null, false],
  ]);
  expect(refusal(await platform.acknowledge(Buffer.from('n999').toString('base64url')))[0]).toBe(
    'VALUE_INVALID',
  );
});

test('what nobody acknowledges in time is overdue, until somebody does', async () => {
  const overdue = async () =>
    (
      await desk.office(
        '{ overdueNotices { remedy consumer acknowledgeBy acknowledgeByProvisional overdue } }',
      )
    ).body.data.overdueNotices;
  expect(await overdue()).toEqual([]);
  await ownState(
    world,
    "update gateway.recall_notice set acknowledge_by = '2026-11-20' where consumer = 'subsidy-system'",
  );
  expect((await overdue())[0]).toEqual({
    remedy: 'OBJ-2026-000001',
    consumer: 'subsidy-system',
    acknowledgeBy: '2026-11-20',
    acknowledgeByProvisional: false,
    overdue: true,
  });
  const all = await subsidies.all();
  await subsidies.acknowledge(all.at(-1).cursor);
  expect(await overdue()).toEqual([]);
});

test('the list is for its reader alone, and only for the purpose of following', async () => {
  const query = '{ changes { nodes { subject } next } }';
  for (const [consumer, headers] of [
    ['procurement-platform', procurement],
    ['credit-office', handling()],
    [undefined, { 'credit-purpose': 'public-information' }],
  ] as const) {
    const answer = await world.ask({ query, headers, ...(consumer === undefined ? {} : { consumer }) });
    expect(answer.body.data?.changes ?? null).toBeNull();
    expect(answer.body.errors).toHaveLength(1);
  }
  // The purpose of following reads nobody's records.
  const reading = await readBans('procurement-platform', following, 'banned-firm');
  expect(refusal(reading)[0]).toBe('SUBJECT_NOT_PERMITTED');
  const receipts = await world.ask({
    query: '{ noticeReceipts(remedy: "OBJ-2026-000001") { consumer } overdueNotices { consumer } }',
    consumer: 'procurement-platform',
    headers: following,
  });
  expect(receipts.body.data).toEqual({ noticeReceipts: null, overdueNotices: null });
});

test('an integrator follows by the documented code: a signed webhook, the list from its cursor, an acknowledgement', async () => {
  const code = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/recall.md', 'utf8'))![1]!;
  const file = join(project, 'integrator.mjs');
  writeFileSync(file, code);
  const { verify, follow } = (await import(file)) as {
    verify: (
      headers: Readonly<Record<string, string>>,
      body: string,
      secrets: readonly string[],
      now: number,
    ) => void;
    follow: (
      ask: (query: string, variables: Readonly<Record<string, unknown>>) => Promise<unknown>,
      cursor: string | null,
      handle: (notice: any) => void,
    ) => Promise<string>;
  };
  const ask = async (query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> =>
    (await world.ask({ query, variables, consumer: 'organisation-dept', headers: following })).body.data;
  const review = { 'credit-purpose': 'honours-review', 'credit-case': 'RY-9', 'credit-user': 'one.user' };
  await readBans('organisation-dept', review, 'banned-firm');
  ticks += 1;
  const [ban] = await desk.bans('banned-firm');
  const filed = await desk.fileObjection('banned-firm', 'ProcurementBan', ban.documentNumber);
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1);
  const [{ headers, body }] = receiver.received as [Receiver['received'][number]];
  verify(headers, body, [secrets[0]!], clock().getTime());
  expect(() => verify(headers, body, [secrets[1]!], clock().getTime())).toThrow('not from the gateway');
  expect(() => verify(headers, body.replace('bj', 'bk'), [secrets[0]!], clock().getTime())).toThrow();
  expect(() => verify(headers, body, [secrets[0]!], clock().getTime() + 301_000)).toThrow('too old');
  for (const text of [id('banned-firm'), ban.documentNumber, 'ProcurementBan'])
    expect(JSON.stringify(receiver.received)).not.toContain(text);

  const handled: any[] = [];
  const cursor = await follow(ask, null, (notice) => void handled.push(notice));
  expect(handled).toMatchObject([
    {
      change: 'MARKED',
      subject: id('banned-firm'),
      record: ban.documentNumber,
      read: [{ caseNumber: 'RY-9' }],
    },
  ]);
  expect(cursor).toBe(JSON.parse(body).data.upTo);
  expect(await follow(ask, cursor, (notice) => void handled.push(notice))).toBe(cursor);
  expect(handled).toHaveLength(1);
  const { number } = filed.body.data.fileObjection;
  const [receipt] = (await receiptsOf(world, number)).filter(
    ({ consumer }) => consumer === 'organisation-dept',
  );
  expect(receipt).toMatchObject({ delivery: 'DELIVERED', attempts: 1, deliveredAt: expect.any(String) });
  expect(receipt.acknowledgedAt).not.toBeNull();
});

test('a secret is replaced while the gateway runs, and a bad one replaces nothing', async () => {
  const versions = () => world.entries().filter(({ kind }) => kind === 'policies').length;
  const before = versions();
  const refused = () => world.logged.filter((line: any) => line.message.includes('are refused')).length;
  edit((text) => text.replace("webhook: { url: '${DEPARTMENT_HOOK}'", "webhook: { url: '${NOT_SET}'"));
  await expect.poll(refused, { timeout: 5000 }).toBe(1);
  edit((text) => text.replace('${NOT_SET}', '${DEPARTMENT_HOOK}'));
  edit((text) => text.replace(`secret'] }`, `secret', 'file:${join(project, 'next-secret')}'] }`));
  await expect.poll(versions, { timeout: 5000 }).toBe(before + 1);
  await desk.step('withdrawObjection', 'OBJ-2026-000003', 1);
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(2);
  expect(receiver.received[1]).toMatchObject({ genuine: true, signatures: 2 });
});

test('following is itself in the audit, with what was told, under pseudonyms', async () => {
  const deeds = world.entries().filter(({ kind }) => kind === 'deed');
  const told = deeds.findLast(
    ({ deed, caller, numbers }) =>
      deed === 'changes-told' && caller.consumer === 'procurement-platform' && numbers.length > 2,
  );
  expect(told.purpose).toBe('following-changes');
  expect(told.subjects).toHaveLength(2);
  expect(deeds.find(({ deed }) => deed === 'changes-acknowledged')).toMatchObject({
    acknowledged: 2,
    user: 'clerk.two',
  });
  const recalls = world.entries().filter(({ kind }) => kind === 'recall');
  expect(recalls.map(({ change }) => change)).toEqual(
    expect.arrayContaining(['MARKED', 'OUT_OF_USE', 'CORRECTED', 'MARK_REMOVED']),
  );
  const text = JSON.stringify([...deeds, ...recalls]);
  for (const key of ['banned-firm', 'same-name-b']) expect(text).not.toContain(id(key));
});
