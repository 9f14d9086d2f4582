// Story 19: a person asks what is held of them, and who read which field of it, when and why.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ask, type RunningGateway, id, procurement, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

const own = { 'credit-purpose': 'own-records' } as const;
const person = (key: string) => ({ kind: 'Person', id: id(key) }) as const;
const firm = (key: string) => ({ kind: 'Organization', id: id(key) }) as const;
const asMyself = (subject: Ask['subject'], query: string, variables = {}) =>
  world.ask({
    query,
    variables,
    consumer: 'citizen-portal',
    headers: own,
    ...(subject === undefined ? {} : { subject }),
  });
const codes = (answer: Awaited<ReturnType<typeof asMyself>>) =>
  answer.body.errors?.map(({ extensions }) => extensions.code);

const records = `{ myRecords {
  __typename
  ... on Person { citizenId hr { state sanctions { kind documentNumber decidedOn } } }
  ... on Organization { uscc registry { state entry { name legalRepresentative } } court { state listings { caseCode legalRepresentative } } }
} }`;
const accesses = `query ($from: Date, $to: Date, $first: Int, $after: String) {
  myAccessLog(from: $from, to: $to, first: $first, after: $after) {
    nodes { at consumer consumerTitle purpose purposeTitle fields answered }
    pageInfo { hasNextPage endCursor }
  } }`;

test('officials read their own file whole, and there is no discipline for them', async () => {
  const answer = await asMyself(person('demerit-in-force'), records);
  expect(answer.body.errors).toBeUndefined();
  const { myRecords } = answer.body.data;
  expect(myRecords).toMatchObject({ __typename: 'Person', citizenId: id('demerit-in-force') });
  expect(myRecords.hr).toMatchObject({ state: 'OK', sanctions: [{ kind: 'DEMERIT' }] });
  expect(myRecords.hr.sanctions[0].documentNumber).toMatch(/\p{Script=Han}/u);
  const discipline = '{ myRecords { ... on Person { discipline { state } } } }';
  expect(codes(await asMyself(person('demerit-in-force'), discipline))).toEqual(['QUERY_INVALID']);
});

test('a firm reads what is held of itself, the name of its representative included', async () => {
  const answer = await asMyself(firm('listed-firm'), records);
  expect(answer.body.errors).toBeUndefined();
  const { myRecords } = answer.body.data;
  expect(myRecords).toMatchObject({ __typename: 'Organization', uscc: id('listed-firm') });
  expect(myRecords.registry.entry.legalRepresentative).toMatch(/^\p{Script=Han}{2,}/u);
  expect(myRecords.court.listings.length).toBeGreaterThan(0);
});

test('nobody else is read, by whichever root and in whatever company; no source hears of it', async () => {
  const before = world.sandbox.court.journal.length;
  const others = [
    `{ organization(uscc: "${id('listed-firm')}") { court { state } } }`,
    `{ organizations(usccs: ["${id('clean-firm')}", "${id('listed-firm')}"]) { ... on Organization { court { state } } } }`,
    `{ person(citizenId: "${id('clean-official')}") { hr { state } } }`,
    `{ myRecords { __typename ... on Organization { court { state } } } person(citizenId: "${id('clean-official')}") { hr { state } } }`,
  ];
  for (const query of others) {
    const answer = await asMyself(firm('clean-firm'), query);
    expect(answer.status, query).toBe(403);
    expect(codes(answer), query).toEqual(['SUBJECT_NOT_PERMITTED']);
    expect(answer.body.data, query).toBeUndefined();
  }
  expect(world.sandbox.court.journal.length).toBe(before);
  const itself = await asMyself(
    firm('clean-firm'),
    `{ organization(uscc: "${id('clean-firm')}") { uscc court { state } } }`,
  );
  expect(itself.body.data.organization).toMatchObject({ uscc: id('clean-firm'), court: { state: 'OK' } });
});

test('a token that says nothing of whose it is, or not whose, is of no use for it', async () => {
  const nobody = await asMyself(undefined, records);
  expect([nobody.status, codes(nobody)]).toEqual([403, ['SELF_REQUIRED']]);
  const invalid = await asMyself({ kind: 'Person', id: '110105194912310020' }, records);
  expect([invalid.status, codes(invalid)]).toEqual([401, ['TOKEN_INVALID']]);
  const wrongKind = await asMyself({ kind: 'Person', id: id('clean-firm') }, records);
  expect(wrongKind.status).toBe(401);
  // The claim gives nothing to a system that asks for another purpose.
  const system = await world.ask({
    query: '{ myRecords { __typename } }',
    consumer: 'procurement-platform',
    subject: firm('clean-firm'),
    headers: procurement,
  });
  expect(codes(system)).toEqual(['SELF_REQUIRED']);
});

