// A token issuer on the bench: keys, tokens with any header and claims whatsoever, and a real JWKS server that
// counts its requests and can be told to fail.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type KeyKind = 'ES256' | 'PS256' | 'EdDSA' | 'RS1024';

export interface BenchKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** As published: public part, kid, alg, use. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

export function makeKey(kid: string, kind: KeyKind = 'ES256'): BenchKey {
  const { privateKey, publicKey } =
    kind === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : kind === 'EdDSA'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('rsa', { modulusLength: kind === 'RS1024' ? 1024 : 2048 });
  const algorithm = kind === 'RS1024' ? 'PS256' : kind;
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
  return { kid, algorithm, privateKey, publicKey, jwk };
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs any header and claims with a key, as the key's algorithm has it, whatever the header says. */
export function forge(header: unknown, claims: unknown, key: BenchKey): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  const data = Buffer.from(signed);
  const signature =
    key.algorithm === 'ES256'
      ? sign('sha256', data, { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
      : key.algorithm === 'EdDSA'
        ? sign(null, data, key.privateKey)
        : sign('sha256', data, { key: key.privateKey, padding: 6, saltLength: 32 });
  return `${signed}.${signature.toString('base64url')}`;
}

export function forgeHmac(header: unknown, claims: unknown, secret: Buffer | string): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export function forgeUnsigned(header: unknown, claims: unknown, signature = ''): string {
  return `${encode(header)}.${encode(claims)}.${signature}`;
}

export interface JwksServer {
  readonly uri: string;
  /** Requests so far. */
  readonly requests: () => number;
  publish(...keys: readonly { readonly jwk: unknown }[]): void;
  /** Answers in another way until `publish` is called again. */
  answer(how: (response: ServerResponse) => void): void;
  close(): Promise<void>;
}

export async function startJwksServer(): Promise<JwksServer> {
  let requests = 0;
  let how: (response: ServerResponse) => void = (response) => response.writeHead(503).end();
  const server = createServer((_request, response) => {
    requests += 1;
    how(response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    uri: `http://127.0.0.1:${port}/jwks`,
    requests: () => requests,
    publish: (...keys) => {
      how = (response) => response.end(JSON.stringify({ keys: keys.map((key) => key.jwk) }));
    },
    answer: (next) => {
      how = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
