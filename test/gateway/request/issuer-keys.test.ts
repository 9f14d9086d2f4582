import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../../../gateway/request/authenticate.ts';
import type { Authentication, Authenticator } from '../../../gateway/request/authenticate.ts';
import type { IssuerKeyLimits } from '../../../gateway/request/issuer-keys.ts';
import { forge, makeKey, startJwksServer } from './issuer-bench.ts';
import type { BenchKey, JwksServer } from './issuer-bench.ts';

const START = Date.parse('2026-03-10T00:00:00Z');
const oldKey = makeKey('old');
const newKey = makeKey('new');
const impostor = makeKey('old');

let now = START;
let authenticator: Authenticator;

const open = (keys: { jwksUri: string } | { jwksFile: string }, keyLimits: Partial<IssuerKeyLimits> = {}) =>
  createAuthenticator({
    issuer: 'urn:issuer',
    audience: 'credit-gateway',
    keys,
    maxAgeSeconds: 3_600,
    clock: () => now,
    keyLimits,
  });

const tokenOf = (key: BenchKey, kid = key.kid): string =>
  forge(
    { alg: 'ES256', typ: 'at+jwt', kid },
    {
      iss: 'urn:issuer',
      aud: 'credit-gateway',
      sub: 'auditor',
      client_id: 'auditor',
      jti: 'one',
      iat: now / 1000,
      exp: now / 1000 + 3_600,
    },
    key,
  );

const present = (token: string): Promise<Authentication> =>
  authenticator.authenticate({ authorization: `Bearer ${token}` });
const client = { kind: 'client', clientId: 'auditor' };
const unknown = { kind: 'refused', code: 'TOKEN_INVALID', cause: 'KEY_UNKNOWN' };
const unavailable = { kind: 'refused', code: 'ISSUER_UNAVAILABLE' };

beforeEach(() => {
  now = START;
});
afterEach(() => authenticator.close());

