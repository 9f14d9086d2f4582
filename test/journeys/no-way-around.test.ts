// Every trick by which field authorization of GraphQL gateways is known to have been got around. Each is held against
// the answer, against what the agencies received, and against what the audit log kept.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from 'node:net';
import { type Watch, watch } from './no-way-around-watch.ts';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let eyes: Watch;
/** The duty of the listed firm, which the public may not read. */
let duty: string;
beforeAll(async () => {
  world = await runGateway({ journal: true });
  eyes = watch(world);
  const { body } = await world.ask({
    query: `{ organization(uscc: "${id('listed-firm')}") { court { listings { duty } } } }`,
    ...{ consumer: 'procurement-platform', headers: procurement },
  });
  duty = body.data.organization.court.listings[0].duty as string;
  expect(duty.length).toBeGreaterThan(3);
});
afterAll(() => world?.stop());

const listed = (): string => JSON.stringify(id('listed-firm'));
const supervision = { 'credit-purpose': 'credit-supervision', 'credit-user': 'example.user' } as const;

/** The public asks; the duty must not leave the court, let alone arrive, and the denial must be on record. */
async function dutyStays(query: string, variables: Record<string, unknown> = {}) {
  const seen = await eyes.ask({ query, variables });
  expect(seen.status).toBe(200);
  expect(seen.text).not.toContain(duty);
  expect(seen.columns).not.toContain('duty');
  expect(seen.columns).not.toContain('businessEntity');
  expect(seen.withheld['CourtListing.duty']).toBe('DENIED');
  expect(seen.kept.map(({ kind }) => kind).filter((kind) => kind !== 'document')).toEqual([
    'intent',
    'outcome',
  ]);
  expect(seen.kept.at(-1).withheld).toContain('CourtListing.duty');
  expect(seen.kept.find(({ kind }) => kind === 'intent').fetches.court?.CourtListing ?? []).not.toContain(
    'duty',
  );
  return seen;
}

