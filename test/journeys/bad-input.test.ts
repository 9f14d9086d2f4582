// Whatever is sent, the answer is JSON with a documented code, nothing is fetched, and nothing is repeated.
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SignJWT, generateKeyPair } from 'jose';
import { getIntrospectionQuery } from 'graphql';
import { type RunningGateway, NOW, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());
afterEach(() => {
  expect(world.sandbox.court.journal()).toHaveLength(0);
  expect(world.sandbox.procurement.journal()).toHaveLength(0);
});

const codes = (answer: Awaited<ReturnType<RunningGateway['post']>>) =>
  answer.body.errors?.map((e) => e.extensions.code);
const secret = 'SECRETVALUE12345';

describe('bodies', () => {
  const cases: readonly (readonly [string, string | Uint8Array, Record<string, string>, number, string])[] = [
    ['cut JSON', `{"query": "${secret}`, {}, 400, 'MALFORMED_REQUEST'],
    ['an array of requests', `[{"query":"{ __typename }"}]`, {}, 400, 'MALFORMED_REQUEST'],
    ['a JSON string', `"${secret}"`, {}, 400, 'MALFORMED_REQUEST'],
    ['no query', `{"variables":{}}`, {}, 400, 'MALFORMED_REQUEST'],
    ['a query that is a number', `{"query":42}`, {}, 400, 'MALFORMED_REQUEST'],
    [
      'variables that are a list',
      `{"query":"{ __typename }","variables":["${secret}"]}`,
      {},
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'bytes that are not UTF-8',
      new Uint8Array([123, 34, 0xff, 0xfe, 34, 125]),
      {},
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'a form',
      'query=x',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'another charset',
      '{}',
      { 'content-type': 'application/json; charset=gbk' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['more than 100 kB', JSON.stringify({ query: `# ${'x'.repeat(100_001)}` }), {}, 413, 'PAYLOAD_TOO_LARGE'],
    ['an empty document', '{"query":"#"}', {}, 400, 'QUERY_INVALID'],
    ['a syntax error', `{"query":"{ organization(uscc: \\"${secret}"}`, {}, 400, 'QUERY_INVALID'],
    ['an unknown field', `{"query":"{ ${secret} }"}`, {}, 400, 'QUERY_INVALID'],
    [
      'two operations without a name',
      '{"query":"query A { __typename } query B { __typename }"}',
      {},
      400,
      'QUERY_INVALID',
    ],
    ['a subscription', '{"query":"subscription { __typename }"}', {}, 400, 'OPERATION_NOT_SUPPORTED'],
  ];
  test.each(cases)('%s', async (_title, body, headers, status, code) => {
    const answer = await world.post(body, headers);
    expect([answer.status, codes(answer)]).toEqual([status, [code]]);
    expect(answer.text).not.toContain(secret);
    expect(answer.text).not.toMatch(/did you mean/i);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-powered-by')).toBeNull();
  });

  test('bytes that are not HTTP get JSON and a closed connection', async () => {
    const port = world.gateway.port;
    const received = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('NOT HTTP AT ALL\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(received).toContain('"code":"MALFORMED_REQUEST"');
  });

  test('GET carries no query, and other paths hold nothing', async () => {
    const get = await fetch(`${world.gateway.url}/graphql?query={__typename}`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${world.gateway.url}/admin`)).status).toBe(404);
  });
});

describe('shapes', () => {
  const nested = `{ __schema { types { fields { type { ${'ofType { '.repeat(13)}name${' }'.repeat(13)} } } } } }`;
  const alias = Array.from({ length: 40 }, (_, i) => `a${i}: __typename`).join(' ');
  const cases: readonly (readonly [string, string, string])[] = [
    ['too deep', nested, 'QUERY_TOO_DEEP'],
    [
      'too deep through fragments, in an operation called __schema',
      `query __schema { __schema { types { fields { type { ...F0 } } } } } ${Array.from({ length: 13 }, (_, i) => `fragment F${i} on __Type { ofType { ...F${i + 1} } }`).join(' ')} fragment F13 on __Type { name }`,
      'QUERY_TOO_DEEP',
    ],
    [
      'wide through one fragment spread many times',
      `{ viewer { ${'...F '.repeat(60)} } } fragment F on Viewer { consumer region agency purpose roles purposes { name title legalBasis } }`,
      'QUERY_TOO_WIDE',
    ],
    ['too many aliases', `{ viewer { ${alias.replaceAll('__typename', 'consumer')} } }`, 'QUERY_TOO_WIDE'],
    [
      'too many root fields',
      `{ ${Array.from({ length: 25 }, (_, i) => `v${i}: __typename`).join(' ')} }`,
      'QUERY_TOO_WIDE',
    ],
    ['more than a thousand tokens', `{ viewer { ${'consumer '.repeat(1001)} } }`, 'QUERY_TOO_WIDE'],
    [
      'fragments in a circle',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
      'QUERY_INVALID',
    ],
    [
      'introspection mixed with data',
      '{ __schema { queryType { name } } viewer { consumer } }',
      'INTROSPECTION_MIXED',
    ],
    ['an unknown argument', '{ organization(code: "x") { uscc } }', 'QUERY_INVALID'],
  ];
  test.each(cases)('%s', async (_title, query, code) => {
    const answer = await world.ask({ query });
    expect(answer.status).toBe(400);
    expect(new Set(codes(answer))).toContain(code);
    expect(answer.body.data).toBeUndefined();
    expect((answer.body.errors ?? []).length).toBeLessThanOrEqual(5);
  });

  test('what an explorer asks to learn the schema is within the limits', async () => {
    const answer = await world.ask({
      query: getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }),
    });
    expect(answer.status).toBe(200);
    expect(answer.body.data.__schema.queryType.name).toBe('Query');
  });

  test('too many subjects', async () => {
    const answer = await world.ask({
      query:
        'query ($u: [SubjectCode!]!) { organizations(usccs: $u) { ... on Organization { court { state } } } }',
      variables: { u: Array.from({ length: 101 }, () => id('clean-firm')) },
    });
    expect([answer.status, codes(answer)]).toEqual([400, ['TOO_MANY_SUBJECTS']]);
  });
});

describe('values', () => {
  const one = 'query ($u: USCC!) { organization(uscc: $u) { court { state } } }';
  const dated =
    'query ($d: Date) { organization(uscc: "91990000XX0000000A") { eligibility(scene: GOVERNMENT_PROCUREMENT, asOf: $d) { outcome } } }';
  const listed = 'query ($u: [SubjectCode!]!) { organizations(usccs: $u) { __typename } }';
  const cases: readonly (readonly [string, string, Record<string, unknown>, string, string | undefined])[] = [
    ['a code with a wrong check digit', one, { u: '91990000XX0000000B' }, 'IDENTIFIER_INVALID', '$u'],
    ['a code that is no code', one, { u: secret }, 'IDENTIFIER_INVALID', '$u'],
    [
      'a code written into the query',
      `{ organization(uscc: "${secret}") { court { state } } }`,
      {},
      'IDENTIFIER_INVALID',
      undefined,
    ],
    ['a number for a code', one, { u: 4711 }, 'IDENTIFIER_INVALID', '$u'],
    ['no code', one, {}, 'VARIABLE_INVALID', '$u'],
    ['a number in a list', listed, { u: ['x', 4711] }, 'IDENTIFIER_INVALID', '$u[1]'],
    ['a day that does not exist', dated, { d: '2026-02-30' }, 'VALUE_INVALID', '$d'],
    [
      'a scene that does not exist',
      '{ organization(uscc: "91990000XX0000000A") { eligibility(scene: HOLIDAY) { outcome } } }',
      {},
      'QUERY_INVALID',
      undefined,
    ],
    [
      'a scene for persons asked of a firm',
      '{ organization(uscc: "91990000XX0000000A") { eligibility(scene: PROMOTION) { outcome } } }',
      {},
      'SCENE_NOT_APPLICABLE',
      'Organization',
    ],
  ];
  test.each(cases)('%s', async (_title, query, variables, code, at) => {
    const answer = await world.ask({ query, variables });
    expect([answer.status, codes(answer)]).toEqual([400, [code]]);
    expect(answer.body.errors?.[0]?.extensions.at).toBe(at);
    expect(answer.text).not.toContain(secret);
    expect(answer.text).not.toContain('4711');
    expect(answer.text).not.toContain('0000000B');
  });
});

// Once the database refused such a text, and the caller was told that the gateway was not ready.
test('a text with a NUL in it is refused by the name of its argument, and no database hears of it', async () => {
  const office = { 'credit-purpose': 'remedy-handling', 'credit-user': 'official.one' };
  const ask = async (query: string): Promise<unknown> => {
    const { status, body } = await world.ask({ query, consumer: 'credit-office', headers: office });
    return [status, body.errors?.map(({ extensions }) => [extensions.code, extensions.at])];
  };
  expect(await ask('{ objection(number: "OBJ\\u0000") { state } }')).toEqual([
    400,
    [['VALUE_INVALID', 'objection(number)']],
  ]);
  expect(await ask('{ correctionRequests(source: "court\\u{0}") { objection } }')).toEqual([
    400,
    [['VALUE_INVALID', 'correctionRequests(source)']],
  ]);
  const filing = `mutation { fileObjection(uscc: "${id('banned-firm')}", recordType: "ProcurementBan", record: "x", statement: "\\u0000") { number } }`;
  expect(await ask(filing)).toEqual([400, [['VALUE_INVALID', 'fileObjection(statement)']]]);
});

describe('tokens and headers', () => {
  const query = '{ viewer { consumer } }';
  test('a token of a foreign key is refused', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const forged = await new SignJWT({ client_id: 'procurement-platform' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'x' })
      .setIssuer('urn:credit-gateway:sandbox')
      .setAudience('credit-gateway')
      .setSubject('procurement-platform')
      .setJti('1')
      .setIssuedAt(NOW.getTime() / 1000)
      .setExpirationTime(NOW.getTime() / 1000 + 60)
      .sign(privateKey);
    const answer = await world.ask({ query, headers: { authorization: `Bearer ${forged}` } });
    expect([answer.status, codes(answer)]).toEqual([401, ['TOKEN_INVALID']]);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  test('a token for nobody registered is refused', async () => {
    const answer = await world.ask({ query, consumer: 'stranger', headers: procurement });
    expect([answer.status, codes(answer)]).toEqual([403, ['CONSUMER_UNKNOWN']]);
  });

  test('a token does not make its bearer the public', async () => {
    const answer = await world.ask({
      query,
      headers: { authorization: `Bearer ${await world.token('public')}` },
    });
    expect([answer.status, codes(answer)]).toEqual([403, ['CONSUMER_UNKNOWN']]);
  });

  test('garbage instead of a token is refused, never taken for nobody', async () => {
    for (const authorization of ['Bearer x', 'Basic YTpi', 'Bearer', secret]) {
      const answer = await world.ask({ query, headers: { authorization } });
      expect([answer.status, codes(answer)]).toEqual([401, ['TOKEN_INVALID']]);
    }
  });

  test.each(['Credit-Purpose', 'Authorization'])('a second %s header is refused', async (name) => {
    const lines = [
      ...[
        'POST /graphql HTTP/1.1',
        'Host: x',
        'Content-Type: application/json',
        'Content-Length: 24',
        'Connection: close',
      ],
      ...[`${name}: public-information`, `${name}: government-procurement`],
    ];
    const received = await new Promise<string>((resolve) => {
      const socket = connect(world.gateway.port, '127.0.0.1', () =>
        socket.write(`${lines.join('\r\n')}\r\n\r\n{"query":"{__typename}"}`),
      );
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(received).toMatch(name === 'Authorization' ? /"TOKEN_INVALID"/ : /"HEADER_REPEATED"/);
  });
});

describe('what is kept of a refusal', () => {
  test('a refused request of a known caller leaves a record with its code and no value', async () => {
    const before = world.entries();
    await world.ask({ query: `{ ${secret} }`, consumer: 'procurement-platform', headers: procurement });
    await world.ask({
      query: '{ __typename }',
      consumer: 'organisation-dept',
      headers: { 'credit-purpose': 'curiosity' },
    });
    const kept = world.entries().slice(before.length);
    expect(kept.map(({ kind, code }) => [kind, code])).toEqual([
      ['refusal', 'QUERY_INVALID'],
      ['refusal', 'PURPOSE_UNKNOWN'],
    ]);
    expect(kept[0]).toMatchObject({
      caller: { consumer: 'procurement-platform' },
      purpose: 'government-procurement',
    });
    expect(JSON.stringify(kept)).not.toContain(secret);
  });
});
