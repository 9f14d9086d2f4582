// An objection: number, clock, effect (domain.md §4, story 20), and what a place makes of it.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStatements } from '../../connectors/sandbox/postgres/statement-journal.ts';
import { type Desk, deskOf, refusal } from './remedy-desk.ts';
import {
  type RunningGateway,
  TODAY,
  id,
  operation,
  procurement,
  promotion,
  runGateway,
} from './running-gateway.ts';

let world: RunningGateway;
let desk: Desk;
beforeAll(async () => {
  world = await runGateway({ journal: true, relays: true });
  desk = deskOf(world);
});
afterAll(() => world?.stop());

test('an objection gets a number and a clock, and suspends a joint sanction in Huangshi at once', async () => {
  const [ban] = await desk.bans('banned-firm');
  expect((await desk.verdict('banned-firm')).outcome).toBe('BARRED');
  const filed = await desk.fileObjection('banned-firm', 'ProcurementBan', ban.documentNumber);
  expect(filed.body.errors).toBeUndefined();
  const objection = filed.body.data.fileObjection;
  expect(objection).toMatchObject({
    number: expect.stringMatching(/^OBJ-2026-\d{6}$/),
    revision: 1,
    state: 'FILED',
    filedOn: TODAY,
    // Filed on a Sunday: three working days end on Wednesday.
    dueOn: '2026-11-25',
    dueProvisional: false,
    overdue: false,
    effect: 'UNDER_OBJECTION',
    // What is left to the counter: the rest is for the office.
    next: ['withdrawObjection'],
  });
  const verdict = await desk.verdict('banned-firm');
  expect(verdict.outcome).toBe('REVIEW');
  expect(verdict.findings).toEqual([
    expect.objectContaining({
      rule: 'R4',
      status: 'SUSPENDED',
      record: ban.documentNumber,
      underObjection: true,
    }),
  ]);
  expect(await desk.bans('banned-firm')).toEqual([{ ...ban, recordStatus: 'UNDER_OBJECTION' }]);

  // Where the notice knows no suspension the ban stands, marked.
  const elsewhere = await desk.verdict('banned-firm', '370200');
  expect(elsewhere.outcome).toBe('BARRED');
  expect(elsewhere.findings[0]).toMatchObject({ status: 'IN_FORCE', underObjection: true });

  const verifying = await desk.step('beginVerification', objection.number, 1);
  expect(verifying.body.data.beginVerification).toMatchObject({
    state: 'VERIFYING',
    revision: 2,
    dueOn: '2026-12-01',
  });
  const rejected = await desk.decideObjection(objection.number, 2, 'REJECTED');
  expect(rejected.body.data.decideObjection).toMatchObject({
    state: 'REJECTED',
    effect: null,
    dueOn: null,
    next: [],
  });
  expect((await desk.verdict('banned-firm')).outcome).toBe('BARRED');
  expect(await desk.bans('banned-firm')).toEqual([ban]);
});

test('an objection to a court listing is marked and suspends nothing', async () => {
  const [listing] = await desk.listings('listed-firm');
  const filed = await desk.fileObjection('listed-firm', 'CourtListing', listing.caseCode);
  expect(filed.body.data.fileObjection.state).toBe('FILED');
  const verdict = await desk.verdict('listed-firm');
  expect(verdict.outcome).toBe('BARRED');
  expect(verdict.findings[0]).toMatchObject({ status: 'IN_FORCE', underObjection: true });
  expect((await desk.listings('listed-firm'))[0].recordStatus).toBe('UNDER_OBJECTION');
  const { number } = filed.body.data.fileObjection;
  const withdrawn = await desk.step('withdrawObjection', number, 1);
  expect(withdrawn.body.data.withdrawObjection.state).toBe('WITHDRAWN');
  expect((await desk.listings('listed-firm'))[0].recordStatus).toBe('EFFECTIVE');
});