describe('names', () => {
  test('an alias that is called like a permitted field shows nothing of the denied one', async () => {
    const seen = await dutyStays(
      `{ organization(uscc: ${listed()}) { court { listings { caseCode: duty courtName: legalRepresentative name } } } }`,
    );
    const [listing] = seen.body.data.organization.court.listings;
    expect(listing).toEqual({ caseCode: null, courtName: null, name: expect.any(String) });
  });

  test('a denied field beside permitted ones of aliased sections and roots stays where it is', async () => {
    await dutyStays(
      `{ a: organization(uscc: ${listed()}) { x: court { listings { name } } } b: organization(uscc: ${listed()}) { y: court { z: listings { d: duty } } } }`,
    );
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', '__typename'])(
    'an alias called %s is a name and nothing more',
    async (name) => {
      const seen = await eyes.ask({
        query: `{ organization(uscc: ${listed()}) { court { listings { ${name}: duty caseCode } } } }`,
      });
      expect(seen.text).not.toContain(duty);
      expect(seen.columns).not.toContain('duty');
      if (seen.status === 200) expect(seen.withheld['CourtListing.duty']).toBe('DENIED');
    },
  );
});

describe('fragments', () => {
  // vm0-ai/vm0#10573 (named fragments invisible to field rules), graphql-dotnet/authorization#256 (nested ones).
  test('a denied field three named fragments deep is found', async () => {
    await dutyStays(`query { organization(uscc: ${listed()}) { ...A } }
      fragment C on CourtListing { ... { duty } } fragment B on CourtSection { listings { ...C caseCode } }
      fragment A on Organization { court { ... on CourtSection { ...B } } }`);
  });

  test('nested fragments are found whichever of several operations is executed', async () => {
    const query = `query Harmless { viewer { consumer } } query Denied { organization(uscc: ${listed()}) { ...A } }
      fragment A on Organization { court { ...B } } fragment B on CourtSection { listings { duty } }`;
    const seen = await eyes.ask({ query, operationName: 'Denied' });
    expect([seen.text.includes(duty), seen.withheld['CourtListing.duty']]).toEqual([false, 'DENIED']);
    expect(seen.columns).not.toContain('duty');
  });

  test('one fragment under a firm and under a person is decided in both places', async () => {
    const person = JSON.stringify(id('demerit-in-force'));
    const query = `{ organization(uscc: ${listed()}) { court { ...F } } person(citizenId: ${person}) { court { ...F } } }
      fragment F on CourtSection { listings { legalRepresentative duty } }`;
    const own = await eyes.ask({ query });
    expect([own.status, own.body.errors?.[0]?.extensions.code]).toEqual([403, 'SUBJECT_NOT_PERMITTED']);
    expect([own.left, own.kept.at(-1).errors]).toEqual(['', ['SUBJECT_NOT_PERMITTED']]);
    const masked = await eyes.ask({ query, consumer: 'credit-office', headers: supervision });
    expect(masked.withheld).toMatchObject({ 'CourtListing.legalRepresentative': 'MASKED' });
    expect(masked.body.data.organization.court.listings[0].legalRepresentative).toMatch(/^.\*\*$/);
  });

  // GHSA-mx7m-j9xf-62hw: protection of an interface's fields avoided through fragments on its implementations.
  test('an interface and its implementation answer alike, whichever names the field', async () => {
    const query = `{ organization(uscc: ${listed()}) { hidden: finance { debtPositions { ratio } ... on Section { state asOf }
      ... on FinanceSection { state asOf } } } }`;
    const seen = await eyes.ask({ query });
    expect(seen.body.data.organization.hidden).toEqual({ debtPositions: null, state: 'DENIED', asOf: null });
    expect(seen.left).toBe('');
  });

  test('a fragment on a member of a union is decided like the field itself', async () => {
    const seen = await dutyStays(
      'query ($u: [SubjectCode!]!) { organizations(usccs: $u) { __typename ... on Organization { ...F } ... on InvalidSubject { code } } } fragment F on Organization { court { listings { duty } } }',
      { u: [id('listed-firm'), 'not-a-code'] },
    );
    expect(seen.body.data.organizations.map((item: any) => item.__typename)).toEqual([
      'Organization',
      'InvalidSubject',
    ]);
  });

  // GHSA-q2f9-x4p4-7xmh, CVE-2025-32034, CVE-2025-31496: fragments of fragments that expand without end.
  test('fragments that multiply are refused before they are expanded', async () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `fragment F${i} on Organization { ...F${i + 1} ... { ...F${i + 1} } }`,
    );
    const began = performance.now();
    const seen = await eyes.post(
      JSON.stringify({
        query: `{ organization(uscc: ${listed()}) { ...F0 } } ${levels.join(' ')} fragment F30 on Organization { court { state } uscc }`,
      }),
    );
    expect([seen.status, seen.body.errors?.[0]?.extensions.code]).toEqual([400, 'QUERY_TOO_WIDE']);
    expect(performance.now() - began).toBeLessThan(2000);
    expect([seen.left, seen.kept.map(({ kind, code }) => `${kind} ${code}`)]).toEqual([
      '',
      ['refusal QUERY_TOO_WIDE'],
    ]);
  });
});

