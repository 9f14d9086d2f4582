import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../../../gateway/request/authenticate.ts';
import type { Authentication, Authenticator } from '../../../gateway/request/authenticate.ts';
import { type BenchKey, forge, forgeHmac, forgeUnsigned, makeKey } from './issuer-bench.ts';

const ISSUER = 'https://issuer.example/';
const AUDIENCE = 'credit-gateway';
const START = Date.parse('2026-03-10T00:00:00Z');
const NOW = START / 1000;

const es = makeKey('es');
const ps = makeKey('ps', 'PS256');
const ed = makeKey('ed', 'EdDSA');
const newName = withName(makeKey('new-name', 'EdDSA'), 'Ed25519');
const noName = withName(makeKey('no-name', 'EdDSA'), undefined);
const bothNames = makeKey('both-names', 'EdDSA');
const wrongName = withName(makeKey('wrong-name', 'EdDSA'), 'Ed448');
const notItsName = withName(makeKey('not-its-name'), 'Ed25519');
const weak = makeKey('weak', 'RS1024');
const twinA = makeKey('twin');
const twinB = makeKey('twin');
const stranger = makeKey('es');
const encryption = makeKey('enc');
const leaked = makeKey('leaked');

function withName(key: BenchKey, alg: string | undefined): BenchKey {
  return { ...key, jwk: { ...key.jwk, alg } };
}

const HEADER = { alg: 'ES256', typ: 'at+jwt', kid: 'es' };
const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'procurement-platform',
  client_id: 'procurement-platform',
  jti: 'a-token',
  iat: NOW - 10,
  exp: NOW + 290,
};

let directory: string;
let jwksFile: string;
let now = START;
let blocked: string | undefined;
let authenticator: Authenticator;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'authenticate-'));
  jwksFile = join(directory, 'jwks.json');
  const leakedPrivate = { ...leaked.jwk, d: leaked.privateKey.export({ format: 'jwk' }).d };
  const keys = [
    es.jwk,
    ps.jwk,
    ed.jwk,
    newName.jwk,
    noName.jwk,
    bothNames.jwk,
    { ...bothNames.jwk, alg: 'Ed25519' },
    wrongName.jwk,
    notItsName.jwk,
    weak.jwk,
    twinA.jwk,
    twinB.jwk,
    { ...encryption.jwk, use: 'enc' },
    leakedPrivate,
  ];
  await writeFile(jwksFile, JSON.stringify({ keys: [...keys, { kty: 'oct', kid: 'oct', k: 'c2VjcmV0' }] }));
});
afterAll(() => rm(directory, { recursive: true }));

beforeEach(() => {
  now = START;
  blocked = undefined;
  authenticator = createAuthenticator({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: { jwksFile },
    maxAgeSeconds: 600,
    clockToleranceSeconds: 5,
    clock: () => now,
    knowsConsumer: (clientId) => clientId !== blocked,
  });
});

const present = (token: string): Promise<Authentication> =>
  authenticator.authenticate({ authorization: `Bearer ${token}` });
const omit = (claim: keyof typeof CLAIMS) =>
  Object.fromEntries(Object.entries(CLAIMS).filter(([name]) => name !== claim));

describe('a token that is right', () => {
  test.each([
    ['ES256', es],
    ['PS256', ps],
    ['EdDSA', ed],
  ])('names its client when signed with %s', async (alg, key) => {
    expect(await present(forge({ ...HEADER, alg, kid: key.kid }, CLAIMS, key))).toEqual({
      kind: 'client',
      clientId: 'procurement-platform',
      subject: 'procurement-platform',
      tokenId: 'a-token',
      expiresAt: NOW + 290,
    });
  });

  // An issuer that renamed one side first had all its tokens refused.
  test.each([
    ['EdDSA', 'EdDSA', ed],
    ['EdDSA', 'Ed25519', ed],
    ['Ed25519', 'Ed25519', newName],
    ['Ed25519', 'EdDSA', newName],
    ['none', 'Ed25519', noName],
    ['none', 'EdDSA', noName],
    ['either, written twice', 'Ed25519', bothNames],
    ['either, written twice', 'EdDSA', bothNames],
  ])('is believed of an Ed25519 key whose name is %s when it says %s', async (_name, alg, key) => {
    expect(await present(forge({ ...HEADER, alg, kid: key.kid }, CLAIMS, key))).toMatchObject({
      kind: 'client',
    });
  });

  test('may say application/at+jwt, and bearer in any case', async () => {
    const token = forge({ ...HEADER, typ: 'application/at+JWT' }, CLAIMS, es);
    expect(await authenticator.authenticate({ authorization: `bEARER  ${token}` })).toMatchObject({
      kind: 'client',
    });
    expect(await authenticator.authenticate({ authorization: [`Bearer ${token}`] })).toMatchObject({
      kind: 'client',
    });
  });

  test('is believed within five seconds of its dates', async () => {
    expect(await present(forge(HEADER, { ...CLAIMS, exp: NOW - 4 }, es))).toMatchObject({ kind: 'client' });
    expect(await present(forge(HEADER, { ...CLAIMS, iat: NOW + 5 }, es))).toMatchObject({ kind: 'client' });
  });
});