test('upheld, the record is no longer shown or used, and its owner is asked to correct it', async () => {
  const [ban] = await desk.bans('same-name-b');
  const filed = await desk.fileObjection('same-name-b', 'ProcurementBan', ban.documentNumber);
  const { number } = filed.body.data.fileObjection;
  await desk.step('beginVerification', number, 1);
  const upheld = await desk.decideObjection(number, 2, 'UPHELD');
  expect(upheld.body.data.decideObjection).toMatchObject({ state: 'UPHELD', effect: 'REVOKED' });
  expect((await desk.verdict('same-name-b')).outcome).toBe('CLEAR');
  expect(await desk.bans('same-name-b')).toEqual([]);
  const requests = await desk.office(
    '{ correctionRequests(source: "procurement") { objection source recordType record reason requestedOn closedOn outcome } }',
  );
  expect(requests.body.data.correctionRequests).toEqual([
    {
      objection: number,
      source: 'procurement',
      recordType: 'ProcurementBan',
      record: ban.documentNumber,
      reason: 'As verified. 经核实。',
      requestedOn: TODAY,
      closedOn: null,
      outcome: null,
    },
  ]);
  // A second objection is of no use to anybody.
  const again = await desk.fileObjection('same-name-b', 'ProcurementBan', ban.documentNumber);
  expect(refusal(again)).toEqual(['REMEDY_SETTLED', number]);
  // What its owner has corrected counts again, as it now reads.
  const closed = await desk.office(
    'mutation ($n: String!) { closeCorrection(number: $n, revision: 3, outcome: CORRECTED) { revision state effect } }',
    { n: number },
  );
  expect(closed.body.data.closeCorrection).toEqual({ revision: 4, state: 'UPHELD', effect: null });
  expect((await desk.verdict('same-name-b')).outcome).toBe('BARRED');
});

test('a record is found under its effect by a field nobody asked for, which nobody is shown', async () => {
  const [ban] = await desk.bans('legacy-code');
  await desk.fileObjection('legacy-code', 'ProcurementBan', ban.documentNumber);
  const answer = await world.ask({
    query: 'query ($uscc: USCC!) { organization(uscc: $uscc) { procurement { bans { recordStatus } } } }',
    variables: { uscc: id('legacy-code') },
    headers: { 'credit-purpose': 'public-information' },
  });
  expect(answer.body.data.organization.procurement.bans).toEqual([{ recordStatus: 'UNDER_OBJECTION' }]);
  expect(answer.text).not.toContain(ban.documentNumber);
});

test('filing twice names the one that is open, and of two at once one is filed', async () => {
  const [ban] = await desk.bans('ban-no-end');
  const answers = await Promise.all(
    [1, 2, 3].map(() => desk.fileObjection('ban-no-end', 'ProcurementBan', ban.documentNumber)),
  );
  const numbers = answers.flatMap(({ body }) => body.data.fileObjection?.number ?? []);
  expect(numbers).toHaveLength(1);
  const refused = answers.filter(({ body }) => body.errors !== undefined);
  expect(refused.map(refusal)).toEqual(Array.from({ length: 2 }, () => ['REMEDY_OPEN', numbers[0]]));
  const listed = await desk.office(
    'query ($u: USCC) { remediesOf(uscc: $u) { objections { number } repairs { number } } }',
    {
      u: id('ban-no-end'),
    },
  );
  expect(listed.body.data.remediesOf).toEqual({ objections: [{ number: numbers[0] }], repairs: [] });
});

