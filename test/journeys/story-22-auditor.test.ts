// Story 22: who read this official in May, and was it necessary.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type RunningGateway, id, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let moment = new Date('2026-05-11T02:00:00Z');
beforeAll(async () => {
  world = await runGateway({ relays: true, now: () => moment });
});
afterAll(() => world?.stop());
afterEach(() => world.sandbox.relays!.gateway.setMode('pass'));

const subject = id('demerit-in-force');
const read = async (at: string, caseNumber: string, who = subject) => {
  moment = new Date(at);
  const answer = await world.ask({
    query: `{ person(citizenId: "${who}") { hr { sanctions { kind } } } }`,
    consumer: 'organisation-dept',
    headers: { ...promotion, 'credit-case': caseNumber },
    at: moment,
  });
  expect(answer.body.errors).toBeUndefined();
};
const audit = { 'credit-purpose': 'audit', 'credit-case': 'SJ-2026-1', 'credit-user': 'wang.fang' } as const;
const accessLog = (variables: object, headers: Readonly<Record<string, string>> = audit) =>
  world.ask({
    query: `query ($subject: SubjectCode!, $from: Date, $to: Date) { accessLog(subject: $subject, from: $from, to: $to) {
      nodes { at consumer purpose user caseNumber request fields answered } pageInfo { hasNextPage } } }`,
    variables: { subject, ...variables },
    consumer: 'auditor',
    headers,
    at: moment,
  });

test('an auditor learns who read an official in May, under which case, for what, and which fields', async () => {
  await read('2026-04-30T15:59:00Z', 'APRIL-1');
  await read('2026-04-30T16:00:00Z', 'MAY-1');
  await read('2026-05-31T15:59:59Z', 'MAY-2');
  await read('2026-05-31T16:00:00Z', 'JUNE-1');
  await read('2026-05-12T04:00:00Z', 'MAY-3', id('clean-official'));
  moment = new Date('2026-06-02T02:00:00Z');
  const answer = await accessLog({ from: '2026-05-01', to: '2026-05-31' });
  expect(answer.body.errors).toBeUndefined();
  expect(answer.body.data.accessLog.nodes).toMatchObject([
    { caseNumber: 'MAY-2', user: 'example.user', consumer: 'organisation-dept', answered: true },
    {
      caseNumber: 'MAY-1',
      at: '2026-04-30T16:00:00.000Z',
      fields: expect.arrayContaining(['Sanction.kind']),
    },
  ]);
  expect(answer.body.data.accessLog.nodes).toHaveLength(2);
});

test('looking is itself logged, about a pseudonym', async () => {
  const answer = await accessLog({});
  const deeds = world
    .entries()
    .filter(({ request, kind }) => request === answer.body.extensions?.request && kind === 'deed');
  expect(deeds).toMatchObject([{ deed: 'access-log-read', case: 'SJ-2026-1', user: 'wang.fang' }]);
  expect(JSON.stringify(world.entries())).not.toContain(subject);
});

test('without a case number, or for anybody else, there is nothing to read', async () => {
  const { 'credit-case': _case, ...without } = audit;
  const refused = await accessLog({}, without);
  expect(refused.body.errors?.[0]?.extensions.code).toBe('CASE_REQUIRED');
  const office = await world.ask({
    query: `{ accessLog(subject: "${subject}") { nodes { at } pageInfo { hasNextPage } } }`,
    consumer: 'organisation-dept',
    headers: promotion,
    at: moment,
  });
  expect(office.body.data.accessLog).toEqual({ nodes: null, pageInfo: null });
  expect(office.body.extensions?.withheld?.map(({ coordinate }) => coordinate)).toContain('AccessLog.nodes');
  expect(JSON.stringify(world.entries().at(-2))).not.toContain('access-log-read');
  const bad = await accessLog({ subject: '123' });
  expect(bad.body.errors?.[0]?.extensions).toMatchObject({ code: 'IDENTIFIER_INVALID' });
});

test('a log that is behind is not shown as if it were whole, and is whole again afterwards', async () => {
  await world.sandbox.relays!.gateway.setMode('refuse');
  const behind = await accessLog({});
  expect(behind.body.errors?.[0]?.extensions.code).toBe('NOT_READY');
  await world.sandbox.relays!.gateway.setMode('pass');
  const whole = await accessLog({});
  expect(whole.body.data.accessLog.nodes.length).toBeGreaterThanOrEqual(4);
});
