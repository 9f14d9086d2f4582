// Story 12: a PPP of years ago: who answered for it then. And a body that does not keep its word.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningGateway, id, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

const tracing = {
  'credit-purpose': 'project-tracing',
  'credit-case': 'HS-2026-0007',
  'credit-user': 'example.user',
} as const;
const supervision = { 'credit-purpose': 'credit-supervision', 'credit-user': 'example.user' } as const;

const responsible = (
  on: string | null,
  headers: Readonly<Record<string, string>> = tracing,
  who = 'organisation-dept',
) =>
  world.ask({
    query: `query ($u: USCC!, $on: Date) { organization(uscc: $u) { investment { state
      responsibilities(on: $on) { projectNumber ppp stage name citizenId from to } } } }`,
    variables: { u: id('ppp-body'), on },
    consumer: who,
    headers,
  });
const listed = async (...asked: Parameters<typeof responsible>) =>
  (await responsible(...asked)).body.data.organization.investment.responsibilities;

describe('who answered for the project', () => {
  test('in May 2019 it was the one, today the other', async () => {
    expect(await listed('2019-05-01')).toMatchObject([
      { ppp: true, stage: 'PREPARATION', citizenId: id('ppp-then'), from: '2018-03-01', to: '2020-06-30' },
    ]);
    expect(await listed('2026-11-22')).toMatchObject([{ citizenId: id('ppp-now'), to: null }]);
  });

  test('the last day belongs to the one, the next to the other, and before the first to nobody', async () => {
    const ids = async (on: string) =>
      (await listed(on)).map(({ citizenId }: { citizenId: string }) => citizenId);
    expect(await ids('2020-06-30')).toEqual([id('ppp-then')]);
    expect(await ids('2020-07-01')).toEqual([id('ppp-now')]);
    expect(await ids('2018-02-28')).toEqual([]);
  });

  test('without a day, both, in their order', async () => {
    expect(await listed(null)).toHaveLength(2);
  });

  test('the days need not be selected to be asked by', async () => {
    const { data } = (
      await world.ask({
        query: `{ organization(uscc: "${id('ppp-body')}") { investment { responsibilities(on: "2019-05-01") { name } } } }`,
        consumer: 'organisation-dept',
        headers: tracing,
      })
    ).body;
    expect(data.organization.investment.responsibilities).toHaveLength(1);
  });

  test('a day that does not exist is refused', async () => {
    const answer = await responsible('2019-02-29');
    expect(answer.body.data?.organization).toBeUndefined();
    expect(answer.body.errors).toHaveLength(1);
  });

  test('without a case number nothing is asked', async () => {
    const answer = await responsible('2019-05-01', {
      'credit-purpose': 'project-tracing',
      'credit-user': 'example.user',
    });
    expect(answer.body.errors?.[0]?.extensions.code).toBe('CASE_REQUIRED');
  });

  test('daily supervision sees names by their first character and years, and places by no more', async () => {
    // June and July 2020 are one year to whoever sees years alone.
    const found = await listed('2020-03-01', supervision, 'credit-office');
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({ name: '样**', from: '2018', to: '2020' });
    expect(found[0].citizenId).toMatch(/^\*+.{4}$/);
    expect(await listed('2019-05-01', supervision, 'credit-office')).toHaveLength(1);
  });
});

test('a post is asked for by day as well', async () => {
  const posts = async (extra: string) =>
    (
      await world.ask({
        query: `{ person(citizenId: "${id('clean-official')}") { hr { posts${extra} { title from to } } } }`,
        consumer: 'organisation-dept',
        headers: promotion,
      })
    ).body.data.person.hr.posts as readonly { readonly from: string; readonly to: string | null }[];
  const all = await posts('');
  const [first] = all;
  expect(await posts(`(on: "${first!.from}")`)).toEqual([first]);
  expect(await posts('(on: "1950-01-01")')).toEqual([]);
});

describe('the person', () => {
  const person = async (key: string, asOf = '') =>
    (
      await world.ask({
        query: `{ person(citizenId: "${id(key)}") { investment { responsibilities { projectNumber } }
          eligibility(scene: PPP${asOf}) { outcome findings { rule status record from } } } }`,
        consumer: 'organisation-dept',
        headers: tracing,
      })
    ).body.data.person;

  test('who answered for a project in which the public side broke its word is for a person to weigh', async () => {
    expect((await person('ppp-then')).eligibility).toMatchObject({
      outcome: 'REVIEW',
      findings: [{ rule: 'PT', status: 'IN_FORCE', record: expect.any(String), from: '2018-03-01' }],
    });
  });

  test('not as of a day before', async () => {
    expect((await person('ppp-now', ', asOf: "2020-06-30"')).eligibility.outcome).toBe('CLEAR');
  });

  test('who answered for nothing is clear', async () => {
    expect(await person('clean-official')).toMatchObject({
      investment: { responsibilities: [] },
      eligibility: { outcome: 'CLEAR', findings: [] },
    });
  });
});

describe('the body', () => {
  const body = async (key: string, scene: string) =>
    (
      await world.ask({
        query: `{ organization(uscc: "${id(key)}") {
          eligibility(scene: ${scene}) { outcome findings { rule effect status title record } } } }`,
        consumer: 'credit-office',
        headers: supervision,
      })
    ).body.data.organization.eligibility;

  test('a commitment overdue, and a new government as the excuse, restrict it', async () => {
    const { outcome, findings } = await body('promise-broken', 'INVESTMENT');
    expect(outcome).toBe('RESTRICTED');
    expect(findings).toHaveLength(2);
    expect(findings.map(({ title }: { title: string }) => title).join()).toContain('以政府换届');
  });

  test('one kept late is history, one changed by law and paid for as well', async () => {
    expect((await body('promise-kept', 'INVESTMENT')).outcome).toBe('CLEAR');
  });

  test('a broken contract restricts it', async () => {
    expect(await body('ppp-body', 'PPP')).toMatchObject({
      outcome: 'RESTRICTED',
      findings: [{ rule: 'PC', status: 'IN_FORCE' }],
    });
  });
});