test('of two officials who decide at once one wins and the other is told', async () => {
  const [listing] = await desk.listings('listed-extended');
  const filed = await desk.fileObjection('listed-extended', 'CourtListing', listing.caseCode);
  const { number } = filed.body.data.fileObjection;
  expect(refusal(await desk.decideObjection(number, 1, 'UPHELD'))).toEqual([
    'REMEDY_STEP_NOT_POSSIBLE',
    'beginVerification, refuseObjection, withdrawObjection',
  ]);
  await desk.step('beginVerification', number, 1);
  const both = await Promise.all([
    desk.decideObjection(number, 2, 'UPHELD', 'official.one'),
    desk.decideObjection(number, 2, 'REJECTED', 'official.two'),
  ]);
  expect(both.map((answer) => refusal(answer)[0]).toSorted()).toEqual(['REMEDY_CHANGED', undefined]);
  const won = both.find(({ body }) => body.errors === undefined)!.body.data.decideObjection;
  expect(refusal(both.find(({ body }) => body.errors !== undefined)!)).toEqual(['REMEDY_CHANGED', '3']);
  expect(refusal(await desk.decideObjection(number, 3, 'REJECTED'))).toEqual(['REMEDY_CLOSED', undefined]);
  const read = await desk.office(
    'query ($n: String!) { objection(number: $n) { state subject statement history { from to consumer user reason } } }',
    { n: number },
  );
  expect(read.body.data.objection).toMatchObject({
    state: won.state,
    subject: id('listed-extended'),
    statement: expect.stringContaining('已按期缴清'),
    history: [
      { from: null, to: 'FILED', consumer: 'credit-counter', user: 'clerk.one', reason: null },
      { from: 'FILED', to: 'VERIFYING', consumer: 'credit-office', user: 'official.one', reason: null },
      { from: 'VERIFYING', to: won.state, consumer: 'credit-office', reason: 'As verified. 经核实。' },
    ],
  });
});

test('what is inadmissible is refused straight away, with its ground, and can be filed again', async () => {
  const refuse = (number: string, revision: number, ground = 'UNSUBSTANTIATED') =>
    desk.office(
      `mutation ($n: String!, $r: Int!, $g: InadmissibilityGround!) {
        refuseObjection(number: $n, revision: $r, ground: $g, reason: "No evidence was handed in. 未提交证明材料。") {
          state ground revision effect dueOn next history { to reason } } }`,
      { n: number, r: revision, g: ground },
    );
  const [listing] = await desk.listings('listed-expired');
  const filed = await desk.fileObjection('listed-expired', 'CourtListing', listing.caseCode);
  const { number } = filed.body.data.fileObjection;
  expect(refusal(await refuse(number, 2))).toEqual(['REMEDY_CHANGED', '1']);
  expect((await refuse(number, 1, 'TOO_LATE')).body.errors?.[0]?.extensions.code).toBe('VARIABLE_INVALID');
  const refused = await refuse(number, 1);
  expect(refused.body.data.refuseObjection).toEqual({
    state: 'REFUSED',
    ground: 'UNSUBSTANTIATED',
    revision: 2,
    effect: null,
    dueOn: null,
    next: [],
    history: [
      { to: 'FILED', reason: null },
      { to: 'REFUSED', reason: 'No evidence was handed in. 未提交证明材料。' },
    ],
  });
  expect((await desk.listings('listed-expired'))[0].recordStatus).toBe('EFFECTIVE');
  expect(refusal(await refuse(number, 2))).toEqual(['REMEDY_CLOSED', undefined]);
  // Once it is being verified it is decided, not refused.
  const again = await desk.fileObjection('listed-expired', 'CourtListing', listing.caseCode);
  const second = again.body.data.fileObjection.number;
  await desk.step('beginVerification', second, 1);
  expect(refusal(await refuse(second, 2))).toEqual([
    'REMEDY_STEP_NOT_POSSIBLE',
    'decideObjection, withdrawObjection',
  ]);
  await desk.step('withdrawObjection', second, 2);
});

test("a record that is not the subject's, or a type without remedies, is refused and nothing is written", async () => {
  const before = (await desk.office('{ remedyChanges { next } }')).body.data.remedyChanges.next;
  const [ban] = await desk.bans('banned-firm');
  expect(refusal(await desk.fileObjection('clean-firm', 'ProcurementBan', ban.documentNumber))[0]).toBe(
    'RECORD_NOT_FOUND',
  );
  expect(refusal(await desk.fileObjection('banned-firm', 'ProcurementBan', 'NO-SUCH-1'))[0]).toBe(
    'RECORD_NOT_FOUND',
  );
  for (const type of ['Contract', 'DisciplinaryAction', 'Officer', 'Nonsense']) {
    expect(refusal(await desk.fileObjection('banned-firm', type, 'X-1'))[0], type).toBe('REMEDY_NOT_OFFERED');
  }
  expect(refusal(await desk.step('beginVerification', 'OBJ-2026-999999', 1))[0]).toBe('REMEDY_NOT_FOUND');
  const nobody = await desk.counter(
    'mutation { fileObjection(recordType: "ProcurementBan", record: "X-1", statement: "x") { number } }',
  );
  expect(refusal(nobody)[0]).toBe('VALUE_INVALID');
  const empty = await desk.counter(
    'mutation ($u: USCC) { fileObjection(uscc: $u, recordType: "ProcurementBan", record: "X-1", statement: "  ") { number } }',
    { u: id('banned-firm') },
  );
  expect(refusal(empty)[0]).toBe('VALUE_INVALID');
  expect((await desk.office('{ remedyChanges { next } }')).body.data.remedyChanges.next).toBe(before);
});