describe('the header', () => {
  const good = forge(HEADER, CLAIMS, es);

  test('none at all is anonymous', async () => {
    expect(await authenticator.authenticate({})).toEqual({ kind: 'anonymous' });
  });

  test.each<[string, string | readonly string[], string]>([
    ['two headers', [`Bearer ${good}`, `Bearer ${good}`], 'DUPLICATE_HEADER'],
    ['no value', [], 'NOT_BEARER'],
    ['an empty value', '', 'NOT_BEARER'],
    ['two tokens joined by a comma', `Bearer ${good}, Bearer ${good}`, 'NOT_BEARER'],
    ['another scheme', `Basic ${good}`, 'NOT_BEARER'],
    ['the bare token', good, 'NOT_BEARER'],
    ['an encrypted token', 'Bearer a.b.c.d.e', 'NOT_BEARER'],
    ['a value of 9 kB', `Bearer ${good}${'A'.repeat(9_000)}`, 'TOO_LONG'],
  ])('%s is refused', async (_what, authorization, cause) => {
    expect(await authenticator.authenticate({ authorization })).toEqual({
      kind: 'refused',
      code: 'TOKEN_INVALID',
      cause,
    });
  });
});

describe('a forged token', () => {
  const pem = es.publicKey.export({ format: 'pem', type: 'spki' });
  test.each<[string, string, string]>([
    ['Ed25519 with a key of P-256', forge({ ...HEADER, alg: 'Ed25519' }, CLAIMS, es), 'SIGNATURE'],
    ['ES256 with a key of Ed25519', forge({ ...HEADER, kid: 'ed' }, CLAIMS, ed), 'SIGNATURE'],
    ['Ed448', forge({ ...HEADER, alg: 'Ed448', kid: 'ed' }, CLAIMS, ed), 'HEADER'],
    [
      'a key of another name',
      forge({ ...HEADER, alg: 'Ed25519', kid: 'wrong-name' }, CLAIMS, wrongName),
      'KEY_UNKNOWN',
    ],
    [
      'a key of P-256 named Ed25519',
      forge({ ...HEADER, kid: 'not-its-name' }, CLAIMS, notItsName),
      'KEY_UNKNOWN',
    ],
    ['alg none', forgeUnsigned({ ...HEADER, alg: 'none' }, CLAIMS, 'AA'), 'HEADER'],
    ['alg none without a signature', forgeUnsigned({ ...HEADER, alg: 'none' }, CLAIMS), 'NOT_BEARER'],
    [
      'HS256 with the public key as the secret',
      forgeHmac({ ...HEADER, alg: 'HS256' }, CLAIMS, pem),
      'HEADER',
    ],
    ['HS256 that calls itself ES256', forgeHmac(HEADER, CLAIMS, pem), 'SIGNATURE'],
    ['a published symmetric key', forgeHmac({ ...HEADER, kid: 'oct' }, CLAIMS, 'secret'), 'KEY_UNKNOWN'],
    ['RS256', forge({ ...HEADER, alg: 'RS256', kid: 'ps' }, CLAIMS, ps), 'HEADER'],
    ['the key of another algorithm', forge({ ...HEADER, alg: 'ES256', kid: 'ps' }, CLAIMS, ps), 'SIGNATURE'],
    ['a stranger under a known key id', forge(HEADER, CLAIMS, stranger), 'SIGNATURE'],
    [
      'a stranger who brings the key along',
      forge({ ...HEADER, jwk: stranger.jwk }, CLAIMS, stranger),
      'SIGNATURE',
    ],
    ['an unknown key id', forge({ ...HEADER, kid: 'other' }, CLAIMS, es), 'KEY_UNKNOWN'],
    ['a 1024-bit key', forge({ ...HEADER, alg: 'PS256', kid: 'weak' }, CLAIMS, weak), 'KEY_UNKNOWN'],
    ['a key for encryption', forge({ ...HEADER, kid: 'enc' }, CLAIMS, encryption), 'KEY_UNKNOWN'],
    [
      'a key whose private part is published',
      forge({ ...HEADER, kid: 'leaked' }, CLAIMS, leaked),
      'KEY_UNKNOWN',
    ],
    ['a key id that two keys share', forge({ ...HEADER, kid: 'twin' }, CLAIMS, twinB), 'KEY_UNKNOWN'],
    ['no key id', forge({ alg: 'ES256', typ: 'at+jwt' }, CLAIMS, es), 'HEADER'],
    ['an empty key id', forge({ ...HEADER, kid: '' }, CLAIMS, es), 'HEADER'],
    ['a key id that is no string', forge({ ...HEADER, kid: ['es'] }, CLAIMS, es), 'HEADER'],
    ['a critical extension', forge({ ...HEADER, crit: ['b64'], b64: true }, CLAIMS, es), 'HEADER'],
    ['an empty list of critical extensions', forge({ ...HEADER, crit: [] }, CLAIMS, es), 'HEADER'],
    ['typ JWT, an ID token perhaps', forge({ ...HEADER, typ: 'JWT' }, CLAIMS, es), 'HEADER'],
    ['no typ', forge({ alg: 'ES256', kid: 'es' }, CLAIMS, es), 'HEADER'],
    ['a token header of 3 kB', forge({ ...HEADER, more: 'x'.repeat(3_000) }, CLAIMS, es), 'HEADER'],
    ['a header that is no JSON', 'AAAA.AAAA.AAAA', 'HEADER'],
    ['claims that are no object', forge(HEADER, [CLAIMS], es), 'SIGNATURE'],
  ])('%s is refused', async (_what, token, cause) => {
    expect(await present(token)).toEqual({ kind: 'refused', code: 'TOKEN_INVALID', cause });
  });

  test('one changed character anywhere is refused', async () => {
    const token = forge(HEADER, CLAIMS, es);
    for (let at = 0; at < token.length; at += 7) {
      if (token[at] === '.') continue;
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect(await present(changed)).toMatchObject({ kind: 'refused' });
    }
  });
});

