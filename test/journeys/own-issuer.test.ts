// Tokens of somebody else's OAuth server: a real oidc-provider with client credentials, its keys by URL, signing with
// Ed25519 under that name (RFC 9864), as it proposes.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, exportJWK } from 'jose';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningGateway, id, operation, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let issuerServer: Server;
let issuer: string;

beforeAll(async () => {
  issuerServer = createServer();
  await new Promise<void>((resolve) => issuerServer.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true });
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'Ed25519', use: 'sig' }] },
    clients: [
      {
        client_id: 'procurement-platform',
        client_secret: 'synthetic-secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    enabledJWA: { idTokenSigningAlgValues: ['Ed25519'] },
    clientDefaults: { id_token_signed_response_alg: 'Ed25519' },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:credit-gateway',
        getResourceServerInfo: () => ({
          audience: 'urn:credit-gateway',
          scope: 'query',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: 'Ed25519' } },
        }),
      },
    },
    ttl: { ClientCredentials: 300 },
  });
  const handle = provider.callback();
  issuerServer.on('request', (request, response) => void handle(request, response));
  world = await runGateway({
    now: () => new Date(),
    environment: {
      TOKEN_ISSUER: issuer,
      TOKEN_AUDIENCE: 'urn:credit-gateway',
      JWKS_URI: `${issuer}/jwks`,
      JWKS_FILE: '',
    },
  });
});
afterAll(async () => {
  await world?.stop();
  issuerServer?.close();
});

async function tokenFrom(resource: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from('procurement-platform:synthetic-secret').toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

test('a client that the OAuth server vouches for opens the bids', async () => {
  const { query } = operation('bid-opening');
  const answer = await world.ask({
    query,
    variables: { usccs: [id('banned-firm')] },
    headers: { ...procurement, authorization: `Bearer ${await tokenFrom('urn:credit-gateway')}` },
  });
  expect(answer.status).toBe(200);
  expect(answer.body.data.organizations[0].registry.entry.name).toEqual(expect.any(String));
});

test("the sandbox's own tokens mean nothing to a gateway that trusts somebody else", async () => {
  const answer = await world.ask({
    query: '{ viewer { consumer } }',
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([401, 'TOKEN_INVALID']);
});