test('the log of accesses says who, when, why and which fields, and neither officer nor file', async () => {
  const read = await world.ask({
    query: `{ person(citizenId: "${id('warned-in-force')}") { hr { state sanctions { kind decidedOn } } } }`,
    consumer: 'organisation-dept',
    headers: promotion,
  });
  expect(read.body.errors).toBeUndefined();
  const answer = await asMyself(person('warned-in-force'), accesses);
  expect(answer.body.errors).toBeUndefined();
  const [entry, ...others] = answer.body.data.myAccessLog.nodes;
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    at: '2026-11-22T04:00:00.000Z',
    consumer: 'organisation-dept',
    purpose: 'promotion-review',
    answered: true,
  });
  expect(entry.consumerTitle).toMatch(/组织部/);
  expect(entry.fields).toEqual(expect.arrayContaining(['Sanction.decidedOn', 'Sanction.kind']));
  for (const field of ['user', 'caseNumber', 'request']) {
    const more = await asMyself(person('warned-in-force'), `{ myAccessLog { nodes { ${field} } } }`);
    expect(codes(more), field).toEqual(['QUERY_INVALID']);
  }
});

test('a supervisor who reads a file under seal is not given away', async () => {
  const subject = person('clean-official');
  const before = await asMyself(subject, accesses);
  const read = await world.ask({
    query: `{ person(citizenId: "${id('clean-official')}") { discipline { state } } }`,
    consumer: 'supervisory-commission',
    headers: {
      'credit-purpose': 'discipline-supervision',
      'credit-case': 'JW-2026-7',
      'credit-user': 'li.wei',
    },
  });
  expect(read.body.data.person.discipline.state).toBe('OK');
  const after = await asMyself(subject, accesses);
  expect(after.body.data.myAccessLog.nodes).toEqual(before.body.data.myAccessLog.nodes);
});

test('what was refused is told as not answered, and a list is told to each of those in it', async () => {
  const usccs = [id('banned-firm'), id('tax-listed')];
  await world.ask({
    query:
      'query ($usccs: [SubjectCode!]!) { organizations(usccs: $usccs) { ... on Organization { court { state } } } }',
    variables: { usccs },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  for (const key of ['banned-firm', 'tax-listed']) {
    const answer = await asMyself(firm(key), accesses);
    expect(answer.body.data.myAccessLog.nodes).toMatchObject([
      { consumer: 'procurement-platform', answered: true },
    ]);
  }
});

test('pages follow each other without a gap, and days are Beijing days', async () => {
  const subject = firm('ban-no-end');
  for (let count = 0; count < 5; count += 1)
    await asMyself(subject, '{ myRecords { ... on Organization { court { state } } } }');
  const seen: unknown[] = [];
  let after: string | null = null;
  do {
    const answer = await asMyself(subject, accesses, { first: 2, after });
    const { nodes, pageInfo } = answer.body.data.myAccessLog;
    expect(nodes.length).toBeLessThanOrEqual(2);
    seen.push(...nodes);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  expect(seen).toHaveLength(5);
  const days = async (from: string, to: string) =>
    (await asMyself(subject, accesses, { from, to })).body.data.myAccessLog.nodes.length;
  expect(await days('2026-11-22', '2026-11-22')).toBe(5);
  expect(await days('2026-11-23', '2026-12-31')).toBe(0);
  expect(await days('2020-01-01', '2026-11-21')).toBe(0);
});

test('a page that cannot be is refused by the name of its argument', async () => {
  const ask = async (variables: object) => {
    const answer = await asMyself(firm('clean-firm'), accesses, variables);
    return answer.body.errors?.[0]?.extensions;
  };
  expect(await ask({ first: 0 })).toMatchObject({ code: 'VALUE_INVALID', at: 'myAccessLog(first)' });
  expect(await ask({ first: 100_000 })).toMatchObject({ code: 'VALUE_INVALID' });
  expect(await ask({ after: "x' or 1=1" })).toMatchObject({
    code: 'VALUE_INVALID',
    at: 'myAccessLog(after)',
  });
  expect(await ask({ from: '2026-02-30' })).toMatchObject({ code: 'VALUE_INVALID' });
  expect(await ask({ from: '2026-03-02', to: '2026-03-01' })).toMatchObject({ at: 'myAccessLog(to)' });
});

test('only who speaks for somebody finds these roots, and the identifier is nowhere on disk', async () => {
  const roots = async (consumer: string) => {
    const answer = await world.ask({ query: '{ __schema { queryType { fields { name } } } }', consumer });
    return answer.body.data.__schema.queryType.fields.map(({ name }: { name: string }) => name) as string[];
  };
  expect(await roots('citizen-portal')).toEqual(expect.arrayContaining(['myRecords', 'myAccessLog']));
  expect(await roots('citizen-portal')).not.toContain('accessLog');
  expect(await roots('credit-office')).not.toContain('myRecords');
  expect(await roots('auditor')).not.toContain('myAccessLog');
  expect(JSON.stringify(world.entries())).not.toContain(id('warned-in-force'));
  expect(JSON.stringify(world.logged)).not.toContain(id('warned-in-force'));
});
