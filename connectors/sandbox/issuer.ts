// Owns the sandbox's token issuer: one ES256 key pair in a directory, and tokens signed with it.
// For demonstration and tests; a production gateway is pointed at a real issuer instead.
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { JWK } from 'jose';

export const SANDBOX_ISSUER = 'urn:credit-gateway:sandbox';
export const SANDBOX_AUDIENCE = 'credit-gateway';

export interface TokenTerms {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Life of the token, seconds; 600 unless given. */
  readonly ttlSeconds?: number;
  /** Whom the token speaks for, where it speaks for somebody. */
  readonly subject?: { readonly kind: 'Organization' | 'Person'; readonly id: string };
}

export interface SandboxIssuer {
  readonly issuer: typeof SANDBOX_ISSUER;
  readonly audience: typeof SANDBOX_AUDIENCE;
  /** The public key set, for the gateway's `jwksFile`. */
  readonly jwksFile: string;
  /** A signed access token (RFC 9068) for a consumer, compact form. */
  sign(clientId: string, terms: TokenTerms): Promise<string>;
}

/**
 * Loads the issuer kept in a directory, or makes it. Safe when several processes do so at once: whoever links
 * its key file first wins, and the others sign with the winner's key.
 * @throws Error when the key file is there but is not an ES256 key
 */
export async function loadOrCreateSandboxIssuer(directory: string): Promise<SandboxIssuer> {
  const keyFile = join(directory, 'issuer-key.json');
  const jwksFile = join(directory, 'jwks.json');
  await mkdir(directory, { recursive: true });

  const jwk = (await readPrivateKey(keyFile)) ?? (await createPrivateKey(keyFile));
  const { kty, crv, x, y } = jwk;
  const kid = await calculateJwkThumbprint(jwk);
  await publish(jwksFile, { keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }] });
  const key = await importJWK(jwk, 'ES256');

  const sign = (clientId: string, { now, ttlSeconds = 600, subject }: TokenTerms): Promise<string> => {
    const issuedAt = Math.floor(now / 1000);
    const speaksFor = subject === undefined ? {} : { subject_kind: subject.kind, subject_id: subject.id };
    return new SignJWT({ client_id: clientId, ...speaksFor })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .setIssuer(SANDBOX_ISSUER)
      .setAudience(SANDBOX_AUDIENCE)
      .setSubject(clientId)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ttlSeconds)
      .sign(key);
  };
  return { issuer: SANDBOX_ISSUER, audience: SANDBOX_AUDIENCE, jwksFile, sign };
}

async function readPrivateKey(path: string): Promise<JWK | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  // The message names the file only: a parser's message could quote the key.
  const unusable = new Error(`${path} is not an ES256 private key; remove it to have a new one made`);
  let jwk: JWK;
  try {
    jwk = JSON.parse(text) as JWK;
    await importJWK(jwk, 'ES256');
  } catch {
    throw unusable;
  }
  if (jwk.kty !== 'EC' || jwk.crv !== 'P-256' || typeof jwk.d !== 'string') throw unusable;
  return jwk;
}

async function createPrivateKey(path: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const staged = await stage(path, await exportJWK(privateKey), 0o600);
  try {
    // A link, unlike a rename, fails when somebody else was first.
    await link(staged, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(staged, { force: true });
  }
  const winner = await readPrivateKey(path);
  if (winner === undefined) throw new Error(`${path} was removed while it was being made`);
  return winner;
}

/** Writes the public set unless it says the same already: a gateway that watches it need not reload. */
async function publish(path: string, set: { readonly keys: readonly object[] }): Promise<void> {
  const present = await readFile(path, 'utf8').catch(() => undefined);
  if (present === text(set)) return;
  await rename(await stage(path, set, 0o644), path);
}

async function stage(path: string, content: unknown, mode: number): Promise<string> {
  const staged = `${path}.${randomUUID()}.tmp`;
  const file = await open(staged, 'wx', mode);
  try {
    await file.writeFile(text(content));
    await file.sync();
  } finally {
    await file.close();
  }
  return staged;
}

const text = (content: unknown): string => `${JSON.stringify(content, null, 2)}\n`;
