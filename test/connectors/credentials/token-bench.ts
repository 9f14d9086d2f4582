// A real authorisation server with client credentials, and an agency that believes its tokens.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { type Respond, type ScriptedAgency, sendJson, startScriptedAgency } from '../http/scripted-agency.ts';

export const CLIENT = 'credit-gateway';
export const SECRET = 'a-secret-of-this-test-alone';
/** Life of a token in seconds. */
export const TOKEN_LIFE = 600;

export interface TokenBench {
  readonly tokenUrl: string;
  readonly agency: ScriptedAgency;
  /** Calls of the token endpoint so far. */
  tokenCalls(): number;
  /** Makes every token so far worthless. */
  revoke(): void;
  /** Tokens the agency was shown. */
  shown(): readonly (string | undefined)[];
  stop(): Promise<void>;
}

export async function startTokenBench(authentication: 'basic' | 'post' = 'basic'): Promise<TokenBench> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const provider = new Provider(origin, {
    clients: [
      {
        client_id: CLIENT,
        client_secret: SECRET,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        scope: 'listings:read',
        token_endpoint_auth_method: `client_secret_${authentication}`,
      },
    ],
    scopes: ['listings:read', 'all:write'],
    ttl: { ClientCredentials: TOKEN_LIFE },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
  });
  let calls = 0;
  const handle = provider.callback();
  server.on('request', (request, response) => {
    calls += 1;
    void handle(request, response);
  });

  const revoked = new Set<string>();
  const agency = await startScriptedAgency();
  const tokenOf = (authorization: string | undefined): string | undefined =>
    /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  const believe: Respond = async ({ headers }, response) => {
    const token = tokenOf(headers.authorization);
    const known = token === undefined ? undefined : await provider.ClientCredentials.find(token);
    if (known === undefined || known.isExpired || revoked.has(token!)) response.writeHead(401).end();
    else sendJson(response, []);
  };
  agency.script(believe);

  const shown = (): readonly (string | undefined)[] =>
    agency.received.map(({ headers }) => tokenOf(headers.authorization));
  return {
    tokenUrl: `${origin}/token`,
    agency,
    tokenCalls: () => calls,
    revoke: () => shown().forEach((token) => token !== undefined && revoked.add(token)),
    shown,
    stop: async () => {
      await agency.stop();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
