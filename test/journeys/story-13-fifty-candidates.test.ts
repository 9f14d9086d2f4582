// Story 13: fifty candidates in one call, each authorised and logged separately; and a case touches no more people in a day
// than its purpose allows.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { citizenIdAt } from '../../connectors/sandbox/generator/identifiers.ts';
import { type RunningGateway, id, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'cases-'));
  for (const folder of ['schema', 'policies', 'connectors/sources']) {
    cpSync(folder, join(root, folder), { recursive: true });
  }
  const file = join(root, 'policies/purposes.yaml');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replaceAll('subjectsPerCaseAndDay: 100\n', 'subjectsPerCaseAndDay: 60\n'),
  );
  world = await runGateway({ environment: { PROJECT_ROOT: root }, relays: true });
});
afterAll(async () => {
  await world?.stop();
  rmSync(root, { recursive: true, force: true });
});
afterEach(() => world.sandbox.relays!.gateway.setMode('pass'));

const people = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => citizenIdAt(from + index));
const check = (ids: readonly string[], caseNumber: string) =>
  world.ask({
    query:
      'query ($ids: [SubjectCode!]!) { persons(citizenIds: $ids) { ... on Person { eligibility(scene: PROMOTION) { outcome } hr { state } } } }',
    variables: { ids },
    consumer: 'organisation-dept',
    headers: { ...promotion, 'credit-case': caseNumber },
  });
const code = (answer: Awaited<ReturnType<typeof check>>) => answer.body.errors?.[0]?.extensions.code;

test('fifty candidates in one call are logged one by one', async () => {
  const answer = await check(people(100, 150), 'FIFTY-1');
  expect(answer.body.data.persons).toHaveLength(50);
  const own = world.entries().filter(({ request }) => request === answer.body.extensions?.request);
  expect(own.map(({ kind }) => kind)).toEqual([
    'intent',
    ...Array.from({ length: 50 }, () => 'access'),
    'outcome',
  ]);
  const traced = own.filter(({ kind }) => kind === 'access');
  expect(new Set(traced.map(({ subject }) => subject)).size).toBe(50);
  expect(traced.map(({ subject }) => subject)).toEqual(own[0].subjects);
  for (const entry of traced) {
    expect(entry).toMatchObject({
      case: 'FIFTY-1',
      user: 'example.user',
      purpose: 'promotion-review',
      retain: 'P10Y',
      sources: { hr: 'OK' },
      verdicts: [{ scene: 'PROMOTION', outcome: expect.any(String) }],
    });
  }
});

test('each is authorised by its own records: of fifty the credit office sees the posts in its region alone', async () => {
  const ids = people(100, 150);
  const posts =
    'query ($ids: [SubjectCode!]!) { persons(citizenIds: $ids) { ... on Person { hr { posts { region } } } } }';
  const ask = async (consumer: string, headers: Record<string, string>): Promise<any[]> => {
    const { body } = await world.ask({ query: posts, variables: { ids }, consumer, headers });
    expect(body.errors).toBeUndefined();
    return body.data.persons.map(({ hr }: any) => hr.posts);
  };
  const whole = await ask('organisation-dept', { ...promotion, 'credit-case': 'FIFTY-1' });
  const seen = await ask('credit-office', {
    'credit-purpose': 'credit-supervision',
    'credit-user': 'officer.1',
  });
  const own = whole.map((list) => list.filter(({ region }: any) => region.startsWith('4202')));
  expect(seen.map((list) => list.length)).toEqual(own.map((list) => list.length));
  const kinds = own.map((list, at) =>
    list.length === 0 ? 'none' : list.length < whole[at].length ? 'some' : 'all',
  );
  expect(new Set(kinds)).toEqual(new Set(['none', 'some', 'all']));
});

test('a code that is none is named by its place; the forty-nine others are answered, counted and logged', async () => {
  const answer = await check([...people(150, 199), '990000199901010000'], 'FIFTY-2');
  expect(answer.body.data.persons.at(-1)).toEqual({});
  expect(answer.body.data.persons.filter(({ hr }: any) => hr?.state === 'OK')).toHaveLength(49);
  const own = world.entries().filter(({ request }) => request === answer.body.extensions?.request);
  expect(own.filter(({ kind }) => kind === 'access')).toHaveLength(49);
});

test('a case stops at its limit, whole calls at a time, and asking again about the same people costs nothing', async () => {
  expect((await check(people(200, 240), 'LIMIT-1')).status).toBe(200);
  world.sandbox.court.clearJournal();
  const tooMany = await check(people(240, 261), 'LIMIT-1');
  expect([tooMany.status, code(tooMany)]).toEqual([403, 'CASE_SUBJECTS_EXCEEDED']);
  expect(world.entries().at(-1)).toMatchObject({ kind: 'outcome', errors: ['CASE_SUBJECTS_EXCEEDED'] });
  expect(world.entries().at(-2)).toMatchObject({ kind: 'intent', case: 'LIMIT-1' });
  expect(world.entries().at(-2).subjects).toHaveLength(21);
  expect((await check(people(200, 240), 'LIMIT-1')).status).toBe(200);
  expect((await check(people(240, 260), 'LIMIT-1')).status).toBe(200);
  expect(code(await check(people(260, 261), 'LIMIT-1'))).toBe('CASE_SUBJECTS_EXCEEDED');
  expect((await check(people(260, 261), 'LIMIT-2')).status).toBe(200);
});

test('two halves asked at once do not pass where the whole would not', async () => {
  const answers = await Promise.all([
    check(people(100, 140), 'RACE-1'),
    check(people(140, 180), 'RACE-1'),
    check(people(180, 220), 'RACE-1'),
  ]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403, 403]);
});

test('where subjects cannot be counted nobody is asked about', async () => {
  await world.sandbox.relays!.gateway.setMode('refuse');
  const answer = await check([id('clean-official')], 'DOWN-1');
  expect([answer.status, code(answer)]).toEqual([503, 'NOT_READY']);
  expect(answer.body.data).toBeUndefined();
  await world.sandbox.relays!.gateway.setMode('pass');
  expect((await check([id('clean-official')], 'DOWN-1')).status).toBe(200);
});
