// Story 8: one official under a case number and a legal basis: items with the end of their effect, and no score; without a
// case number, denied and logged.
import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  buildSchema,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql';
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
  test('every item has the end of its effect, and what is in effect its rule, basis and document', async () => {
    const { body } = await check('demerit-in-force');
    expect(body.errors).toBeUndefined();
    expect(body.extensions?.withheld).toEqual([]);
    const { hr, eligibility } = body.data.person;
    expect(hr).toMatchObject({ state: 'OK', officer: { name: expect.any(String) } });
    expect(hr.posts.length).toBeGreaterThan(0);
    expect(hr.integrityFile.length).toBeGreaterThan(0);
    for (const item of [...hr.integrityFile, ...hr.sanctions]) expect(item).toHaveProperty('effectiveTo');
    expect(hr.sanctions).toEqual([
      expect.objectContaining({ kind: 'DEMERIT', effectiveOn: '2026-08-22', effectiveTo: '2027-08-21' }),
    ]);
    expect(eligibility).toMatchObject({ outcome: 'BARRED', asOf: '2026-11-22' });
    expect(eligibility.findings).toEqual([
      expect.objectContaining({
        rule: 'R13',
        effect: 'BAR',
        status: 'IN_FORCE',
        basis: expect.stringContaining('公务员法 §64'),
        record: hr.sanctions[0].documentNumber,
        until: '2027-08-22',
      }),
    ]);
  });

  test('there is no score, neither in an answer nor in the contract', async () => {
    const { body } = await check('demerit-in-force');
    const numbers: unknown[] = [];
    JSON.stringify(body.data, (_name, value: unknown) => {
      if (typeof value === 'number') numbers.push(value);
      return value;
    });
    expect(numbers).toEqual([]);
    const response = await fetch(`${world.gateway.url}/schema.graphql`, {
      headers: { authorization: `Bearer ${await world.token('organisation-dept')}` },
    });
    const schema = buildSchema(await response.text(), { assumeValid: true });
    const sections = Object.values((schema.getType('Person') as GraphQLObjectType).getFields());
    const fields = sections.flatMap((section) => leavesUnder(getNamedType(section.type), [section.name]));
    expect(fields.length).toBeGreaterThan(40);
    expect(fields.filter(({ type }) => ['Int', 'Float', 'Decimal'].includes(type))).toEqual([
      { path: 'court.listings.age', type: 'Int' },
      { path: 'court.listings.extensionMonths', type: 'Int' },
    ]);
    expect(fields.filter(({ path }) => /score|grade|rank(ing)?$|points|rating/i.test(path))).toEqual([
      // The rank of a post is a title.
      { path: 'hr.posts.rank', type: 'String' },
    ]);
  });

  test('the legal basis is that of the purpose: what the caller may see under it says so, and so does the log', async () => {
    const { body } = await world.ask({
      query: '{ viewer { purpose purposes { name legalBasis caseRequired } } }',
      consumer: 'organisation-dept',
      headers: promotion,
    });
    expect(body.data.viewer.purposes).toContainEqual({
      name: 'promotion-review',
      legalBasis: expect.stringContaining('公务员法第六十四条'),
      caseRequired: true,
    });
    const { extensions } = (await check('clean-official')).body;
    const [intent] = world.entries().filter(({ request }) => request === extensions?.request);
    expect(intent).toMatchObject({
      purpose: 'promotion-review',
      case: promotion['credit-case'],
      retain: 'P10Y',
    });
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
  ])(
    '%s is refused with its code, nothing is fetched, and the refusal is logged',
    async (_title, headers, status, code) => {
      world.sandbox.court.clearJournal();
      const before = world.entries().length;
      const answer = await check('clean-official', headers);
      expect(answer.status).toBe(status);
      expect(answer.body.errors?.map((error) => error.extensions.code)).toEqual([code]);
      expect(answer.body.data).toBeUndefined();
      expect(world.sandbox.court.journal()).toHaveLength(0);
      const logged = world.entries().slice(before);
      expect(JSON.stringify(logged)).toContain('"consumer":"organisation-dept"');
      expect(logged.at(-1)).toMatchObject({ request: answer.headers.get('credit-request') });
      expect([logged.at(-1).code, ...(logged.at(-1).errors ?? [])]).toContain(code);
    },
  );

  test('a Chinese case number is understood, raw or percent-encoded', async () => {
    const headers = { ...promotion, 'credit-case': encodeURIComponent('（2026）干审字第12号') };
    expect((await check('clean-official', headers)).status).toBe(200);
  });

  // Once USER_INVALID: the dot in his name was none of ours.
  test('a user with a dot in his name is taken, raw or percent-encoded, and logged as he writes himself', async () => {
    const name = '阿卜杜拉·买买提';
    for (const user of [encodeURIComponent(name), Buffer.from(name).toString('latin1')]) {
      const before = world.entries().length;
      expect((await check('clean-official', { ...promotion, 'credit-user': user })).status).toBe(200);
      expect(JSON.stringify(world.entries().slice(before))).toContain(`"user":"${name}"`);
    }
  });

  test('a purpose for organisations does not reach persons', async () => {
    const answer = await world.ask({ query, variables: { citizenId: id('listed-person') } });
    expect(answer.status).toBe(403);
    expect(answer.body.errors?.[0]?.extensions.code).toBe('SUBJECT_NOT_PERMITTED');
  });
});

interface Leaf {
  readonly path: string;
  readonly type: string;
}

/** Every leaf under a type, with the name of its scalar or enum. */
function leavesUnder(type: GraphQLNamedType, path: readonly string[]): Leaf[] {
  if (isLeafType(type)) return [{ path: path.join('.'), type: type.name }];
  if (!isObjectType(type) || path.length > 5) return [];
  return Object.values(type.getFields()).flatMap((field) =>
    leavesUnder(getNamedType(field.type), [...path, field.name]),
  );
}
