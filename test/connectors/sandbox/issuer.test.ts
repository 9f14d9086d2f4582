import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadOrCreateSandboxIssuer } from '../../../connectors/sandbox/issuer.ts';

const NOW = Date.parse('2026-03-10T00:00:00Z');
let directory: string;

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'sandbox-issuer-')), 'deep', 'sandbox');
});
afterEach(() => rm(join(directory, '..', '..'), { recursive: true }));

const verify = async (token: string) => {
  const set = JSON.parse(await readFile(join(directory, 'jwks.json'), 'utf8')) as JSONWebKeySet;
  return jwtVerify(token, createLocalJWKSet(set), { currentDate: new Date(NOW) });
};

describe('the sandbox issuer', () => {
  test('signs access tokens that its published set verifies', async () => {
    const issuer = await loadOrCreateSandboxIssuer(directory);
    const { payload, protectedHeader } = await verify(
      await issuer.sign('auditor', { now: NOW, ttlSeconds: 60 }),
    );
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
    expect(payload).toEqual({
      iss: 'urn:credit-gateway:sandbox',
      aud: 'credit-gateway',
      sub: 'auditor',
      client_id: 'auditor',
      jti: expect.any(String),
      iat: NOW / 1000,
      exp: NOW / 1000 + 60,
    });
  });

  test('keeps its private key to its owner and out of the published set', async () => {
    const { jwksFile } = await loadOrCreateSandboxIssuer(directory);
    expect((await stat(join(directory, 'issuer-key.json'))).mode & 0o777).toBe(0o600);
    expect(await readFile(jwksFile, 'utf8')).not.toContain('"d"');
  });

  test('is the same issuer the next time, and leaves the published set untouched', async () => {
    const first = await loadOrCreateSandboxIssuer(directory);
    const token = await first.sign('auditor', { now: NOW });
    const before = await stat(first.jwksFile);
    await loadOrCreateSandboxIssuer(directory);
    expect((await stat(first.jwksFile)).ino).toBe(before.ino);
    await expect(verify(token)).resolves.toBeDefined();
  });

  test('is one issuer when many make it at once, and leaves no half-made file behind', async () => {
    const issuers = await Promise.all(Array.from({ length: 12 }, () => loadOrCreateSandboxIssuer(directory)));
    for (const issuer of issuers)
      await expect(verify(await issuer.sign('auditor', { now: NOW }))).resolves.toBeDefined();
    expect((await readdir(directory)).sort()).toEqual(['issuer-key.json', 'jwks.json']);
  });

  test('publishes its set again when that was lost', async () => {
    const issuer = await loadOrCreateSandboxIssuer(directory);
    await rm(issuer.jwksFile);
    const again = await loadOrCreateSandboxIssuer(directory);
    await expect(verify(await again.sign('auditor', { now: NOW }))).resolves.toBeDefined();
  });

  test.each(['', '{"kty":"EC"}', '{"kty":"RSA","d":"AAAA"}', 'null'])(
    'a key file of %j is refused by name, unquoted',
    async (text) => {
      await loadOrCreateSandboxIssuer(directory);
      await writeFile(join(directory, 'issuer-key.json'), text);
      await expect(loadOrCreateSandboxIssuer(directory)).rejects.toThrow(
        /issuer-key\.json is not an ES256 private key/,
      );
    },
  );
});
