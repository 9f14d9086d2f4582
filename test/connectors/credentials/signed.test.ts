import { createHash, createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openHmac } from '../../../connectors/credentials/hmac.ts';
import type { Connector, Subject } from '../../../connectors/contract.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { Secret } from '../../../connectors/secret.ts';
import { ask, openProbe, said } from '../../contract/bench.ts';
import {
  type Received,
  type ScriptedAgency,
  sendJson,
  sourceAt,
  startScriptedAgency,
} from '../http/scripted-agency.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };
const KEY = 'a-shared-key-of-this-test';
const NOW = new Date('2026-03-01T12:00:00.500Z');

let agency: ScriptedAgency;
let probe: Connector;
beforeAll(async () => {
  agency = await startScriptedAgency();
});
afterEach(async () => {
  expect(JSON.stringify(said.splice(0))).not.toContain(KEY);
  await probe.close();
});
afterAll(() => agency.stop());

const open = async (
  http: string,
  credentials: string,
  environment: Record<string, string>,
): Promise<Connector> => {
  const top = `transport: http\n${http}\ncredentials:\n${credentials}`;
  return (probe = await openProbe(sourceAt(agency.url, top, environment), {}, { clock: () => NOW }));
};
const byQuery =
  'http: { path: /v1/listings, keys: { in: query, at: codes, max: 10 }, constants: { a: b c } }';
const byBody = 'http: { path: /v1/listings, keys: { at: codes, max: 10 } }';

describe.each(['sha256', 'sm3'] as const)('a request signed with HMAC-%s', (algorithm) => {
  const credentials = `  hmac:
    algorithm: ${algorithm}
    key: \${KEY}
    keyId: \${KEY_ID}
    encoding: base64
    timestamp: milliseconds
    sign: "{method}\\n{path}\\n{sorted-query}\\n{timestamp}\\n{nonce}\\n{body-digest}"
    headers:
      X-Timestamp: '{timestamp}'
      X-Nonce: '{nonce}'
      X-Signature: 'HMAC {key-id}:{signature}'`;

  /** What the agency does: makes the text anew of what it received. */
  const isSigned = ({ method, target, headers, body }: Received): boolean => {
    const { pathname, search } = new URL(target, agency.url);
    const query = search.slice(1).split('&').sort().join('&');
    const digest = createHash(algorithm).update(body).digest('base64');
    const lines = [method, pathname, query, headers['x-timestamp'], headers['x-nonce'], digest];
    const signature = createHmac(algorithm, KEY).update(lines.join('\n')).digest('base64');
    return headers['x-signature'] === `HMAC app-1:${signature}`;
  };

  test.each([
    ['GET', byQuery],
    ['POST', byBody],
  ])('by %s is believed by an agency that verifies it, and each has its own nonce', async (_method, http) => {
    agency.script((received, response) => {
      if (isSigned(received)) sendJson(response, []);
      else response.writeHead(401).end();
    });
    const source = await open(http, credentials, { KEY, KEY_ID: 'app-1' });
    expect((await ask(source, [one])).state).toBe('OK');
    expect((await ask(source, [one])).state).toBe('OK');
    const nonces = agency.received.map(({ headers }) => headers['x-nonce']);
    expect(new Set(nonces).size).toBe(2);
    expect(agency.received[0]!.headers['x-timestamp']).toBe(String(NOW.getTime()));
    // And the agency really looks.
    expect(isSigned({ ...agency.received[0]!, method: 'PUT' })).toBe(false);
  });

  test('with another key is refused, once', async () => {
    agency.script((received, response) => void response.writeHead(isSigned(received) ? 200 : 401).end());
    const source = await open(byBody, credentials, { KEY: 'another', KEY_ID: 'app-1' });
    expect(await ask(source, [one])).toMatchObject({
      failure: { code: 'SOURCE_REFUSED', detail: 'HTTP 401' },
    });
    expect(agency.received).toHaveLength(1);
  });
});

test('signatures are those of the standards', () => {
  // RFC 4231, case 2; for SM3 what `openssl dgst -sm3 -hmac` gives for the same text and key.
  const sign = (algorithm: 'sha256' | 'sm3'): string =>
    openHmac(
      {
        algorithm,
        key: new Secret('Jefe'),
        sign: '{body}',
        encoding: 'hex',
        timestamp: 'iso',
        headers: { 'X-Signature': '{signature}' },
      },
      () => NOW,
    )({ method: 'POST', url: new URL('http://a/'), body: 'what do ya want for nothing?' })['X-Signature']!;
  expect(sign('sha256')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  expect(sign('sm3')).toBe('2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882');
});

test('braces in what is signed are text, not places', () => {
  const headers = openHmac(
    {
      algorithm: 'sha256',
      key: new Secret(KEY),
      keyId: new Secret('{signature}'),
      sign: '{body}',
      encoding: 'hex',
      timestamp: 'iso',
      headers: { 'X-Id': '{key-id} {timestamp}', 'X-Signature': '{signature}' },
    },
    () => NOW,
  )({ method: 'POST', url: new URL('http://a/'), body: '{key-id}' });
  expect(headers['X-Id']).toBe('{signature} 2026-03-01T12:00:00.500Z');
  expect(headers['X-Signature']).toBe(createHmac('sha256', KEY).update('{key-id}').digest('hex'));
});

test.each([
  ['an API key in a header', '  apiKey: { header: X-Api-Key, value: "${KEY}" }', { 'x-api-key': KEY }],
  [
    'HTTP Basic',
    '  basic: { user: "${KEY_ID}", password: "${KEY}" }',
    {
      authorization: `Basic ${Buffer.from(`应用:${KEY}`).toString('base64')}`,
    },
  ],
  ['a bearer token', '  bearer: { token: "${KEY}" }', { authorization: `Bearer ${KEY}` }],
])('%s goes with every call', async (_title, credentials, expected) => {
  agency.script((_received, response) => sendJson(response, []));
  const source = await open(byQuery, credentials, { KEY, KEY_ID: '应用' });
  expect((await ask(source, [one])).state).toBe('OK');
  expect(agency.received[0]!.headers).toMatchObject(expected);
});

test('an API key in the query is one encoded value, and part of what is signed', async () => {
  agency.script((_received, response) => sendJson(response, []));
  const hmac = `  apiKey: { query: app key, value: "\${KEY_ID}" }
  hmac:
    algorithm: sha256
    key: \${KEY}
    sign: '{query}'
    headers: { X-Signature: '{signature}' }`;
  const source = await open(byQuery, hmac, { KEY, KEY_ID: 'a&b=c' });
  expect((await ask(source, [one])).state).toBe('OK');
  const { target, headers } = agency.received[0]!;
  const query = target.slice(target.indexOf('?') + 1);
  expect(query).toMatch(/^a=b%20c&codes=.*&app%20key=a%26b%3Dc$/);
  expect(headers['x-signature']).toBe(createHmac('sha256', KEY).update(query).digest('hex'));
});
