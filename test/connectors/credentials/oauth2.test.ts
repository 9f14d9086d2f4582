import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connector, SourceAnswer, Subject } from '../../../connectors/contract.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { ask, openProbe, said } from '../../contract/bench.ts';
import {
  type Respond,
  type ScriptedAgency,
  sendJson,
  sourceAt,
  startScriptedAgency,
} from '../http/scripted-agency.ts';
import { CLIENT, SECRET, TOKEN_LIFE, type TokenBench, startTokenBench } from './token-bench.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };

const top = (more = ''): string => `transport: http
resilience: { breaker: none, retry: none }
http: { path: /listings, keys: { in: query, at: codes, max: 10 } }
credentials:
  oauth2:
    token: \${TOKEN_URL}
    client: \${CLIENT}
    secret: \${SECRET}
    ${more}`;

let bench: TokenBench;
let probe: Connector | undefined;
let now = Date.now();
const clock = (): Date => new Date(now);
const open = async (
  environment: Readonly<Record<string, string>> = {},
  more = 'scope: listings:read',
  url = bench.agency.url,
): Promise<Connector> => {
  const known = { TOKEN_URL: bench.tokenUrl, CLIENT, SECRET, ...environment };
  return (probe = await openProbe(sourceAt(url, top(more), known), { queue: 100 }, { clock }));
};
const askNow = (): Promise<SourceAnswer> => ask(probe!, [one]);
const askIn = (seconds: number): Promise<SourceAnswer> => {
  now += seconds * 1000;
  return askNow();
};

beforeEach(async () => {
  now = Date.now();
  bench = await startTokenBench();
});
afterEach(async () => {
  const told = JSON.stringify(said.splice(0));
  for (const secret of [SECRET, ...bench.shown()]) expect(told).not.toContain(secret ?? SECRET);
  await probe?.close();
  await bench.stop();
});

test('a token is had once and used again until shortly before it ends', async () => {
  await open();
  for (let call = 0; call < 3; call += 1) expect((await askNow()).state).toBe('OK');
  expect(bench.tokenCalls()).toBe(1);
  expect((await askIn(TOKEN_LIFE - 31)).state).toBe('OK');
  expect(bench.tokenCalls()).toBe(1);
  expect((await askIn(2)).state).toBe('OK');
  expect(bench.tokenCalls()).toBe(2);
  expect(new Set(bench.shown()).size).toBe(2);
});

test('however many wait, one token is asked for', async () => {
  await open();
  const answers = await Promise.all(Array.from({ length: 20 }, askNow));
  expect(answers.map(({ state }) => state)).toEqual(Array.from({ length: 20 }, () => 'OK'));
  expect(bench.tokenCalls()).toBe(1);
});

test('a token the agency refuses is renewed once, and the call repeated', async () => {
  await open();
  await askNow();
  bench.revoke();
  const answers = await Promise.all([askIn(60), askNow(), askNow()]);
  expect(answers.map(({ state }) => state)).toEqual(['OK', 'OK', 'OK']);
  expect(bench.tokenCalls()).toBe(2);
});

test('an agency that refuses the new token, too, has refused us', async () => {
  await open();
  await askNow();
  bench.agency.script((_received, response) => void response.writeHead(401).end());
  now += 60_000;
  expect(await askNow()).toMatchObject({
    state: 'UNAVAILABLE',
    failure: { code: 'SOURCE_REFUSED', detail: 'HTTP 401' },
  });
  expect([bench.agency.received.length, bench.tokenCalls()]).toEqual([2, 2]);
  // A token of this moment is not doubted again, so that a lost right does not become a flood.
  expect(await askNow()).toMatchObject({ failure: { code: 'SOURCE_REFUSED' } });
  expect([bench.agency.received.length, bench.tokenCalls()]).toEqual([3, 2]);
});

test('a 403 is an answer to the caller, not to the token', async () => {
  await open();
  bench.agency.script((_received, response) => void response.writeHead(403).end());
  now += 60_000;
  expect(await askNow()).toMatchObject({ failure: { code: 'SOURCE_REFUSED', detail: 'HTTP 403' } });
  expect([bench.agency.received.length, bench.tokenCalls()]).toEqual([1, 1]);
});

