// Against a real authorisation server with client credentials, not only our own signer.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../../../gateway/request/authenticate.ts';
import type { Authenticator } from '../../../gateway/request/authenticate.ts';

const AUDIENCE = 'credit-gateway';
const CLIENT = 'procurement-platform';
const SECRET = 'a-secret-of-this-test-alone';

let server: Server;
let origin: string;
let authenticator: Authenticator;

type Algorithm = 'ES256' | 'PS256' | 'EdDSA' | 'Ed25519';

const privateJwk = async (alg: Algorithm): Promise<JWK> => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: `key-${alg}`, use: 'sig', alg };
};

beforeAll(async () => {
  server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const resources: Readonly<Record<string, { audience: string; alg: Algorithm; ttl: number }>> = {
    'urn:credit:es': { audience: AUDIENCE, alg: 'ES256', ttl: 600 },
    'urn:credit:ps': { audience: AUDIENCE, alg: 'PS256', ttl: 600 },
    'urn:credit:ed': { audience: AUDIENCE, alg: 'EdDSA', ttl: 600 },
    // By its name of RFC 9864; before, such a key was skipped and the token refused.
    'urn:credit:ed25519': { audience: AUDIENCE, alg: 'Ed25519', ttl: 600 },
    'urn:credit:long': { audience: AUDIENCE, alg: 'ES256', ttl: 3_600 },
    'urn:other': { audience: 'another-service', alg: 'ES256', ttl: 600 },
  };
  const provider = new Provider(origin, {
    clients: [
      {
        client_id: CLIENT,
        client_secret: SECRET,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: {
      keys: await Promise.all([
        privateJwk('ES256'),
        privateJwk('PS256'),
        privateJwk('EdDSA'),
        privateJwk('Ed25519'),
      ]),
    },
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'PS256', 'EdDSA', 'Ed25519'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, indicator) => {
          const { audience, alg, ttl } = resources[indicator]!;
          return {
            scope: '',
            audience,
            accessTokenTTL: ttl,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg } },
          };
        },
      },
    },
  });
  const handle = provider.callback();
  server.on('request', (request, response) => void handle(request, response));
  authenticator = createAuthenticator({
    issuer: origin,
    audience: AUDIENCE,
    keys: { jwksUri: `${origin}/jwks` },
    maxAgeSeconds: 600,
    clock: Date.now,
  });
});

afterAll(async () => {
  await authenticator.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const obtain = async (resource?: string): Promise<string> => {
  const response = await fetch(`${origin}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${CLIENT}:${SECRET}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(resource === undefined ? {} : { resource }),
    }),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (answer.access_token === undefined) throw new Error(JSON.stringify(answer));
  return answer.access_token;
};

const present = async (token: string) => authenticator.authenticate({ authorization: `Bearer ${token}` });

describe('tokens of an OAuth server', () => {
  test.each(['urn:credit:es', 'urn:credit:ps', 'urn:credit:ed', 'urn:credit:ed25519'])(
    'one for %s is believed',
    async (resource) => {
      expect(await present(await obtain(resource))).toMatchObject({
        kind: 'client',
        clientId: CLIENT,
        subject: CLIENT,
      });
    },
  );

  test('one for another service is refused', async () => {
    expect(await present(await obtain('urn:other'))).toMatchObject({ kind: 'refused', cause: 'CLAIMS' });
  });

  test('one that lives for an hour is refused where ten minutes are the limit', async () => {
    expect(await present(await obtain('urn:credit:long'))).toMatchObject({
      kind: 'refused',
      cause: 'LIFETIME',
    });
  });

  test('an opaque one is refused', async () => {
    expect(await present(await obtain())).toMatchObject({ kind: 'refused', cause: 'NOT_BEARER' });
  });
});