test('the counter decides nothing, a purchaser learns nothing, and no official goes unnamed', async () => {
  const decide =
    'mutation { decideObjection(number: "OBJ-2026-000001", revision: 2, decision: UPHELD, reason: "x") { number } }';
  expect(refusal(await desk.counter(decide))[0]).toBe('DEED_NOT_PERMITTED');
  const supervising = { 'credit-purpose': 'credit-supervision', 'credit-user': 'official.one' };
  const otherwise = await world.ask({ query: decide, consumer: 'credit-office', headers: supervising });
  expect(refusal(otherwise)[0]).toBe('DEED_NOT_PERMITTED');
  const looking = await world.ask({
    query: '{ objection(number: "OBJ-2026-000001") { number } remedyChanges { next } }',
    consumer: 'credit-office',
    headers: supervising,
  });
  expect(looking.body.data).toEqual({ objection: null, remedyChanges: null });
  expect(looking.body.errors!.map(({ extensions }) => extensions.code)).toEqual(
    Array.from({ length: 2 }, () => 'DEED_NOT_PERMITTED'),
  );
  for (const query of [
    decide,
    '{ objection(number: "OBJ-2026-000001") { number } }',
    '{ remedyChanges { nodes { number } } }',
  ]) {
    const answer = await world.ask({ query, consumer: 'procurement-platform', headers: procurement });
    expect(
      answer.body.data === undefined || Object.values(answer.body.data).every((value) => value === null),
    ).toBe(true);
    expect(answer.body.errors).toHaveLength(1);
  }
  const unnamed = await world.ask({
    query: decide,
    consumer: 'credit-office',
    headers: { 'credit-purpose': 'remedy-handling' },
  });
  expect(refusal(unnamed)[0]).toBe('USER_REQUIRED');
});

test("a person's listing is objected to under his number, and whoever reviews him sees it", async () => {
  const listings = async () => {
    const { body } = await world.ask({
      query:
        'query ($p: CitizenId!) { person(citizenId: $p) { court { listings { caseCode recordStatus } } } }',
      variables: { p: id('listed-person') },
      consumer: 'organisation-dept',
      headers: promotion,
    });
    return body.data.person.court.listings;
  };
  const [listing] = await listings();
  const filed = await desk.counter(
    `mutation ($p: CitizenId, $record: String!) {
      fileObjection(citizenId: $p, recordType: "CourtListing", record: $record, statement: "Paid. 已履行。") { state subject } }`,
    // As people type it: half-width brackets and a space.
    { p: id('listed-person'), record: ` ${listing.caseCode.replace('（', '(').replace('）', ')')}` },
  );
  expect(filed.body.data.fileObjection).toEqual({ state: 'FILED', subject: id('listed-person') });
  expect(await listings()).toEqual([{ ...listing, recordStatus: 'UNDER_OBJECTION' }]);
});

test('effects cost a request one statement, whatever the number of subjects, and none where it names nobody', async () => {
  const lookUps = async (query: string, variables: Readonly<Record<string, unknown>>): Promise<number> => {
    const before = (await readStatements(world.sandbox.postgres!)).length;
    await world.ask({ query, variables, consumer: 'procurement-platform', headers: procurement });
    const statements = (await readStatements(world.sandbox.postgres!)).slice(before);
    // What tells readers of changes looks at remedies as well, whenever it likes.
    return statements.filter(({ text }) => text.includes('from gateway.remedy where subject = any')).length;
  };
  const { query, variables } = operation('bid-opening');
  expect(await lookUps(query, variables)).toBe(1);
  expect(await lookUps('{ sources { name } viewer { consumer } }', {})).toBe(0);
});