test.each([
  ['a wrong secret', { SECRET: 'not-the-secret' }, undefined, 'token endpoint: invalid_client'],
  ['an unknown client', { CLIENT: 'nobody' }, undefined, 'token endpoint: invalid_client'],
  ['a scope it does not have', {}, 'scope: all:write', 'token endpoint: invalid_scope'],
])('%s is a refusal, and not tried again for half a minute', async (_title, environment, more, detail) => {
  await open(environment, more);
  expect(await askNow()).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_REFUSED', detail } });
  expect(await askIn(29)).toMatchObject({ failure: { code: 'SOURCE_REFUSED', detail } });
  expect(bench.tokenCalls()).toBe(1);
  expect(await askIn(2)).toMatchObject({ failure: { code: 'SOURCE_REFUSED', detail } });
  expect(bench.tokenCalls()).toBe(2);
  expect(bench.agency.received).toEqual([]);
});

test('the secret can go into the form', async () => {
  await bench.stop();
  bench = await startTokenBench('post');
  await open({}, 'authentication: post');
  expect((await askNow()).state).toBe('OK');
});

describe('a token endpoint that fails', () => {
  let endpoint: ScriptedAgency;
  beforeAll(async () => {
    endpoint = await startScriptedAgency();
  });
  afterAll(() => endpoint.stop());

  const good = { access_token: 'abc', token_type: 'Bearer', expires_in: 600 };
  test.each<[string, string, Respond]>([
    [
      'a redirect',
      'SOURCE_INVALID_ANSWER',
      (_, to) => to.writeHead(307, { location: bench.agency.url }).end(),
    ],
    [
      'HTML',
      'SOURCE_INVALID_ANSWER',
      (_, to) => to.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    ],
    ['a server error', 'SOURCE_UNREACHABLE', (_, to) => to.writeHead(500).end()],
    ['too many calls', 'SOURCE_OVERLOADED', (_, to) => to.writeHead(429, { 'retry-after': '9' }).end()],
    ['no token', 'SOURCE_INVALID_ANSWER', (_, to) => sendJson(to, { ...good, access_token: undefined })],
    [
      'another kind of token',
      'SOURCE_INVALID_ANSWER',
      (_, to) => sendJson(to, { ...good, token_type: 'mac' }),
    ],
    [
      'a token that breaks the header',
      'SOURCE_INVALID_ANSWER',
      (_, to) => sendJson(to, { ...good, access_token: 'a\r\nb: c' }),
    ],
    [
      'a token without end',
      'SOURCE_TOO_LARGE',
      (_, to) => sendJson(to, { ...good, access_token: 'x'.repeat(70_000) }),
    ],
    ['an error in its own words', 'SOURCE_REFUSED', (_, to) => sendJson(to, { error: SECRET }, {}, 400)],
    ['silence', 'SOURCE_TIMEOUT', () => undefined],
  ])('by %s is %s, and the agency is not asked', async (_title, code, respond) => {
    endpoint.script(respond);
    await open({ TOKEN_URL: `${endpoint.url}/token` });
    const started = performance.now();
    const { failure } = await askNow();
    expect(failure?.code).toBe(code);
    expect(failure?.detail).toMatch(/^token endpoint: /);
    expect(JSON.stringify(failure)).not.toContain(SECRET);
    expect(bench.agency.received).toEqual([]);
    // Half of the source's two seconds.
    expect(performance.now() - started).toBeLessThan(1700);
  });

  test('by asking to be left alone is left alone', async () => {
    endpoint.script((_received, response) => void response.writeHead(429, { 'retry-after': '9' }).end());
    await open({ TOKEN_URL: `${endpoint.url}/token` });
    await askNow();
    expect(await askIn(8)).toMatchObject({ failure: { code: 'SOURCE_OVERLOADED' } });
    expect(endpoint.received).toHaveLength(1);
  });

  test('once is asked again by the next call', async () => {
    endpoint.script((_received, response, call) => {
      if (call === 1) response.writeHead(500).end();
      else sendJson(response, good);
    });
    bench.agency.script((_received, response) => sendJson(response, []));
    await open({ TOKEN_URL: `${endpoint.url}/token` });
    expect((await askNow()).state).toBe('UNAVAILABLE');
    expect((await askNow()).state).toBe('OK');
  });
});
