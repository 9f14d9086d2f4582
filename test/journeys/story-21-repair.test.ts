// A repair: applied for when its time has come, decided, and in effect at once (domain.md §4, story 21).
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfiguration } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/gateway.ts';
import { followerOf, ownState, receiptsOf } from './followed-changes.ts';
import { type Desk, deskOf, refusal } from './remedy-desk.ts';
import { NOW, type RunningGateway, TODAY, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let desk: Desk;
beforeAll(async () => {
  world = await runGateway();
  desk = deskOf(world);
});
afterAll(() => world?.stop());

test('a repair in effect ends publication, sharing and use at once', async () => {
  const [ban] = await desk.bans('banned-firm');
  const applied = await desk.applyForRepair('banned-firm', 'ProcurementBan', ban.documentNumber);
  expect(applied.body.errors).toBeUndefined();
  const repair = applied.body.data.applyForRepair;
  expect(repair).toMatchObject({
    number: expect.stringMatching(/^REP-2026-\d{6}$/),
    state: 'APPLIED',
    correctedOn: '2026-01-05',
    promise: expect.stringContaining('承诺'),
    filedOn: TODAY,
    dueOn: '2026-12-04',
    effect: null,
    // It is for the office to decide.
    next: [],
  });
  // Asking for it changes nothing yet, nor does its acceptance.
  expect((await desk.verdict('banned-firm')).outcome).toBe('BARRED');
  const accepted = await desk.decideRepair(repair.number, 1, 'ACCEPTED');
  expect(accepted.body.data.decideRepair).toMatchObject({
    state: 'ACCEPTED',
    effect: null,
    next: ['putRepairInEffect'],
  });
  expect((await desk.verdict('banned-firm')).outcome).toBe('BARRED');

  const inEffect = await desk.step('putRepairInEffect', repair.number, 2);
  expect(inEffect.body.data.putRepairInEffect).toMatchObject({
    state: 'IN_EFFECT',
    effect: 'REPAIRED',
    next: [],
  });
  expect(await desk.verdict('banned-firm')).toEqual({ outcome: 'CLEAR', findings: [] });
  expect(await desk.bans('banned-firm')).toEqual([]);
  const publicly = await world.ask({
    query: 'query ($uscc: USCC!) { organization(uscc: $uscc) { procurement { state bans { authority } } } }',
    variables: { uscc: id('banned-firm') },
    headers: { 'credit-purpose': 'public-information' },
  });
  expect(publicly.body.data.organization.procurement).toEqual({ state: 'OK', bans: [] });
  // The others of the same call are as they were.
  const { body } = await world.ask({
    query:
      'query ($usccs: [SubjectCode!]!) { organizations(usccs: $usccs) { ... on Organization { eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome } } } }',
    variables: { usccs: [id('banned-firm'), id('same-name-b'), id('clean-firm')] },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect(body.data.organizations.map(({ eligibility }: any) => eligibility.outcome)).toEqual([
    'CLEAR',
    'BARRED',
    'CLEAR',
  ]);
  expect(refusal(await desk.applyForRepair('banned-firm', 'ProcurementBan', ban.documentNumber))).toEqual([
    'REMEDY_SETTLED',
    repair.number,
  ]);
  expect(refusal(await desk.decideRepair(repair.number, 3, 'REFUSED'))[0]).toBe('REMEDY_CLOSED');
});

test('too early is refused with the first possible day, and nothing is written', async () => {
  // Decided half a year ago; a serious act can be repaired after a year.
  const answer = await world.ask({
    query:
      'query ($uscc: USCC!) { organization(uscc: $uscc) { procurement { bans { documentNumber decidedOn } } } }',
    variables: { uscc: id('ban-no-end') },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  const [ban] = answer.body.data.organization.procurement.bans;
  const refused = await desk.applyForRepair('ban-no-end', 'ProcurementBan', ban.documentNumber);
  const [code, first] = refusal(refused);
  expect(code).toBe('REPAIR_TOO_EARLY');
  const nextYear = String(Number(ban.decidedOn.slice(0, 4)) + 1);
  expect(first!.slice(0, 7) >= `${nextYear}${ban.decidedOn.slice(4, 7)}`).toBe(true);
  expect(first! > TODAY).toBe(true);
  const listed = await desk.office('query ($u: USCC) { remediesOf(uscc: $u) { repairs { number } } }', {
    u: id('ban-no-end'),
  });
  expect(listed.body.data.remediesOf.repairs).toEqual([]);
});

test('a day that does not exist or has not come, and a record that courts alone release, are refused', async () => {
  const [ban] = await desk.bans('same-name-b');
  expect(
    (await desk.applyForRepair('same-name-b', 'ProcurementBan', ban.documentNumber, '2026-02-30')).body
      .errors,
  ).toMatchObject([{ extensions: { code: 'VALUE_INVALID' } }]);
  expect(
    refusal(await desk.applyForRepair('same-name-b', 'ProcurementBan', ban.documentNumber, '2026-11-23'))[0],
  ).toBe('VALUE_INVALID');
  const [listing] = await desk.listings('listed-firm');
  expect(refusal(await desk.applyForRepair('listed-firm', 'CourtListing', listing.caseCode))[0]).toBe(
    'REMEDY_NOT_OFFERED',
  );
});

test('a refused repair leaves the record as it was, and another may be applied for', async () => {
  const [ban] = await desk.bans('same-name-b');
  const applied = await desk.applyForRepair('same-name-b', 'ProcurementBan', ban.documentNumber);
  const { number } = applied.body.data.applyForRepair;
  expect(refusal(await desk.applyForRepair('same-name-b', 'ProcurementBan', ban.documentNumber))).toEqual([
    'REMEDY_OPEN',
    number,
  ]);
  expect(refusal(await desk.step('putRepairInEffect', number, 1))).toEqual([
    'REMEDY_STEP_NOT_POSSIBLE',
    'decideRepair',
  ]);
  const refused = await desk.decideRepair(number, 1, 'REFUSED');
  expect(refused.body.data.decideRepair).toMatchObject({ state: 'REFUSED', effect: null });
  expect((await desk.verdict('same-name-b')).outcome).toBe('BARRED');
  expect(
    (await desk.applyForRepair('same-name-b', 'ProcurementBan', ban.documentNumber)).body.errors,
  ).toBeUndefined();
});

test('every reader of the last days is told of a repair, and nobody else', async () => {
  const firm = 'ban-ended-yesterday';
  const read = (consumer: string | undefined, headers: Readonly<Record<string, string>>, key = firm) =>
    world.ask({
      query: 'query ($u: USCC!) { organization(uscc: $u) { procurement { bans { documentNumber } } } }',
      variables: { u: id(key) },
      headers,
      ...(consumer === undefined ? {} : { consumer }),
    });
  const honours = { 'credit-purpose': 'honours-review', 'credit-case': 'RY-1', 'credit-user': 'one.user' };
  const supervising = { 'credit-purpose': 'credit-supervision', 'credit-user': 'official.one' };
  const answer = await read('procurement-platform', procurement);
  const [{ documentNumber }] = answer.body.data.organization.procurement.bans;
  const platform = followerOf(world, 'procurement-platform');
  await desk.verdict(firm);
  await read('organisation-dept', honours);
  await read('honours-office', honours);
  await read('subsidy-system', { 'credit-purpose': 'subsidy-review', 'credit-case': 'ZJ-8' }, 'same-name-b');
  await read(undefined, { 'credit-purpose': 'public-information' });
  const last = await read('credit-office', supervising);
  const { request } = last.body.extensions!;
  const indexed = 'select from gateway.access_reading where request = $1 and answered';
  await expect.poll(() => ownState(world, indexed, [request])).toHaveLength(1);
  for (const [consumer, days] of [
    ['organisation-dept', 91],
    ['honours-office', 89],
  ])
    await ownState(
      world,
      `with moved as (update gateway.access_reading set at = $2::timestamptz - make_interval(days => $3::int)
         where consumer = $1 returning id, at)
       update gateway.access_subject s set at = moved.at from moved where s.reading = moved.id`,
      [consumer, NOW, days],
    );

  const before = await platform.all();
  const applied = await desk.applyForRepair(firm, 'ProcurementBan', documentNumber);
  const { number } = applied.body.data.applyForRepair;
  await desk.decideRepair(number, 1, 'ACCEPTED');
  await desk.step('putRepairInEffect', number, 2);
  const [told, ...more] = (await platform.until(before.length + 1)).slice(before.length);
  expect(more).toEqual([]);
  expect(told).toMatchObject({ change: 'REPAIRED', subject: id(firm), record: documentNumber, readings: 2 });
  const [long] = await followerOf(world, 'honours-office').until(1);
  expect(long).toMatchObject({
    change: 'REPAIRED',
    subject: id(firm),
    lastReadAt: '2026-08-25T04:00:00.000Z',
    read: [{ caseNumber: 'RY-1' }],
  });
  expect(await followerOf(world, 'organisation-dept').all()).toEqual([]);
  expect(await followerOf(world, 'subsidy-system').all()).toEqual([]);
  expect((await receiptsOf(world, number)).map(({ consumer, untold }) => [consumer, untold])).toEqual([
    ['credit-office', null],
    ['honours-office', null],
    ['procurement-platform', null],
    ['public', 'ANONYMOUS'],
  ]);
});

test('who read through another replica is told, though that one was down when the record changed', async () => {
  const environment = { ...world.environment, AUDIT_DIRECTORY: join(world.root, 'audit-other') };
  const quiet = (): void => undefined;
  const replica = (): Promise<Gateway> =>
    startGateway({
      configuration: readConfiguration(environment).configuration!,
      environment,
      log: { info: quiet, warn: quiet, error: quiet },
      clock: () => NOW,
      onFatal: quiet,
    });
  const office = followerOf(world, 'honours-office');
  const before = await office.all();
  const first = await replica();
  const read = await fetch(`${first.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await world.token('honours-office')}`,
      'credit-purpose': 'honours-review',
      'credit-case': 'RY-2',
      'credit-user': 'one.user',
    },
    body: JSON.stringify({
      query: 'query ($u: USCC!) { organization(uscc: $u) { court { listings { caseCode } } } }',
      variables: { u: id('listed-firm') },
    }),
  });
  const { data, extensions } = await read.json();
  const [{ caseCode }] = data.organization.court.listings;
  // It goes before its log was followed; where it was quicker, that is undone.
  await first.close();
  for (const table of ['access_position', 'access_reading'])
    await ownState(
      world,
      `delete from gateway.${table} where log in (select log from gateway.access_reading where request = $1)`,
      [extensions.request],
    );
  const filed = await desk.fileObjection('listed-firm', 'CourtListing', caseCode);
  const { number } = filed.body.data.fileObjection;
  await expect
    .poll(() => ownState(world, 'select from gateway.recall_change where number = $1', [number]))
    .toHaveLength(1);
  expect(await office.all()).toEqual(before);
  const second = await replica();
  // Any entry wakes what follows the log.
  await fetch(`${second.url}/graphql`, { method: 'POST', body: '{}' });
  const told = (await office.until(before.length + 1)).slice(before.length);
  await second.close();
  expect(told).toMatchObject([
    { change: 'MARKED', record: caseCode, read: [{ request: extensions.request, caseNumber: 'RY-2' }] },
  ]);
});
