// What the credit office orders because of credit (domain.md rows 7, 10, 11): measures of the closed list on a record,
// and supervision letters. They are read as a source, and bar from honours while they last.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, deskOf, refusal } from './remedy-desk.ts';
import { type Answer, type RunningGateway, TODAY, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let desk: Desk;
beforeAll(async () => {
  world = await runGateway({ relays: true });
  desk = deskOf(world);
});
afterAll(() => world?.stop());

type Variables = Readonly<Record<string, unknown>>;
const office = (query: string, variables: Variables = {}, user = 'official.one'): Promise<Answer> =>
  world.ask({
    query,
    variables,
    consumer: 'credit-office',
    headers: { 'credit-purpose': 'credit-supervision', 'credit-user': user },
  });

const caseFields =
  'number revision state ended type nature basis from to closedOn feedback recordType record next';
const order = (key: string, given: Variables = {}, user?: string): Promise<Answer> =>
  office(
    `mutation ($uscc: USCC, $type: String!, $recordType: String, $record: String, $document: String!, $from: Date!, $to: Date) {
      orderMeasure(uscc: $uscc, type: $type, recordType: $recordType, record: $record, document: $document,
        authority: "市信用办", executor: "市文明办", from: $from, to: $to) { ${caseFields} } }`,
    {
      uscc: id(key),
      type: 'NO_HONOURS',
      document: '黄信用惩〔2026〕1号',
      from: TODAY,
      to: '2027-11-21',
      ...given,
    },
    user,
  );
const step = (
  deed: string,
  given: string,
  number: string,
  revision: number,
  user?: string,
): Promise<Answer> =>
  office(
    `mutation ($n: String!, $r: Int!) { ${deed}(number: $n, revision: $r${given === '' ? '' : `, ${given}`}) { number revision state ${deed.endsWith('Letter') ? 'dueOn overdue answer outcome' : 'ended feedback'} closedOn next history { from to user reason } } }`,
    { n: number, r: revision },
    user,
  );

const honours = async (key: string, jurisdiction?: string): Promise<any> => {
  const { body, text } = await world.ask({
    query: `query ($uscc: USCC!, $in: RegionCode) { organization(uscc: $uscc) {
      supervision { state measures { type state from to liftedOn recordStatus } }
      eligibility(scene: HONOURS, jurisdiction: $in) { outcome findings { title status record until underObjection } evidence { source recordType state } } } }`,
    variables: { uscc: id(key), ...(jurisdiction === undefined ? {} : { in: jurisdiction }) },
    consumer: 'honours-office',
    headers: {
      'credit-purpose': 'honours-review',
      'credit-case': 'RY-2026-0001',
      'credit-user': 'reviewer.01',
    },
  });
  if (body.errors !== undefined) throw new Error(text);
  return body.data.organization;
};
const byMeasure = ({ eligibility }: any): readonly any[] =>
  eligibility.findings.filter(({ title }: any) => /measure/.test(title));

test('a measure on a record bars from honours at once, until it is lifted', async () => {
  const [ban] = await desk.bans('banned-firm');
  const before = await honours('banned-firm');
  expect(before.supervision).toEqual({ state: 'OK', measures: [] });
  expect(before.eligibility.evidence).toContainEqual({
    source: 'supervision',
    recordType: 'Measure',
    state: 'OK',
  });
  const ordered = await order('banned-firm', { recordType: 'ProcurementBan', record: ban.documentNumber });
  expect(ordered.body.errors).toBeUndefined();
  const measure = ordered.body.data.orderMeasure;
  expect(measure).toMatchObject({
    number: expect.stringMatching(/^MEA-2026-\d{6}$/),
    revision: 1,
    state: 'ORDERED',
    ended: false,
    nature: 'SANCTION',
    basis: expect.stringContaining('国发〔2016〕76号'),
    recordType: 'ProcurementBan',
    record: ban.documentNumber,
    next: ['feedBackMeasure', 'liftMeasure'],
  });
  const barred = await honours('banned-firm');
  expect(barred.eligibility.outcome).toBe('BARRED');
  expect(byMeasure(barred)).toEqual([
    expect.objectContaining({ status: 'IN_FORCE', record: '黄信用惩〔2026〕1号', until: '2027-11-21' }),
  ]);
  expect(barred.supervision.measures).toEqual([
    {
      type: 'NO_HONOURS',
      state: 'ORDERED',
      from: TODAY,
      to: '2027-11-21',
      liftedOn: null,
      recordStatus: 'EFFECTIVE',
    },
  ]);
  // A tender asks neither for measures nor their source.
  const tender = await desk.verdict('banned-firm');
  expect(tender.findings.map(({ rule }: any) => rule)).toEqual(['R4']);

  const fed = await step('feedBackMeasure', 'feedback: "已取消当年评优资格。"', measure.number, 1);
  expect(fed.body.data.feedBackMeasure).toMatchObject({ state: 'EXECUTED', revision: 2 });
  const lifted = await step('liftMeasure', 'reason: "已整改。"', measure.number, 2);
  expect(lifted.body.data.liftMeasure).toMatchObject({
    state: 'LIFTED',
    ended: true,
    closedOn: TODAY,
    next: [],
    history: [
      { from: null, to: 'ORDERED', user: 'official.one', reason: null },
      { from: 'ORDERED', to: 'EXECUTED', user: 'official.one', reason: null },
      { from: 'EXECUTED', to: 'LIFTED', user: 'official.one', reason: '已整改。' },
    ],
  });
  expect(byMeasure(await honours('banned-firm'))).toEqual([
    expect.objectContaining({ status: 'EXPIRED', until: '2026-11-21' }),
  ]);
});

test('while an objection is verified a sanction is suspended in Huangshi, and goes on when it is rejected', async () => {
  const [ban] = await desk.bans('same-name-b');
  const ordered = await order('same-name-b', { recordType: 'ProcurementBan', record: ban.documentNumber });
  const { number } = ordered.body.data.orderMeasure;
  await step('feedBackMeasure', 'feedback: "已执行。"', number, 1);
  const filed = await desk.fileObjection('same-name-b', 'ProcurementBan', ban.documentNumber);
  const objection = filed.body.data.fileObjection.number;
  const suspended = await honours('same-name-b');
  expect(byMeasure(suspended)).toEqual([
    expect.objectContaining({ status: 'SUSPENDED', underObjection: true }),
  ]);
  expect(suspended.supervision.measures).toMatchObject([
    { state: 'SUSPENDED', recordStatus: 'UNDER_OBJECTION' },
  ]);
  // Where the notice knows no suspension it stands, marked.
  expect(byMeasure(await honours('same-name-b', '370200'))).toEqual([
    expect.objectContaining({ status: 'IN_FORCE', underObjection: true }),
  ]);
  // One that is ordered meanwhile waits, too.
  const late = await order('same-name-b', {
    recordType: 'ProcurementBan',
    record: ban.documentNumber,
    type: 'PUBLIC_CRITICISM',
  });
  expect(late.body.data.orderMeasure).toMatchObject({ state: 'SUSPENDED', next: ['liftMeasure'] });
  await desk.step('beginVerification', objection, 1);
  await desk.decideObjection(objection, 2, 'REJECTED');
  const after = await honours('same-name-b');
  expect(after.supervision.measures.map(({ state }: any) => state).toSorted()).toEqual([
    'EXECUTED',
    'ORDERED',
  ]);
  expect(byMeasure(after)).toEqual([expect.objectContaining({ status: 'IN_FORCE', underObjection: false })]);
  const read = await office('query ($n: String!) { measure(number: $n) { history { from to reason } } }', {
    n: number,
  });
  expect(read.body.data.measure.history.slice(2)).toEqual([
    { from: 'EXECUTED', to: 'SUSPENDED', reason: objection },
    { from: 'SUSPENDED', to: 'EXECUTED', reason: objection },
  ]);
});

test('a repair in effect lifts the measures on its record', async () => {
  const [ban] = await desk.bans('same-name-b');
  const applied = await desk.applyForRepair('same-name-b', 'ProcurementBan', ban.documentNumber);
  const { number } = applied.body.data.applyForRepair;
  await desk.decideRepair(number, 1, 'ACCEPTED');
  expect((await honours('same-name-b')).eligibility.outcome).toBe('BARRED');
  await desk.step('putRepairInEffect', number, 2);
  const after = await honours('same-name-b');
  // Neither used nor shown any more; the office and the subject see that it was lifted, and why.
  expect(byMeasure(after)).toEqual([]);
  expect(after.supervision).toEqual({ state: 'OK', measures: [] });
  const own = await world.ask({
    query:
      '{ myRecords { ... on Organization { supervision { measures { state liftedOn onRecord recordStatus } } } } }',
    consumer: 'citizen-portal',
    subject: { kind: 'Organization', id: id('same-name-b') },
    headers: { 'credit-purpose': 'own-records' },
  });
  const lifted = {
    state: 'LIFTED',
    liftedOn: TODAY,
    onRecord: ban.documentNumber,
    recordStatus: 'REPAIRED',
  };
  expect(own.body.data.myRecords.supervision.measures).toEqual([lifted, lifted]);
  const again = await order('same-name-b', { recordType: 'ProcurementBan', record: ban.documentNumber });
  expect(refusal(again)).toEqual(['REMEDY_SETTLED', number]);
});

test('an objection to a court listing suspends no measure on it', async () => {
  const [listing] = await desk.listings('listed-firm');
  await order('listed-firm', { recordType: 'CourtListing', record: listing.caseCode });
  await desk.fileObjection('listed-firm', 'CourtListing', listing.caseCode);
  const verdict = await honours('listed-firm');
  expect(verdict.supervision.measures).toMatchObject([{ state: 'ORDERED', recordStatus: 'EFFECTIVE' }]);
  expect(byMeasure(verdict)).toEqual([
    expect.objectContaining({ status: 'IN_FORCE', underObjection: false }),
  ]);
});

test('what no text lets be ordered, or rests on nothing, is refused and says what may be; nothing is written', async () => {
  const [ban] = await desk.bans('ban-no-end');
  const rests = { recordType: 'ProcurementBan', record: ban.documentNumber };
  const here = 'EXPLAIN_IN_WRITING, RECTIFY_BY_DATE, NO_HONOURS, PUBLIC_CRITICISM, PRIORITY_IN_FUNDS';
  // Invented, for persons alone, and of another place.
  for (const type of ['LOW_SCORE', 'HONOURS_RESTRICTED', 'FAVOURABLE_POLICY']) {
    expect(refusal(await order('ban-no-end', { ...rests, type })), type).toEqual([
      'MEASURE_NOT_LISTED',
      here,
    ]);
  }
  expect(refusal(await order('ban-no-end'))[0]).toBe('MEASURE_WITHOUT_RECORD');
  expect(refusal(await order('ban-no-end', { record: ban.documentNumber }))[0]).toBe('VALUE_INVALID');
  expect(refusal(await order('clean-firm', rests))[0]).toBe('RECORD_NOT_FOUND');
  expect(refusal(await order('ban-no-end', { ...rests, recordType: 'Nonsense' }))[0]).toBe(
    'REMEDY_NOT_OFFERED',
  );
  const wrong = async (given: Variables) =>
    (await order('ban-no-end', { ...rests, ...given })).body.errors?.[0]?.extensions;
  expect(await wrong({ from: '2027-01-02', to: '2027-01-01' })).toMatchObject({
    code: 'VALUE_INVALID',
    at: 'orderMeasure(to)',
  });
  expect(await wrong({ from: '2026-01-01', to: '2026-11-21' })).toMatchObject({ at: 'orderMeasure(to)' });
  expect(await wrong({ to: null })).toMatchObject({ at: 'orderMeasure(to)' });
  expect(await wrong({ from: '2026-02-30' })).toMatchObject({ code: 'VALUE_INVALID' });
  expect(await wrong({ document: ' ' })).toMatchObject({ at: 'orderMeasure(document)' });
  const listed = await office(
    'query ($u: USCC) { officeActsOf(uscc: $u) { measures { number } letters { number } } }',
    { u: id('ban-no-end') },
  );
  expect(listed.body.data.officeActsOf).toEqual({ measures: [], letters: [] });
});

test('ordered twice at once it is ordered once; of two officials one wins and the other is told', async () => {
  const [ban] = await desk.bans('ban-no-end');
  const rests = { recordType: 'ProcurementBan', record: ban.documentNumber };
  const answers = await Promise.all(['one', 'two', 'three'].map((user) => order('ban-no-end', rests, user)));
  const [ordered, ...others] = answers.flatMap(({ body }) => body.data.orderMeasure ?? []);
  expect(others).toEqual([]);
  const refused = answers.filter(({ body }) => body.errors !== undefined);
  expect(refused.map(refusal)).toEqual([
    ['REMEDY_OPEN', ordered.number],
    ['REMEDY_OPEN', ordered.number],
  ]);
  // After its last day it can be ordered again.
  const next = await order('ban-no-end', { ...rests, from: '2027-11-22', to: '2028-11-21' });
  expect(next.body.errors).toBeUndefined();
  const both = await Promise.all([
    step('liftMeasure', 'reason: "整改完毕。"', ordered.number, 1, 'official.one'),
    step('feedBackMeasure', 'feedback: "已执行。"', ordered.number, 1, 'official.two'),
  ]);
  const codes = both.map((answer) => refusal(answer));
  expect(codes.map(([code]) => code).toSorted()).toEqual(['REMEDY_CHANGED', undefined]);
  expect(codes.find(([code]) => code !== undefined)).toEqual(['REMEDY_CHANGED', '2']);
  expect(refusal(await step('liftMeasure', 'reason: "x"', 'MEA-2026-999999', 1))[0]).toBe('REMEDY_NOT_FOUND');
});

test('an official restricted in honours by a measure on a sanction is restricted while it lasts', async () => {
  const own = { kind: 'Person', id: id('demerit-in-force') } as const;
  const asOneself = (query: string) =>
    world.ask({
      query,
      consumer: 'citizen-portal',
      subject: own,
      headers: { 'credit-purpose': 'own-records' },
    });
  const sanctions = await asOneself(
    '{ myRecords { ... on Person { hr { sanctions { documentNumber } } } } }',
  );
  const [{ documentNumber }] = sanctions.body.data.myRecords.hr.sanctions;
  const ordered = await office(
    `mutation ($p: CitizenId, $record: String) {
      orderMeasure(citizenId: $p, type: "HONOURS_RESTRICTED", recordType: "Sanction", record: $record, document: "黄信用惩〔2026〕9号",
        authority: "市信用办", executor: "市人社局", from: "${TODAY}", to: "2027-05-21") { number subject nature } }`,
    { p: own.id, record: documentNumber },
  );
  expect(ordered.body.data.orderMeasure).toMatchObject({ subject: own.id, nature: 'SANCTION' });
  const { body } = await world.ask({
    query: `query ($p: CitizenId!) { person(citizenId: $p) {
      supervision { measures { type onRecord } } eligibility(scene: HONOURS) { findings { title effect status until } } } }`,
    variables: { p: own.id },
    consumer: 'honours-office',
    headers: {
      'credit-purpose': 'honours-review',
      'credit-case': 'RY-2026-0002',
      'credit-user': 'reviewer.01',
    },
  });
  expect(body.errors).toBeUndefined();
  const { supervision, eligibility } = body.data.person;
  // What it rests on is not for those who only act on it.
  expect(supervision.measures).toEqual([{ type: 'HONOURS_RESTRICTED', onRecord: null }]);
  expect(eligibility.findings).toContainEqual({
    title: expect.stringContaining('限制评优评先'),
    effect: 'RESTRICT',
    status: 'IN_FORCE',
    until: '2027-05-21',
  });
});

test('an incentive needs no record and may stay open', async () => {
  const given = await order('clean-firm', {
    type: 'PRIORITY_IN_FUNDS',
    to: null,
    document: '黄信用激〔2026〕3号',
  });
  expect(given.body.data.orderMeasure).toMatchObject({
    nature: 'INCENTIVE',
    to: null,
    record: null,
    basis: expect.stringContaining('优先给予资金补助'),
  });
  expect((await honours('clean-firm')).supervision.measures).toMatchObject([{ type: 'PRIORITY_IN_FUNDS' }]);
});

test('a letter has a last day in working days; it is answered, extended, overdue and closed', async () => {
  const issue = (given: Variables = {}) =>
    office(
      `mutation ($u: USCC, $type: String!, $no: String!, $days: Int!) {
        issueLetter(uscc: $u, type: $type, letterNumber: $no, authority: "市信用办", matter: "请履行生效判决。", workingDays: $days) {
          number revision state type basis letterNumber matter issuedOn dueOn overdue next } }`,
      { u: id('listed-firm'), type: 'RECTIFICATION_LETTER', no: '黄信用函〔2026〕7号', days: 10, ...given },
    );
  const issued = await issue();
  expect(issued.body.errors).toBeUndefined();
  const letter = issued.body.data.issueLetter;
  expect(letter).toMatchObject({
    number: expect.stringMatching(/^LET-2026-\d{6}$/),
    state: 'ISSUED',
    basis: expect.stringContaining('函告整改'),
    issuedOn: TODAY,
    dueOn: '2026-12-04',
    overdue: false,
    next: ['answerLetter', 'extendLetter', 'closeLetter'],
  });
  expect(refusal(await issue())).toEqual(['REMEDY_OPEN', letter.number]);
  expect(refusal(await issue({ no: '2', type: 'SUMMONS' }))).toEqual([
    'MEASURE_NOT_LISTED',
    'SPECIAL_SUPERVISION, RECTIFICATION_LETTER',
  ]);
  for (const days of [0, 251])
    expect(refusal(await issue({ no: '2', days }))[0], String(days)).toBe('VALUE_INVALID');

  const database = new pg.Client(world.sandbox.environment.DATABASE_URL);
  await database.connect();
  // As if it had been issued weeks ago.
  await database.query("update gateway.office_act set due_on = '2026-11-20' where number = $1", [
    letter.number,
  ]);
  await database.end();
  const overdue = async () =>
    (await office('{ overdueLetters { number dueOn overdue } }')).body.data.overdueLetters;
  expect(await overdue()).toEqual([{ number: letter.number, dueOn: '2026-11-20', overdue: true }]);
  const extended = await step('extendLetter', 'workingDays: 5, reason: "判决正在履行。"', letter.number, 1);
  expect(extended.body.data.extendLetter).toMatchObject({
    state: 'ISSUED',
    dueOn: '2026-11-27',
    overdue: false,
  });
  expect(await overdue()).toEqual([]);
  expect(refusal(await step('answerLetter', 'answer: "x"', letter.number, 1))).toEqual([
    'REMEDY_CHANGED',
    '2',
  ]);
  const answered = await step('answerLetter', 'answer: "已全部履行。"', letter.number, 2);
  expect(answered.body.data.answerLetter).toMatchObject({
    state: 'ANSWERED',
    dueOn: null,
    next: ['closeLetter'],
  });
  expect(refusal(await step('extendLetter', 'workingDays: 5, reason: "x"', letter.number, 3))).toEqual([
    'REMEDY_STEP_NOT_POSSIBLE',
    'closeLetter',
  ]);
  const closed = await step('closeLetter', 'outcome: RECTIFIED, reason: "核实无误。"', letter.number, 3);
  expect(closed.body.data.closeLetter).toMatchObject({
    state: 'CLOSED',
    outcome: 'RECTIFIED',
    closedOn: TODAY,
  });
  expect(refusal(await step('closeLetter', 'outcome: RECTIFIED, reason: "x"', letter.number, 4))[0]).toBe(
    'REMEDY_CLOSED',
  );
  const own = await world.ask({
    query:
      '{ myRecords { ... on Organization { supervision { letters { letterNumber state matter answer outcome } } } } }',
    consumer: 'citizen-portal',
    subject: { kind: 'Organization', id: id('listed-firm') },
    headers: { 'credit-purpose': 'own-records' },
  });
  expect(own.body.data.myRecords.supervision.letters).toEqual([
    {
      letterNumber: '黄信用函〔2026〕7号',
      state: 'CLOSED',
      matter: '请履行生效判决。',
      answer: '已全部履行。',
      outcome: 'RECTIFIED',
    },
  ]);
});

test('a letter whose last day falls into a year not announced says that the day is provisional', async () => {
  const issue = async (no: string, days: number) =>
    (
      await office(
        `mutation ($u: USCC, $no: String!, $days: Int!) {
          issueLetter(uscc: $u, type: "RECTIFICATION_LETTER", letterNumber: $no, authority: "市信用办", matter: "x", workingDays: $days) {
            dueOn dueProvisional } }`,
        { u: id('listed-firm'), no, days },
      )
    ).body.data.issueLetter;
  expect(await issue('黄信用函〔2026〕8号', 29)).toEqual({ dueOn: '2026-12-31', dueProvisional: false });
  // Not New Year's Day, which is free by law.
  expect(await issue('黄信用函〔2026〕9号', 30)).toEqual({ dueOn: '2027-01-04', dueProvisional: true });
  const warned = world.logged.find((line: any) => line.lastKnown !== undefined);
  expect(warned).toMatchObject({
    lastKnown: '2026-12-31',
    daysLeft: 39,
    message: expect.stringContaining('provisional'),
  });
});

test('nobody but the office orders or reads cases, and no official goes unnamed', async () => {
  const query = 'mutation { liftMeasure(number: "MEA-2026-000001", revision: 1, reason: "x") { number } }';
  const counter = await desk.counter(query);
  expect(refusal(counter)[0]).toBe('DEED_NOT_PERMITTED');
  const purchaser = await world.ask({ query, consumer: 'procurement-platform', headers: procurement });
  expect(refusal(purchaser)[0]).toBe('DEED_NOT_PERMITTED');
  const looking = await world.ask({
    query: '{ measure(number: "MEA-2026-000001") { number } overdueLetters { number } }',
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect(looking.body.data).toEqual({ measure: null, overdueLetters: null });
  const unnamed = await world.ask({
    query,
    consumer: 'credit-office',
    headers: { 'credit-purpose': 'credit-supervision' },
  });
  expect(refusal(unnamed)[0]).toBe('USER_REQUIRED');
  const text = JSON.stringify(world.entries());
  for (const key of ['banned-firm', 'same-name-b', 'listed-firm']) expect(text).not.toContain(id(key));
  const deeds = world.entries().filter(({ deed }) => deed === 'office-act');
  expect(new Set(deeds.map(({ step: taken }) => taken))).toContain('orderMeasure');
});

test('what cannot be written down is not ordered, and not said to be', async () => {
  await world.sandbox.relays!.gateway.setMode('refuse');
  const ordered = await order('clean-firm', { type: 'PRIORITY_IN_FUNDS', to: null, document: 'x' });
  await world.sandbox.relays!.gateway.setMode('pass');
  expect(refusal(ordered)[0]).toBe('NOT_READY');
  const listed = await office('query ($u: USCC) { officeActsOf(uscc: $u) { measures { document } } }', {
    u: id('clean-firm'),
  });
  expect(listed.body.data.officeActsOf.measures).toEqual([{ document: '黄信用激〔2026〕3号' }]);
});