describe('claims that are not right', () => {
  test.each<[string, unknown]>([
    ['another issuer', { ...CLAIMS, iss: 'https://issuer.example' }],
    ['no issuer', omit('iss')],
    ['another audience', { ...CLAIMS, aud: 'other' }],
    ['several audiences', { ...CLAIMS, aud: [AUDIENCE, 'other'] }],
    ['a list of one audience', { ...CLAIMS, aud: [AUDIENCE] }],
    ['no audience', omit('aud')],
    ['no subject', omit('sub')],
    ['an empty subject', { ...CLAIMS, sub: '' }],
    ['a blank subject', { ...CLAIMS, sub: ' ' }],
    ['a subject with a line break', { ...CLAIMS, sub: 'a\nb' }],
    ['a subject that is a number', { ...CLAIMS, sub: 7 }],
    ['a subject of 300 characters', { ...CLAIMS, sub: 'x'.repeat(300) }],
    ['no client', omit('client_id')],
    ['a list of clients', { ...CLAIMS, client_id: ['procurement-platform', 'auditor'] }],
    ['an empty client', { ...CLAIMS, client_id: '' }],
    ['a client with a space', { ...CLAIMS, client_id: 'auditor ' }],
    ['a client of 200 characters', { ...CLAIMS, client_id: 'x'.repeat(200) }],
    ['no token id', omit('jti')],
    ['an empty token id', { ...CLAIMS, jti: '' }],
    ['a token id that is an object', { ...CLAIMS, jti: {} }],
    ['no expiry', omit('exp')],
    ['an expiry of 1e300', { ...CLAIMS, exp: 1e300 }],
    ['an expiry in milliseconds', { ...CLAIMS, exp: (NOW + 290) * 1000 }],
    ['an expiry with a fraction', { ...CLAIMS, exp: NOW + 290.5 }],
    ['an expiry that is text', { ...CLAIMS, exp: String(NOW + 290) }],
    ['an expiry that is null', { ...CLAIMS, exp: null }],
    ['no time of issue', omit('iat')],
    ['a time of issue that is text', { ...CLAIMS, iat: String(NOW) }],
    ['a time of issue in the future', { ...CLAIMS, iat: NOW + 6, exp: NOW + 200 }],
    ['a start in the future', { ...CLAIMS, nbf: NOW + 60 }],
    ['a life of more than the maximum age', { ...CLAIMS, iat: NOW - 10, exp: NOW + 591 }],
    ['an expiry before the time of issue', { ...CLAIMS, iat: NOW + 4, exp: NOW + 2 }],
  ])('%s is refused', async (_what, claims) => {
    const outcome = await present(forge(HEADER, claims, es));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'TOKEN_INVALID' });
    expect(outcome).toHaveProperty('cause', expect.stringMatching(/^(CLAIMS|LIFETIME|SIGNATURE)$/));
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['has expired', { iat: NOW - 300, exp: NOW - 5 }, 'EXPIRED'],
    ['is too old although it has not expired', { iat: NOW - 606, exp: NOW + 3_000 }, 'TOO_OLD'],
  ])('a token that %s says so', async (_what, dates, cause) => {
    const outcome = await present(forge(HEADER, { ...CLAIMS, ...dates }, es));
    expect(outcome).toEqual({ kind: 'refused', code: 'TOKEN_EXPIRED', cause });
  });

  test('an expired token with a bad signature is invalid, so that nobody learns what expired', async () => {
    const outcome = await present(forge(HEADER, { ...CLAIMS, exp: NOW - 100 }, stranger));
    expect(outcome).toEqual({ kind: 'refused', code: 'TOKEN_INVALID', cause: 'SIGNATURE' });
  });
});

