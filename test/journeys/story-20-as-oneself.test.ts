// Story 20 for a subject that speaks for itself: it files, follows and withdraws about its own records, and learns
// nothing of anybody else's.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, deskOf, refusal } from './remedy-desk.ts';
import { type Answer, type Ask, type RunningGateway, TODAY, id, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let desk: Desk;
beforeAll(async () => {
  world = await runGateway();
  desk = deskOf(world);
});
afterAll(() => world?.stop());

const firm = (key: string) => ({ kind: 'Organization', id: id(key) }) as const;
const person = (key: string) => ({ kind: 'Person', id: id(key) }) as const;
const as = (subject: Ask['subject'], query: string, variables: Readonly<Record<string, unknown>> = {}) =>
  world.ask({
    query,
    variables,
    consumer: 'citizen-portal',
    headers: { 'credit-purpose': 'own-records' },
    ...(subject === undefined ? {} : { subject }),
  });
const object = (
  subject: Ask['subject'],
  type: string,
  record: string,
  named: Readonly<Record<string, string>> = {},
) =>
  as(
    subject,
    `mutation ($uscc: USCC, $citizenId: CitizenId, $type: String!, $record: String!) {
      fileObjection(uscc: $uscc, citizenId: $citizenId, recordType: $type, record: $record, statement: "It was paid. 已缴清。") {
        number revision state subject recordType record filedOn dueOn overdue effect next } }`,
    { type, record, ...named },
  );
/** All that can be seen of an answer but its number. */
const seen = ({ status, body, text }: Answer): unknown => ({
  status,
  data: body.data,
  errors: body.errors,
  bytes: text.length,
});

test('a firm objects to its ban, follows number, clock and effect, and is not told the officials', async () => {
  const [ban] = await desk.bans('banned-firm');
  const filed = await object(firm('banned-firm'), 'ProcurementBan', ban.documentNumber);
  expect(filed.body.errors).toBeUndefined();
  const objection = filed.body.data.fileObjection;
  expect(objection).toMatchObject({
    number: expect.stringMatching(/^OBJ-2026-\d{6}$/),
    state: 'FILED',
    subject: id('banned-firm'),
    filedOn: TODAY,
    dueOn: '2026-11-25',
    overdue: false,
    effect: 'UNDER_OBJECTION',
    next: ['withdrawObjection'],
  });
  expect((await desk.verdict('banned-firm')).outcome).toBe('REVIEW');
  await desk.step('beginVerification', objection.number, 1, 'official.one');
  const followed = await as(
    firm('banned-firm'),
    `query ($n: String!) {
      objection(number: $n) { state dueOn effect history { from to at consumer reason } }
      myRemedies { objections { number state } repairs { number } } }`,
    { n: objection.number },
  );
  expect(followed.body.errors).toBeUndefined();
  expect(followed.body.data).toEqual({
    objection: {
      state: 'VERIFYING',
      dueOn: '2026-12-01',
      effect: 'UNDER_OBJECTION',
      history: [
        expect.objectContaining({ from: null, to: 'FILED', consumer: 'citizen-portal' }),
        expect.objectContaining({ from: 'FILED', to: 'VERIFYING', consumer: 'credit-office' }),
      ],
    },
    myRemedies: { objections: [{ number: objection.number, state: 'VERIFYING' }], repairs: [] },
  });
  expect(followed.text).not.toContain('official.one');
  const official = '{ myRemedies { objections { history { user } } } }';
  expect(refusal(await as(firm('banned-firm'), official))[0]).toBe('QUERY_INVALID');
  const withdraw =
    'mutation ($n: String!, $r: Int!) { withdrawObjection(number: $n, revision: $r, reason: "Settled. 已解决。") { state next } }';
  // Of the firm and the official who act on the same revision one is told.
  const [mine, theirs] = await Promise.all([
    as(firm('banned-firm'), withdraw, { n: objection.number, r: 2 }),
    desk.decideObjection(objection.number, 2, 'REJECTED'),
  ]);
  const codes = [refusal(mine)[0], refusal(theirs)[0]];
  expect(codes.toSorted()).toEqual(['REMEDY_CHANGED', undefined]);
  expect(refusal(await as(firm('banned-firm'), withdraw, { n: objection.number, r: 3 }))[0]).toBe(
    'REMEDY_CLOSED',
  );
});

test("whoever names another's record is told what is told of none, and nothing is looked up", async () => {
  const [ban] = await desk.bans('same-name-b');
  const before = world.entries().filter(({ deed }) => deed === 'record-looked-up').length;
  const others = await object(firm('clean-firm'), 'ProcurementBan', ban.documentNumber, {
    uscc: id('same-name-b'),
  });
  const invented = await object(firm('clean-firm'), 'ProcurementBan', '样-2026-999', {
    uscc: id('same-name-b'),
  });
  expect(refusal(others)).toEqual(['RECORD_NOT_FOUND', undefined]);
  expect(seen(others)).toEqual(seen(invented));
  expect(world.entries().filter(({ deed }) => deed === 'record-looked-up')).toHaveLength(before);
  // Its own, which does not exist, is refused by the same words.
  const own = await object(firm('clean-firm'), 'ProcurementBan', ban.documentNumber);
  expect(seen(own)).toEqual(seen(others));
  const asPerson = await object(person('listed-person'), 'CourtListing', 'X-1', { uscc: id('listed-firm') });
  expect(refusal(asPerson)).toEqual(['RECORD_NOT_FOUND', undefined]);
});

test("another's case is not there, whatever is asked of it", async () => {
  const [ban] = await desk.bans('ban-no-end');
  const filed = await desk.fileObjection('ban-no-end', 'ProcurementBan', ban.documentNumber);
  const { number } = filed.body.data.fileObjection;
  const read = 'query ($n: String!) { objection(number: $n) { number state } }';
  const theirs = await as(firm('clean-firm'), read, { n: number });
  const nobodys = await as(firm('clean-firm'), read, { n: 'OBJ-2026-999999' });
  expect(theirs.body.data).toEqual({ objection: null });
  expect(seen(theirs)).toEqual(seen(nobodys));
  const withdraw =
    'mutation ($n: String!) { withdrawObjection(number: $n, revision: 1, reason: "x") { state } }';
  expect(refusal(await as(firm('clean-firm'), withdraw, { n: number }))[0]).toBe('REMEDY_NOT_FOUND');
  expect((await as(firm('clean-firm'), '{ myRemedies { objections { number } } }')).body.data).toEqual({
    myRemedies: { objections: [] },
  });
  // Its own subject sees it, though the counter filed it.
  expect((await as(firm('ban-no-end'), read, { n: number })).body.data.objection).toEqual({
    number,
    state: 'FILED',
  });
});

test('the lists of the office do not exist for it, nor do deeds of the office', async () => {
  for (const query of [
    `{ remediesOf(uscc: "${id('banned-firm')}") { objections { number } } }`,
    '{ overdueRemedies { objections { number } } }',
    '{ remedyChanges { next } }',
    '{ correctionRequests { objection } }',
    'mutation { decideObjection(number: "OBJ-2026-000001", revision: 1, decision: UPHELD, reason: "x") { number } }',
    'mutation { refuseObjection(number: "OBJ-2026-000001", revision: 1, ground: UNSUBSTANTIATED, reason: "x") { number } }',
  ]) {
    expect(refusal(await as(firm('banned-firm'), query))[0], query).toBe('QUERY_INVALID');
  }
  // Nor is the root of oneself of use to who speaks for nobody.
  const office = await desk.office('{ myRemedies { objections { number } } }');
  expect(refusal(office)[0]).toBe('DEED_NOT_PERMITTED');
  expect(refusal(await object(undefined, 'ProcurementBan', 'X-1'))[0]).toBe('SELF_REQUIRED');
});

test('a firm applies for the repair of its ban, once', async () => {
  const apply = (key: string, record: string) =>
    as(
      firm(key),
      `mutation ($record: String!) { applyForRepair(recordType: "ProcurementBan", record: $record, correctedOn: "2026-01-05", promise: "Never again. 不再发生。") { number state dueOn } }`,
      { record },
    );
  const [ban] = await desk.bans('same-name-b');
  const applied = await apply('same-name-b', ban.documentNumber);
  expect(applied.body.data.applyForRepair).toMatchObject({ state: 'APPLIED' });
  const twice = await apply('same-name-b', ban.documentNumber);
  expect(refusal(twice)).toEqual(['REMEDY_OPEN', applied.body.data.applyForRepair.number]);
});

test('an official objects to a sanction on file, which is then marked; of discipline nobody is told anything', async () => {
  const sanctions = async () =>
    (
      await as(
        person('demerit-in-force'),
        '{ myRecords { ... on Person { hr { sanctions { documentNumber recordStatus } } } } }',
      )
    ).body.data.myRecords.hr.sanctions;
  const [sanction] = await sanctions();
  const filed = await object(person('demerit-in-force'), 'Sanction', sanction.documentNumber);
  expect(filed.body.data.fileObjection).toMatchObject({ state: 'FILED', subject: id('demerit-in-force') });
  expect(await sanctions()).toEqual([{ ...sanction, recordStatus: 'UNDER_OBJECTION' }]);
  const repair = await as(
    person('demerit-in-force'),
    'mutation ($record: String!) { applyForRepair(recordType: "Sanction", record: $record, correctedOn: "2026-01-05", promise: "x") { number } }',
    { record: sanction.documentNumber },
  );
  expect(refusal(repair)[0]).toBe('REMEDY_NOT_OFFERED');
  const number = await disciplinaryNumber('same-name-2');
  const answers = await Promise.all([
    object(person('same-name-2'), 'DisciplinaryAction', number),
    object(person('same-name-2'), 'DisciplinaryAction', `${number.slice(0, -1)}X`),
    object(person('clean-official'), 'DisciplinaryAction', number),
    object(person('clean-official'), 'Nonsense', number),
  ]);
  expect(refusal(answers[0])).toEqual(['REMEDY_NOT_OFFERED', undefined]);
  for (const answer of answers) expect(seen(answer)).toEqual(seen(answers[0]));
});

const forTheCase = {
  'credit-purpose': 'discipline-supervision',
  'credit-case': 'case-2026-7',
  'credit-user': 'officer-1',
};
const commission = (query: string, variables: Readonly<Record<string, unknown>> = {}) =>
  world.ask({ query, variables, consumer: 'supervisory-commission', headers: forTheCase });
async function disciplinaryNumber(key: string): Promise<string> {
  const { body } = await commission(
    'query ($p: CitizenId!) { person(citizenId: $p) { discipline { actions { documentNumber } } } }',
    { p: id(key) },
  );
  return body.data.person.discipline.actions[0].documentNumber;
}

test('the organ that disciplined takes in and decides the objection itself, and the credit office never hears of it', async () => {
  const record = await disciplinaryNumber('same-name-2');
  const filed = await commission(
    `mutation ($p: CitizenId, $record: String!) {
      fileObjection(citizenId: $p, recordType: "DisciplinaryAction", record: $record, statement: "复审申请。") { number state next } }`,
    { p: id('same-name-2'), record },
  );
  expect(filed.body.data.fileObjection).toMatchObject({
    state: 'FILED',
    next: ['beginVerification', 'refuseObjection', 'withdrawObjection'],
  });
  const { number } = filed.body.data.fileObjection;
  const marked = await commission(
    'query ($p: CitizenId!) { person(citizenId: $p) { discipline { actions { recordStatus } } } }',
    { p: id('same-name-2') },
  );
  expect(marked.body.data.person.discipline.actions).toEqual([{ recordStatus: 'UNDER_OBJECTION' }]);
  const office = await desk.office(
    `query ($n: String!, $p: CitizenId) {
      objection(number: $n) { number }
      remediesOf(citizenId: $p) { objections { number } }
      overdueRemedies { objections { number } }
      remedyChanges(first: 500) { nodes { number } }
      noticeReceipts(remedy: $n) { consumer }
      correctionRequests { objection } }`,
    { n: number, p: id('same-name-2') },
  );
  expect(office.body.errors).toBeUndefined();
  expect(office.body.data.objection).toBeNull();
  expect(office.body.data.noticeReceipts).toEqual([]);
  expect(office.text).not.toContain(number);
  expect(refusal(await desk.step('beginVerification', number, 1))[0]).toBe('REMEDY_NOT_FOUND');
  const counter = await desk.counter(
    `mutation ($p: CitizenId, $record: String!) {
      fileObjection(citizenId: $p, recordType: "DisciplinaryAction", record: $record, statement: "x") { number } }`,
    { p: id('same-name-2'), record },
  );
  expect(refusal(counter)).toEqual(['REMEDY_NOT_OFFERED', undefined]);
  const own = await as(
    person('same-name-2'),
    'query ($n: String!) { objection(number: $n) { number } myRemedies { objections { number } } }',
    { n: number },
  );
  expect(own.body.data).toEqual({ objection: null, myRemedies: { objections: [] } });
  // And the commission sees nothing of what is not its own.
  const listed = await desk.listings('listed-firm');
  const foreign = await desk.fileObjection('listed-firm', 'CourtListing', listed[0].caseCode);
  const looked = await commission('query ($n: String!) { objection(number: $n) { number } }', {
    n: foreign.body.data.fileObjection.number,
  });
  expect(looked.body.data).toEqual({ objection: null });
  const refused = await commission(
    'mutation ($n: String!) { refuseObjection(number: $n, revision: 1, ground: DECIDED_BEFORE, reason: "已复审。") { state ground } }',
    { n: number },
  );
  expect(refused.body.data.refuseObjection).toEqual({ state: 'REFUSED', ground: 'DECIDED_BEFORE' });
});
