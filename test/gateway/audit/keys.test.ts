import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isSigned,
  keyIdOf,
  loadOrCreateSigningKey,
  loadPublicKey,
  signCheckpoint,
} from '../../../gateway/audit/checkpoint.ts';
import { createPseudonymiser, loadKey, loadOrCreateKey } from '../../../gateway/audit/pseudonym.ts';
import { freshDirectory } from './audit-directory.ts';

const UNSAFE = { code: 'AUDIT_KEY_UNSAFE' };

describe('the signing key', () => {
  test('is made once, for the owner only, with its public half beside it', async () => {
    const directory = join(await freshDirectory(), 'keys');
    const path = join(directory, 'audit-signing.key');
    const made = await Promise.all([1, 2, 3].map(() => loadOrCreateSigningKey(path)));
    const [first, ...others] = made.map(keyIdOf);
    expect(others).toEqual([first, first]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(keyIdOf(await loadPublicKey(`${path}.pub`))).toBe(first);
    expect((await readdir(directory)).sort()).toEqual(['audit-signing.key', 'audit-signing.key.pub']);
  });

  test('of another algorithm, or no key at all, is refused', async () => {
    const path = join(await freshDirectory(), 'key');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    await writeFile(path, rsa.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    await expect(loadOrCreateSigningKey(path)).rejects.toMatchObject(UNSAFE);
    await writeFile(path, 'no key');
    await expect(loadOrCreateSigningKey(path)).rejects.toMatchObject(UNSAFE);
  });

  test('that everybody can read is refused', async () => {
    const path = join(await freshDirectory(), 'key');
    await loadOrCreateSigningKey(path);
    await chmod(path, 0o644);
    await expect(loadOrCreateSigningKey(path)).rejects.toMatchObject(UNSAFE);
  });

  test('signs number, hash and time: a checkpoint with any of them changed is not signed', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const head = { seq: 7, hash: 'a'.repeat(64) };
    const checkpoint = signCheckpoint(head, '2026-05-01T00:00:00.000Z', privateKey, keyIdOf(privateKey));
    expect(isSigned(checkpoint, [createPublicKey(privateKey)])).toBe(true);
    expect(isSigned({ ...checkpoint, coversSeq: 8 }, [publicKey])).toBe(false);
    expect(isSigned({ ...checkpoint, coversHash: 'b'.repeat(64) }, [publicKey])).toBe(false);
    expect(isSigned({ ...checkpoint, signedAt: '2026-05-02T00:00:00.000Z' }, [publicKey])).toBe(false);
    expect(isSigned({ ...checkpoint, signature: '' }, [publicKey])).toBe(false);
    expect(isSigned(checkpoint, [])).toBe(false);
  });
});

describe('a pseudonym', () => {
  test('is the HMAC of kind and value, 22 characters long, remembered or not', () => {
    const key = Buffer.alloc(32, 7);
    const pseudonymise = createPseudonymiser(key);
    const kind = fc.constantFrom('uscc', 'citizen-id');
    fc.assert(
      fc.property(kind, fc.string({ unit: 'binary' }), (k, value) => {
        const naive = createHmac('sha256', key).update(`${k}\0${value}`).digest('base64url').slice(0, 22);
        expect([pseudonymise(k, value), pseudonymise(k, value)]).toEqual([naive, naive]);
      }),
    );
  });

  test('stays the same after more values than are remembered', () => {
    const pseudonymise = createPseudonymiser(Buffer.alloc(32, 7));
    const first = pseudonymise('uscc', 'first');
    for (let n = 0; n < 50_000; n += 1) pseudonymise('uscc', String(n));
    expect(pseudonymise('uscc', 'first')).toBe(first);
  });

  test('differs by kind and by key', () => {
    const one = createPseudonymiser(Buffer.alloc(32, 1));
    const two = createPseudonymiser(Buffer.alloc(32, 2));
    expect(new Set([one('uscc', 'a'), one('citizen-id', 'a'), two('uscc', 'a')]).size).toBe(3);
  });

  test('has a key of 32 bytes, made once; a short one is refused', async () => {
    const path = join(await freshDirectory(), 'keys', 'pseudonym.key');
    await expect(loadKey(path)).rejects.toMatchObject({ code: 'ENOENT' });
    const key = await loadOrCreateKey(path);
    expect(key.length).toBe(32);
    expect(await loadKey(path)).toEqual(key);
    await writeFile(path, 'short');
    await expect(loadOrCreateKey(path)).rejects.toMatchObject(UNSAFE);
    expect(() => createPseudonymiser(Buffer.alloc(8))).toThrow(expect.objectContaining(UNSAFE));
  });
});
