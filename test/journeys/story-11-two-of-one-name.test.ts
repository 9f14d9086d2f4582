// Story 11: two people of one name. The id is required; a bare name is refused, and nobody is so much as counted.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSchema } from 'graphql';
import { readStatements } from '../../connectors/sandbox/postgres/statement-journal.ts';
import { type Answer, type RunningGateway, id, operation, promotion, runGateway } from './running-gateway.ts';

const shared = '样例·同名';
const unknown = '样例·无此人';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway({ journal: true });
});
afterAll(() => world?.stop());

const check = (query: string, variables: Record<string, unknown>): Promise<Answer> =>
  world.ask({ query, variables, consumer: 'organisation-dept', headers: promotion });
const seen = ({ status, body: { data, errors }, text }: Answer) => ({
  status,
  data,
  errors,
  bytes: text.length,
});
const calls = async (): Promise<number> => {
  const statements = await readStatements(world.sandbox.postgres!);
  const fetches = statements.filter(({ text }) => text.includes('"hr"') || text.includes('disciplinary'));
  return world.sandbox.court.journal().length + fetches.length;
};

test('two people of one name are told apart by their numbers', async () => {
  const { query } = operation('promotion-check');
  const [one, two] = [
    (await check(query, { citizenId: id('same-name-1') })).body.data.person,
    (await check(query, { citizenId: id('same-name-2') })).body.data.person,
  ];
  expect(one.hr.officer.name).toBe(shared);
  expect(two.hr.officer.name).toBe(shared);
  expect([one.eligibility.outcome, two.eligibility.outcome]).toEqual(['CLEAR', 'BARRED']);
  expect(one.hr.sanctions).toEqual([]);
  expect(two.hr.sanctions).toHaveLength(1);
});

test('a bare name is refused, the same whether two carry it or nobody does, and no source is asked', async () => {
  const { query } = operation('promotion-check');
  const before = await calls();
  const answers = [await check(query, { citizenId: shared }), await check(query, { citizenId: unknown })];
  expect(answers[0]!.status).toBe(400);
  expect(answers[0]!.body.data).toBeUndefined();
  expect(answers[0]!.body.errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'IDENTIFIER_INVALID', at: '$citizenId' },
  ]);
  expect(seen(answers[0]!)).toEqual(seen(answers[1]!));
  expect(await calls()).toBe(before);
});

test('in a list it is named by its place, and is neither counted nor traced', async () => {
  const query = `query ($ids: [SubjectCode!]!) { persons(citizenIds: $ids) {
    __typename ... on InvalidSubject { index code } ... on Person { hr { officer { name } } eligibility(scene: PROMOTION) { outcome } } } }`;
  const answers = [];
  for (const name of [shared, unknown])
    answers.push(await check(query, { ids: [id('clean-official'), name] }));
  for (const { body } of answers) {
    expect(body.data.persons[1]).toEqual({
      __typename: 'InvalidSubject',
      index: 1,
      code: 'IDENTIFIER_INVALID',
    });
    const own = world.entries().filter(({ request }) => request === body.extensions?.request);
    expect(own.map(({ kind }) => kind)).toEqual(['intent', 'access', 'outcome']);
    expect(own[0].subjects).toHaveLength(1);
  }
  expect(seen(answers[0]!)).toEqual(seen(answers[1]!));
});

test('the name is nowhere kept: not in an answer, not in the audit, not in the log', async () => {
  expect(JSON.stringify(world.entries()) + JSON.stringify(world.logged)).not.toMatch(/同名|无此人/);
});

test('no question takes a name', async () => {
  const response = await fetch(`${world.gateway.url}/schema.graphql`, {
    headers: { authorization: `Bearer ${await world.token('organisation-dept')}` },
  });
  const schema = buildSchema(await response.text(), { assumeValid: true });
  const names = Object.values(schema.getQueryType()!.getFields()).flatMap((field) =>
    field.args.filter(({ name }) => /name/i.test(name)).map(({ name }) => `${field.name}(${name})`),
  );
  expect(names).toEqual([]);
  const guessed = await check('query ($n: String!) { person(name: $n) { citizenId } }', { n: shared });
  expect([guessed.status, guessed.body.errors?.[0]?.extensions.code]).toEqual([400, 'QUERY_INVALID']);
});