test('what nobody has touched in time is overdue, and says so', async () => {
  const [listing] = await desk.listings('listed-expired');
  const filed = await desk.fileObjection('listed-expired', 'CourtListing', listing.caseCode);
  const { number } = filed.body.data.fileObjection;
  const overdue = async () =>
    (await desk.office('{ overdueRemedies { objections { number dueOn overdue } repairs { number } } }')).body
      .data.overdueRemedies;
  expect(await overdue()).toEqual({ objections: [], repairs: [] });
  const database = new pg.Client(world.sandbox.environment.DATABASE_URL);
  await database.connect();
  // As if it had been filed last week.
  await database.query("update gateway.remedy set due_on = '2026-11-20' where number = $1", [number]);
  await database.end();
  expect(await overdue()).toEqual({
    objections: [{ number, dueOn: '2026-11-20', overdue: true }],
    repairs: [],
  });
  await desk.step('withdrawObjection', number, 1);
  expect(await overdue()).toEqual({ objections: [], repairs: [] });
});

test('changes are followed in order, each once, from any cursor', async () => {
  const all = (
    await desk.office(
      '{ remedyChanges(first: 500) { nodes { cursor kind number state effect subject } next more } }',
    )
  ).body.data.remedyChanges;
  expect(all.more).toBe(false);
  expect(all.nodes.slice(0, 3).map(({ state }: any) => state)).toEqual(['FILED', 'VERIFYING', 'REJECTED']);
  expect(all.nodes[0]).toMatchObject({
    kind: 'OBJECTION',
    effect: 'UNDER_OBJECTION',
    subject: id('banned-firm'),
  });
  const followed: unknown[] = [];
  let since: string | undefined;
  for (let more = true; more;) {
    const page = (
      await desk.office(
        'query ($s: String) { remedyChanges(since: $s, first: 2) { nodes { cursor kind number state effect subject } next more } }',
        {
          ...(since === undefined ? {} : { s: since }),
        },
      )
    ).body.data.remedyChanges;
    followed.push(...page.nodes);
    ({ next: since, more } = page);
  }
  expect(followed).toEqual(all.nodes);
  expect(refusal(await desk.office('{ remedyChanges(since: "nonsense") { next } }'))[0]).toBe(
    'VALUE_INVALID',
  );
});

test('the audit keeps who did what under pseudonyms, before and after', async () => {
  const deeds = world.entries().filter(({ kind }) => kind === 'deed');
  expect(deeds.filter(({ deed }) => deed === 'remedy').map(({ step }) => step)).toContain('decideObjection');
  const text = JSON.stringify(world.entries());
  for (const key of ['banned-firm', 'listed-firm', 'same-name-b']) expect(text).not.toContain(id(key));
  expect(text).not.toContain('已按期缴清');
  expect(deeds.find(({ deed }) => deed === 'record-looked-up')).toMatchObject({
    source: 'procurement',
    recordType: 'ProcurementBan',
    fields: ['decidedOn', 'documentNumber', 'recordStatus'],
  });
});

test('where the effects cannot be read nothing is answered without them', async () => {
  await world.sandbox.relays!.gateway.setMode('refuse');
  const answer = await world.ask({
    query: 'query ($uscc: USCC!) { organization(uscc: $uscc) { procurement { bans { recordStatus } } } }',
    variables: { uscc: id('banned-firm') },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  const filed = await desk.fileObjection('banned-firm', 'ProcurementBan', 'X-1');
  await world.sandbox.relays!.gateway.setMode('pass');
  expect([answer.status, refusal(answer)[0], answer.body.data]).toEqual([503, 'NOT_READY', undefined]);
  expect(refusal(filed)[0]).toBe('NOT_READY');
});
