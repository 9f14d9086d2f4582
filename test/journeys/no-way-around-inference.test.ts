// What could be inferred without being shown: from counts, cursors, states, sizes, verdicts and errors. Held against the
// answer, against what the agencies received, and against what the audit log kept.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Watch, watch } from './no-way-around-watch.ts';
import { type RunningGateway, id, procurement, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let eyes: Watch;
beforeAll(async () => {
  world = await runGateway({ journal: true });
  eyes = watch(world);
});
afterAll(() => world?.stop());

const listed = (): string => JSON.stringify(id('listed-firm'));
const supervision = { 'credit-purpose': 'credit-supervision', 'credit-user': 'example.user' } as const;

describe('lists, counts and cursors', () => {
  test.each([
    'totalCount',
    'pageInfo { hasNextPage endCursor }',
    'nodes { __typename }',
    'totalCount nodes { grantNumber }',
  ])('a connection of denied records tells nothing through %s', async (selection) => {
    const query = `query ($u: [SubjectCode!]!) { organizations(usccs: $u) { ... on Organization { finance { state subsidies(first: 1) { ${selection} } } procurement { contracts(after: "cDE") { ${selection.replace('grantNumber', 'title')} } } } } }`;
    const seen = await eyes.ask({ query, variables: { u: [id('many-contracts'), id('clean-firm')] } });
    const denied = { finance: { state: 'DENIED', subsidies: null }, procurement: { contracts: null } };
    expect(seen.body.data.organizations).toEqual([denied, denied]);
    expect(seen.left).toBe('');
  });

  test('a record that is not visible is neither counted nor paged over: it looks like no record', async () => {
    const query =
      'query ($u: USCC!) { organization(uscc: $u) { procurement { state asOf bans { documentNumber from } } court { listings { caseCode } } } }';
    const repaired = await eyes.ask({ query, variables: { u: id('ban-repaired') } });
    const none = await eyes.ask({ query, variables: { u: id('clean-firm') } });
    expect(repaired.body.data).toEqual(none.body.data);
    expect(repaired.withheld).toEqual(none.withheld);
    expect(repaired.text.length).toBe(none.text.length);
  });

  test('a file of another region, an empty one and none at all are alike in content and size', async () => {
    const query =
      'query ($c: CitizenId!) { person(citizenId: $c) { hr { state asOf posts { title rank from region } } } }';
    const texts = await Promise.all(
      [
        'demerit-in-force',
        'not-an-official',
        'demerit-undated',
        'listed-person',
        'sanction-repaired',
        'double-sanction',
      ].map(async (key) => {
        const answer = await world.ask({
          query,
          variables: { c: id(key) },
          consumer: 'credit-office',
          headers: supervision,
        });
        return {
          posts: answer.body.data.person.hr.posts as unknown[],
          text: answer.text.replace(/"request":"[^"]+"/, ''),
          withheld: answer.body.extensions?.withheld,
        };
      }),
    );
    const empty = texts.filter(({ posts }) => posts.length === 0);
    expect(empty.length).toBeGreaterThan(1);
    expect(new Set(empty.map(({ text }) => text)).size).toBe(1);
  });

  // Once it depended on what stood before it: a section of which only the state was selected became DENIED.
  test('what a section says of itself does not depend on what stands elsewhere in the query', async () => {
    const frame = 'a: organization(uscc: "$") { procurement { state } }';
    const denied = 'b: organization(uscc: "$") { procurement { misconduct { points } } }';
    const state = async (query: string) =>
      (await eyes.ask({ query: query.replaceAll('$', id('clean-firm')) })).body.data.a.procurement
        .state as string;
    expect(await state(`{ ${frame} }`)).toBe('OK');
    expect(await state(`{ ${frame} ${denied} }`)).toBe('OK');
    expect(await state(`{ ${denied} ${frame} }`)).toBe('OK');
  });
});

describe('what is derived', () => {
  // GHSA-m8jr-fxqx-8xx6: protected fields were reached through fields that depend on them.
  test('a verdict that may not be shown derives nothing and asks nobody', async () => {
    const query = `{ organization(uscc: ${listed()}) { eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome findings { record from until rule } rules { id } } } }`;
    const seen = await eyes.ask({ query });
    expect(seen.body.data.organization.eligibility).toEqual({ outcome: null, findings: null, rules: null });
    expect([seen.left, seen.kept.at(-1).verdicts]).toEqual(['', []]);
    expect(seen.withheld).toMatchObject({ 'Verdict.outcome': 'DENIED', 'Verdict.findings': 'DENIED' });
  });

  // Once kept as CLEAR in the audit log, although the agencies had been asked about the other firm alone.
  test('nobody is judged without being asked about', async () => {
    const query = `query ($a: USCC!, $b: USCC!) { a: organization(uscc: $a) { eligibility(scene: GOVERNMENT_PROCUREMENT) { __typename } }
      b: organization(uscc: $b) { eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome } } }`;
    const variables = { a: id('listed-firm'), b: id('clean-firm') };
    const seen = await eyes.ask({ query, variables, consumer: 'procurement-platform', headers: procurement });
    expect(seen.body.data).toEqual({
      a: { eligibility: { __typename: 'Verdict' } },
      b: { eligibility: { outcome: 'CLEAR' } },
    });
    expect(seen.kept.at(-1).verdicts).toHaveLength(1);
  });

  test('columns that only a condition or a verdict needs are not shown by naming them', async () => {
    const query = `{ organization(uscc: ${listed()}) { eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome } finance { subsidies { totalCount } } } }`;
    const seen = await eyes.ask({ query, consumer: 'procurement-platform', headers: procurement });
    expect(seen.body.data.organization.finance.subsidies).toBeNull();
    expect(seen.statements.join()).not.toMatch(/finance_Subsidy/i);
  });
});

describe('what errors tell', () => {
  test('a denied field costs no error, and no error has a path, a text of an agency or a value', async () => {
    world.sandbox.court.setFault({ mode: 'error-500' });
    const seen = await eyes.ask({
      query: `{ organization(uscc: ${listed()}) { court { state listings { duty caseCode } } finance { debtPositions { ratio } } } }`,
    });
    world.sandbox.court.setFault({ mode: 'none' });
    expect(seen.body.data.organization.finance).toEqual({ debtPositions: null });
    for (const error of seen.body.errors ?? []) {
      expect(Object.keys(error).sort()).toEqual(['extensions', 'message']);
      expect(error.extensions.source).not.toBe('finance');
    }
  });

  test('a promotion without its case number is refused before anything else is looked at', async () => {
    const { 'credit-case': _case, ...without } = promotion;
    const seen = await eyes.ask({
      query: `{ person(citizenId: "${id('demerit-in-force')}") { hr { sanctions { kind } } } }`,
      consumer: 'organisation-dept',
      headers: without,
    });
    expect([seen.status, seen.body.errors?.[0]?.extensions.code, seen.left]).toEqual([
      400,
      'CASE_REQUIRED',
      '',
    ]);
    expect(JSON.stringify(seen.kept)).not.toContain(id('demerit-in-force'));
  });
});
