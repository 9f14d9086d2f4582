// The organisation department's question: one official before promotion (domain.md §4, stories 8 to 11).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cast } from '../../connectors/sandbox/generator/cast.ts';
import { readStatements } from '../../connectors/sandbox/postgres/statement-journal.ts';
import { type RunningGateway, id, operation, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway({ journal: true });
});
afterAll(() => world?.stop());

const { query } = operation('promotion-check');
const check = (key: string, headers: Record<string, string> = promotion) =>
  world.ask({ query, variables: { citizenId: id(key) }, consumer: 'organisation-dept', headers });

describe('one official under a case number', () => {
  test('a demerit bars until the end of its twelve months, and the file is shown', async () => {
    const { body } = await check('demerit-in-force');
    expect(body.errors).toBeUndefined();
    expect(body.data.person.eligibility).toMatchObject({
      outcome: 'BARRED',
      asOf: '2026-11-22',
      findings: [{ rule: 'R13', effect: 'BAR', status: 'IN_FORCE', from: '2026-08-22', until: '2027-08-22' }],
    });
    expect(body.data.person.hr).toMatchObject({ state: 'OK', officer: { name: expect.any(String) } });
    expect(body.data.person.hr.posts.length).toBeGreaterThan(0);
    expect(body.data.person.hr.integrityFile.length).toBeGreaterThan(0);
    expect(body.extensions?.withheld).toEqual([]);
  });

  test('every person of the cast gets the verdict their state calls for', async () => {
    const members = cast.filter(
      ({ kind, expect: wanted }) => kind === 'person' && wanted.outcome !== undefined,
    );
    const answer = await world.ask({
      query: `query ($ids: [SubjectCode!]!) { persons(citizenIds: $ids) { ... on Person { citizenId eligibility(scene: PROMOTION) { outcome } } } }`,
      variables: { ids: members.map((member) => member.id) },
      consumer: 'organisation-dept',
      headers: promotion,
    });
    const outcomes = answer.body.data.persons.map((item: any) => item.eligibility.outcome);
    expect(Object.fromEntries(members.map(({ key }, index) => [key, outcomes[index]]))).toEqual(
      Object.fromEntries(members.map(({ key, expect: wanted }) => [key, wanted.outcome])),
    );
  });

  test('hr, court and, for the verdict alone, the supervisory organ are each asked once', async () => {
    world.sandbox.court.clearJournal();
    const before = (await readStatements(world.sandbox.postgres!)).length;
    await check('clean-official');
    const asked = (await readStatements(world.sandbox.postgres!))
      .slice(before)
      .filter(({ text }) => /= any/i.test(text) && !text.includes('gateway.'));
    const [hr, ...others] = asked.filter(({ text }) => !text.includes('"disciplinary_action"'));
    expect(others).toEqual([]);
    expect(asked).toHaveLength(2);
    for (const table of ['officer', 'post', 'integrity_record', 'sanction'])
      expect(hr!.text).toContain(`"${table}"`);
    expect(world.sandbox.court.journal()).toHaveLength(1);
  });

  test('a repaired sanction is not shared and does not bar', async () => {
    const { body } = await check('sanction-repaired');
    expect(body.data.person.hr.sanctions).toEqual([]);
    expect(body.data.person.eligibility).toMatchObject({ outcome: 'CLEAR', findings: [] });
  });

  test('two people of one name are told apart by their numbers', async () => {
    const [one, two] = [await check('same-name-1'), await check('same-name-2')];
    expect(one.body.data.person.hr.officer.name).toBe(two.body.data.person.hr.officer.name);
    expect(one.body.data.person.eligibility.outcome).toBe('CLEAR');
    expect(two.body.data.person.eligibility.outcome).toBe('BARRED');
  });

  test('a bare name is refused and costs no source a call', async () => {
    world.sandbox.court.clearJournal();
    const answer = await world.ask({
      query,
      variables: { citizenId: '样例·同名' },
      consumer: 'organisation-dept',
      headers: promotion,
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.[0]?.extensions).toMatchObject({
      code: 'IDENTIFIER_INVALID',
      at: '$citizenId',
    });
    expect(answer.text).not.toContain('同名');
    expect(world.sandbox.court.journal()).toHaveLength(0);
  });
});

describe('what the purpose demands', () => {
  test.each([
    ['no purpose', {}, 400, 'PURPOSE_REQUIRED'],
    ['an unknown purpose', { ...promotion, 'credit-purpose': 'curiosity' }, 400, 'PURPOSE_UNKNOWN'],
    [
      'a purpose of somebody else',
      { ...promotion, 'credit-purpose': 'government-procurement' },
      403,
      'PURPOSE_NOT_HELD',
    ],
    [
      'no case number',
      { 'credit-purpose': 'promotion-review', 'credit-user': 'example.user' },
      400,
      'CASE_REQUIRED',
    ],
    ['no user', { 'credit-purpose': 'promotion-review', 'credit-case': 'GB-2026-1' }, 400, 'USER_REQUIRED'],
    ['a case number of odd characters', { ...promotion, 'credit-case': 'GB<script>' }, 400, 'CASE_INVALID'],
  ])('%s is refused with its code and nothing is fetched', async (_title, headers, status, code) => {
    world.sandbox.court.clearJournal();
    const answer = await check('clean-official', headers);
    expect(answer.status).toBe(status);
    expect(answer.body.errors?.map((error) => error.extensions.code)).toEqual([code]);
    expect(answer.body.data).toBeUndefined();
    expect(world.sandbox.court.journal()).toHaveLength(0);
  });

  test('a Chinese case number is understood, raw or percent-encoded', async () => {
    const headers = { ...promotion, 'credit-case': encodeURIComponent('（2026）干审字第12号') };
    expect((await check('clean-official', headers)).status).toBe(200);
  });

  test('a purpose for organisations does not reach persons', async () => {
    const answer = await world.ask({ query, variables: { citizenId: id('listed-person') } });
    expect(answer.status).toBe(403);
    expect(answer.body.errors?.[0]?.extensions.code).toBe('SUBJECT_NOT_PERMITTED');
  });
});