describe('a token that was verified before', () => {
  test('expires on time', async () => {
    const token = forge(HEADER, CLAIMS, es);
    expect(await present(token)).toMatchObject({ kind: 'client' });
    now = START + 294_000;
    expect(await present(token)).toMatchObject({ kind: 'client' });
    now = START + 295_000;
    expect(await present(token)).toEqual({ kind: 'refused', code: 'TOKEN_EXPIRED', cause: 'EXPIRED' });
  });

  test('is refused when its consumer is taken off the list', async () => {
    const token = forge(HEADER, CLAIMS, es);
    expect(await present(token)).toMatchObject({ kind: 'client' });
    blocked = 'procurement-platform';
    expect(await present(token)).toEqual({ kind: 'refused', code: 'TOKEN_INVALID', cause: 'CLIENT_UNKNOWN' });
  });

  test('is refused when a clock set back makes it a token of the future', async () => {
    const token = forge(HEADER, CLAIMS, es);
    expect(await present(token)).toMatchObject({ kind: 'client' });
    now = START - 60_000;
    expect(await present(token)).toMatchObject({ kind: 'refused', code: 'TOKEN_INVALID' });
  });
});

describe('options that cannot be kept safely are refused', () => {
  const options = { issuer: ISSUER, audience: AUDIENCE, maxAgeSeconds: 600, clock: () => START };
  test.each([
    ['http beyond loopback', { keys: { jwksUri: 'http://issuer.example/jwks' } }],
    ['credentials in the address', { keys: { jwksUri: 'https://a:b@issuer.example/jwks' } }],
    ['no address at all', { keys: { jwksUri: 'jwks' } }],
    ['an empty issuer', { keys: { jwksFile: 'x' }, issuer: '' }],
    ['an endless age', { keys: { jwksFile: 'x' }, maxAgeSeconds: Number.POSITIVE_INFINITY }],
    ['a tolerance of an hour', { keys: { jwksFile: 'x' }, clockToleranceSeconds: 3_600 }],
  ])('%s', (_what, change) => {
    expect(() => createAuthenticator({ ...options, ...change })).toThrow(TypeError);
  });
});