describe('keys by address', () => {
  let server: JwksServer;
  beforeEach(async () => {
    server = await startJwksServer();
    server.publish(oldKey);
    authenticator = open({ jwksUri: server.uri });
  });
  afterEach(() => server.close());

  test('many requests at once cost one fetch', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => present(tokenOf(oldKey))));
    for (const outcome of outcomes) expect(outcome).toMatchObject(client);
    expect(server.requests()).toBe(1);
  });

  test('a new key is picked up when its id first appears, and the withdrawn one is refused from then on', async () => {
    const before = tokenOf(oldKey);
    expect(await present(before)).toMatchObject(client);
    server.publish(newKey);
    now += 30_000;
    expect(await present(tokenOf(newKey))).toMatchObject(client);
    expect(server.requests()).toBe(2);
    expect(await present(before)).toEqual(unknown);
    expect(await present(tokenOf(oldKey))).toEqual(unknown);
    expect(server.requests()).toBe(2);
  });

  test('a withdrawn key is gone within five minutes, also for a token that is remembered', async () => {
    const token = tokenOf(oldKey);
    expect(await present(token)).toMatchObject(client);
    server.publish(newKey);
    now += 119_000;
    expect(await present(token)).toMatchObject(client);
    expect(server.requests()).toBe(1);
    now += 181_000;
    expect(await present(token)).toEqual(unknown);
  });

  test('another key under the old id does not vouch for a token that is remembered', async () => {
    const token = tokenOf(oldKey);
    expect(await present(token)).toMatchObject(client);
    server.publish(impostor);
    now += 120_000;
    // Waits for the refresh, while the token itself is still remembered.
    expect(await present(tokenOf(oldKey, 'made-up'))).toEqual(unknown);
    expect(await present(token)).toMatchObject({ kind: 'refused', cause: 'SIGNATURE' });
    expect(await present(tokenOf(impostor))).toMatchObject(client);
  });

  test('a flood of unknown key ids causes one request per cooldown', async () => {
    expect(await present(tokenOf(oldKey))).toMatchObject(client);
    const flood = () =>
      Promise.all(Array.from({ length: 100 }, (_, at) => present(tokenOf(oldKey, `made-up-${at}`))));
    for (const outcome of await flood()) expect(outcome).toEqual(unknown);
    expect(server.requests()).toBe(1);
    now += 30_000;
    for (const outcome of await flood()) expect(outcome).toEqual(unknown);
    for (const outcome of await flood()) expect(outcome).toEqual(unknown);
    expect(server.requests()).toBe(2);
  });

  test('tokens that are malformed cost no request at all', async () => {
    await present(forge({ alg: 'ES256', typ: 'JWT', kid: 'x' }, {}, oldKey));
    await present('a.b.c');
    expect(server.requests()).toBe(0);
  });

  test('an outage is bridged by the cached keys for five minutes, and not longer', async () => {
    expect(await present(tokenOf(oldKey))).toMatchObject(client);
    server.answer((response) => response.writeHead(503).end());
    now += 299_000;
    expect(await present(tokenOf(oldKey))).toMatchObject(client);
    now += 6_000;
    expect(await present(tokenOf(oldKey))).toMatchObject(unavailable);
    server.publish(oldKey);
    now += 5_000;
    expect(await present(tokenOf(oldKey))).toMatchObject(client);
  });

  test('an outage from the start refuses everybody, at one attempt per five seconds, until it is over', async () => {
    server.answer((response) => response.destroy());
    for (let at = 0; at < 20; at += 1) expect(await present(tokenOf(oldKey))).toMatchObject(unavailable);
    expect(server.requests()).toBe(1);
    expect(await authenticator.probe()).toBeInstanceOf(Error);
    server.publish(oldKey);
    now += 5_000;
    expect(await present(tokenOf(oldKey))).toMatchObject(client);
    expect(await authenticator.probe()).toBeUndefined();
  });

  test.each<[string, Parameters<JwksServer['answer']>[0]]>([
    ['a redirect', (response) => response.writeHead(302, { location: '/jwks2' }).end()],
    ['no JSON', (response) => response.end('<html>')],
    ['no key set', (response) => response.end('{"keys":{}}')],
    [
      'more than 64 kB',
      (response) => response.end(JSON.stringify({ keys: [oldKey.jwk], pad: 'x'.repeat(70_000) })),
    ],
    ['more than 32 keys', (response) => response.end(JSON.stringify({ keys: Array(33).fill(oldKey.jwk) }))],
    ['nothing, for ever', () => undefined],
    ['a beginning without an end', (response) => response.write('{"keys":[')],
  ])('an issuer that answers with %s counts as unavailable', async (_what, how) => {
    await authenticator.close();
    authenticator = open({ jwksUri: server.uri }, { timeoutMs: 200 });
    server.answer(how);
    expect(await present(tokenOf(oldKey))).toMatchObject(unavailable);
    expect(server.requests()).toBe(1);
  });

  test('a set without usable keys is an answer: the token is invalid, the issuer is not unavailable', async () => {
    server.answer((response) =>
      response.end('{"keys":[{"kty":"oct","kid":"old","k":"AA"},{"kty":"EC"},{}]}'),
    );
    expect(await present(tokenOf(oldKey))).toEqual(unknown);
  });
});

describe('keys by file', () => {
  let directory: string;
  let jwksFile: string;
  const publish = async (...keys: readonly BenchKey[]) => {
    await writeFile(`${jwksFile}.tmp`, JSON.stringify({ keys: keys.map((key) => key.jwk) }));
    await rename(`${jwksFile}.tmp`, jwksFile);
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'issuer-keys-'));
    jwksFile = join(directory, 'jwks.json');
    authenticator = open({ jwksFile });
  });
  afterEach(() => rm(directory, { recursive: true }));

  test('a changed file is noticed after a second, for remembered tokens too', async () => {
    await publish(oldKey);
    const token = tokenOf(oldKey);
    expect(await present(token)).toMatchObject(client);
    await publish(newKey);
    expect(await present(token)).toMatchObject(client);
    now += 1_000;
    expect(await present(token)).toEqual(unknown);
    expect(await present(tokenOf(newKey))).toMatchObject(client);
  });

  test('a file that is missing, broken or removed vouches for nobody', async () => {
    expect(await present(tokenOf(oldKey))).toMatchObject(unavailable);
    await writeFile(jwksFile, '{"keys":');
    now += 1_000;
    expect(await present(tokenOf(oldKey))).toMatchObject(unavailable);
    await publish(oldKey);
    now += 1_000;
    expect(await present(tokenOf(oldKey))).toMatchObject(client);
    await rm(jwksFile);
    now += 1_000;
    expect(await present(tokenOf(oldKey))).toMatchObject(unavailable);
  });
});