describe('directives and variables', () => {
  test('what is skipped is neither fetched nor listed; what is included is, whatever a default says', async () => {
    const query = `query ($show: Boolean! = false) { organization(uscc: ${listed()}) { court { listings { name duty @include(if: $show) } } } }`;
    const without = await eyes.ask({ query });
    expect(without.withheld).toEqual({});
    await dutyStays(query, { show: true });
    await dutyStays(
      `query ($hide: Boolean = true) { organization(uscc: ${listed()}) { court { listings { name ... @skip(if: $hide) { duty } } } } }`,
      { hide: false },
    );
  });

  test('a spread that is skipped once and included once counts as included', async () => {
    await dutyStays(
      `{ organization(uscc: ${listed()}) { court { listings { ...F @skip(if: true) name ...F } } } } fragment F on CourtListing { duty }`,
    );
  });

  test.each([
    '@skip(if: false) @skip(if: true)',
    '@defer',
    '@stream',
    '@authenticated',
    '@classified(sharing: NONE, level: 1)',
  ])('a field with %s is not a query here', async (directive) => {
    const seen = await eyes.ask({
      query: `{ organization(uscc: ${listed()}) { court { listings { duty ${directive} } } } }`,
    });
    expect([seen.status, seen.body.errors?.[0]?.extensions.code, seen.left]).toEqual([
      400,
      'QUERY_INVALID',
      '',
    ]);
  });

  // Once a 500: a variable with a default may be null where null is not taken, which only the execution notices.
  test.each([
    [
      'in an argument',
      'query ($u: USCC = "x") { organization(uscc: $u) { uscc } }'.replace(
        '"x"',
        JSON.stringify(id('clean-firm')),
      ),
      'u',
    ],
    ['in a list', `query ($u: SubjectCode = "x") { organizations(usccs: ["y", $u]) { __typename } }`, 'u'],
    ['in a directive', 'query ($u: Boolean = true) { viewer { consumer @include(if: $u) } }', 'u'],
    [
      'in a scene',
      `query ($u: Scene = GOVERNMENT_PROCUREMENT) { organization(uscc: ${JSON.stringify(id('clean-firm'))}) { eligibility(scene: $u) { outcome } } }`,
      'u',
    ],
    ['in introspection', 'query ($u: String = "Query") { __type(name: $u) { name } }', 'u'],
  ])('null over a default %s is a bad variable', async (_where, query, name) => {
    const seen = await eyes.ask({ query, variables: { [name]: null } });
    expect([seen.status, seen.body.errors?.[0]?.extensions]).toEqual([
      400,
      { code: 'VARIABLE_INVALID', at: '$u' },
    ]);
    expect([seen.left, seen.kept.at(-1).errors]).toEqual(['', ['VARIABLE_INVALID']]);
  });

  test('a bad variable of an introspection is refused like any other, and not repeated', async () => {
    const seen = await eyes.ask({
      query: 'query ($n: String!) { __type(name: $n) { name } }',
      variables: { n: { SECRET: 1 } },
    });
    expect([seen.status, seen.body.errors?.[0]?.extensions.code]).toEqual([400, 'VARIABLE_INVALID']);
    expect([seen.text.includes('SECRET'), seen.kept.at(-1).errors]).toEqual([false, ['VARIABLE_INVALID']]);
  });

  test('a variable inside a list names a subject like any other', async () => {
    await dutyStays(
      `query ($a: SubjectCode!, $b: SubjectCode = ${listed()}) { organizations(usccs: [$a, $b]) { ... on Organization { court { listings { duty } } } } }`,
      { a: 'no-code' },
    );
  });
});

describe('introspection and typenames', () => {
  // graphql-hive/envelop#892: __schema beside a field switched the field's authorization off.
  test.each([
    '{ __schema { __typename } organization(uscc: $) { court { listings { duty } } } }',
    '{ ...A ...B } fragment A on Query { __type(name: "Query") { name } } fragment B on Query { organization(uscc: $) { court { listings { duty } } } }',
    '{ __schema @skip(if: true) { __typename } organization(uscc: $) { court { listings { duty } } } }',
  ])('introspection does not accompany data: %s', async (query) => {
    const seen = await eyes.ask({ query: query.replaceAll('$', listed()) });
    expect([seen.status, seen.body.errors?.[0]?.extensions.code, seen.left]).toEqual([
      400,
      'INTROSPECTION_MIXED',
      '',
    ]);
    expect(seen.kept.at(-1).errors).toEqual(['INTROSPECTION_MIXED']);
  });

  // GHSA-733v-p3h5-qpq7: an operation or field named like introspection escaped the limits.
  test.each(['__schema', '__type', 'IntrospectionQuery'])(
    'an operation called %s is decided like any other',
    async (name) => {
      const seen = await dutyStays(
        `query ${name} { __typename: __typename organization(uscc: ${listed()}) { court { listings { duty } } } }`,
      );
      expect(seen.kept.find(({ kind }) => kind === 'intent').operation).toBe(name);
    },
  );

  test('__typename alone asks no agency for a column', async () => {
    const seen = await eyes.ask({
      query: `{ organization(uscc: ${listed()}) { court { listings { __typename } } finance { __typename debtPositions { __typename } } } }`,
    });
    expect(seen.columns.filter((column) => !['cardNum', 'caseState'].includes(column))).toEqual([]);
    expect(seen.body.data.organization.finance).toEqual({
      __typename: 'FinanceSection',
      debtPositions: null,
    });
  });

  test.each([
    '_entities(representations: [{__typename: "Person", citizenId: "x"}]) { __typename }',
    '_service { sdl }',
    'node(id: "x") { __typename }',
  ])('there is no back door called %s', async (field) => {
    const seen = await eyes.ask({ query: `{ ${field} }` });
    expect([seen.status, seen.body.errors?.[0]?.extensions.code, seen.left]).toEqual([
      400,
      'QUERY_INVALID',
      '',
    ]);
    expect(seen.text).not.toMatch(/did you mean/i);
  });
});

