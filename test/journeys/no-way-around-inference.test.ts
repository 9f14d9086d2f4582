// What could be inferred without being shown: from counts, cursors, states, sizes, verdicts and errors. Held against the
// answer, against what the agencies received, and against what the audit log kept.
import pg from 'pg';
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

describe('places in a list', () => {
  let files: pg.Client;
  let official: string;
  beforeAll(async () => {
    const { pathname } = new URL(world.sandbox.environment.HR_DATABASE_URL);
    files = new pg.Client({ connectionString: world.sandbox.postgres!.url(pathname.slice(1)) });
    await files.connect();
    const { rows } = await files.query<{ citizen_id: string }>(
      `SELECT citizen_id FROM hr.post GROUP BY citizen_id
       HAVING count(*) = 3 AND count(DISTINCT title) = 3 AND bool_and(region_code LIKE '4202%') LIMIT 1`,
    );
    official = rows[0]!.citizen_id;
  });
  afterAll(() => files?.end());

  /**
   * Gives the posts, by title, these first days, and last days a year apart, by which they can be told; written in
   * the order of the first days, as an agency would have written them.
   */
  const begin = async (...days: readonly string[]): Promise<void> => {
    const { rows } = await files.query<{ title: string }>(
      'SELECT title FROM hr.post WHERE citizen_id = $1 ORDER BY title COLLATE "C"',
      [official],
    );
    const posts = rows.map(({ title }, at) => ({ title, day: days[at]!, end: `202${at}-06-30` }));
    for (const { title, day, end } of posts.sort((a, b) => (a.day < b.day ? -1 : 1)))
      await files.query(
        'UPDATE hr.post SET valid_from = $1, valid_to = $2 WHERE citizen_id = $3 AND title = $4',
        [day, end, official, title],
      );
  };
  const posts = async (selection: string, supervised = true): Promise<any[]> => {
    const { body } = await world.ask({
      query: `query ($c: CitizenId!) { person(citizenId: $c) { hr { posts { ${selection} } } } }`,
      variables: { c: official },
      ...(supervised
        ? { consumer: 'credit-office', headers: supervision }
        : { consumer: 'organisation-dept', headers: promotion }),
    });
    return body.data.person.hr.posts as any[];
  };

  // Once rows came in the order of the manifest's column although only the year of it was shown.
  test.each(['from to', 'to from', 'to', 'title to'])(
    'tell nothing of a day behind its mask: { %s }',
    async (selection) => {
      await begin('2015-02-03', '2015-05-06', '2015-09-10');
      const before = await posts(selection);
      await begin('2015-09-10', '2015-02-03', '2015-05-06');
      expect(await posts(selection)).toEqual(before);
      await begin('2015-05-06', '2015-09-10', '2015-02-03');
      expect(await posts(selection)).toEqual(before);
      expect(before).toHaveLength(3);
    },
  );

  test('are those of the manifest as far as its column is shown: by the year, by the day', async () => {
    await begin('2016-09-10', '2015-05-06', '2015-09-10');
    expect((await posts('from to')).map(({ from, to }) => `${from} ${to}`)).toEqual([
      '2015 2021',
      '2015 2022',
      '2016 2020',
    ]);
    const whole = (await posts('title from', false)).map(({ from }) => from as string);
    expect(whole).toEqual(['2015-05-06', '2015-09-10', '2016-09-10']);
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