describe('several operations, several requests', () => {
  const both =
    (): string => `query Allowed { organization(uscc: ${listed()}) { court { listings { caseCode } } } }
    query Denied { organization(uscc: ${listed()}) { court { listings { duty } } } }`;

  test('the operation that is named is decided and recorded, not its neighbour', async () => {
    const allowed = await eyes.ask({ query: both(), operationName: 'Allowed' });
    const denied = await eyes.ask({ query: both(), operationName: 'Denied' });
    const kept = (seen: typeof allowed) => {
      const intent = seen.kept.find(({ kind }) => kind === 'intent');
      return [
        intent.operation,
        intent.fetches.court.CourtListing.includes('caseCode'),
        seen.kept.at(-1).withheld,
      ];
    };
    expect(kept(allowed)).toEqual(['Allowed', true, []]);
    expect(kept(denied)).toEqual(['Denied', false, ['CourtListing.duty']]);
    expect(denied.columns).not.toContain('caseCode');
  });

  test.each([undefined, '', 'Neither', 'allowed'])(
    'no operation is guessed for the name %j',
    async (operationName) => {
      const seen = await eyes.post(JSON.stringify({ query: both(), operationName }));
      expect([seen.status, seen.body.errors?.[0]?.extensions.code, seen.left]).toEqual([
        400,
        'QUERY_INVALID',
        '',
      ]);
    },
  );

  test('the answer to one consumer is not the answer to the next, for the same text', async () => {
    const query = `{ organization(uscc: ${listed()}) { court { listings { duty } } } }`;
    for (let round = 0; round < 3; round += 1) {
      const whole = await eyes.ask({ query, consumer: 'procurement-platform', headers: procurement });
      expect(whole.text).toContain(duty);
      await dutyStays(query);
    }
  });

  test('batches, persisted queries, GET and websockets lead nowhere', async () => {
    const query = `{ organization(uscc: ${listed()}) { court { listings { duty } } } }`;
    const code = async (body: unknown) => {
      const seen = await eyes.post(JSON.stringify(body));
      expect(seen.left).toBe('');
      return `${seen.status} ${seen.body.errors?.[0]?.extensions.code}`;
    };
    expect(await code([{ query }, { query: '{ __typename }' }])).toBe('400 MALFORMED_REQUEST');
    const persistedQuery = { version: 1, sha256Hash: 'a'.repeat(64) };
    expect(await code({ extensions: { persistedQuery } })).toBe('400 MALFORMED_REQUEST');
    expect(await code({ query, extensions: { persistedQuery } })).toBe('400 QUERY_INVALID');
    expect((await fetch(`${world.gateway.url}/graphql?query=${encodeURIComponent(query)}`)).status).toBe(405);
    // CVE-2026-30241: what was checked over HTTP was not checked over a websocket.
    const head = await new Promise<string>((resolve) => {
      const socket = connect(world.gateway.port, '127.0.0.1', () =>
        socket.write(
          'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
        ),
      );
      socket.once('data', (chunk) => {
        resolve(chunk.toString());
        socket.destroy();
      });
    });
    expect(head).toMatch(/^HTTP\/1\.1 405 /);
  });

  test.each([
    [
      'two purposes in one header',
      { 'credit-purpose': 'public-information, government-procurement' },
      'PURPOSE_UNKNOWN',
    ],
    ['a purpose of somebody else', { 'credit-purpose': 'promotion-review' }, 'PURPOSE_NOT_HELD'],
    ['a purpose in capitals', { 'credit-purpose': 'Public-Information' }, 'PURPOSE_UNKNOWN'],
    ['an inherited name', { 'credit-purpose': '__proto__' }, 'PURPOSE_UNKNOWN'],
  ])('%s opens nothing', async (_title, headers, code) => {
    const seen = await eyes.ask({ query: `{ organization(uscc: ${listed()}) { uscc } }`, headers });
    expect([seen.body.errors?.[0]?.extensions.code, seen.left]).toEqual([code, '']);
    expect(seen.kept).toMatchObject([{ kind: 'refusal', code }]);
  });
});
