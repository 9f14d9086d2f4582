/**
 * Signed checkpoints: an Ed25519 signature over the head of the log, so that whoever rewrites the files and their
 * hashes still lacks the key. A checkpoint is an entry, and may also be anchored outside the host.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AuditError } from './audit-error.ts';
import type { Head } from './entry.ts';
import { createFile, readOrCreateKeyFile } from './key-file.ts';

/** Vouches for every entry up to and including `coversSeq`. The members are those of the entry and of an anchor. */
export interface Checkpoint {
  readonly coversSeq: number;
  /** The hash of entry `coversSeq`. */
  readonly coversHash: string;
  /** UTC, ISO 8601. Signed too. */
  readonly signedAt: string;
  /** Which key: the first 16 characters of the base64url SHA-256 of its public half in SPKI DER. */
  readonly keyId: string;
  /** Ed25519 over `checkpointMessage`, base64url. */
  readonly signature: string;
}

export const checkpointSchema = z.object({
  coversSeq: z.int().positive(),
  coversHash: z.string().regex(/^[0-9a-f]{64}$/),
  signedAt: z.string().max(40),
  keyId: z.string().max(64),
  signature: z.string().max(128),
});

/** The signed bytes: three lines after a title that belongs to nothing else signed with the key. */
export function checkpointMessage({
  coversSeq,
  coversHash,
  signedAt,
}: Omit<Checkpoint, 'keyId' | 'signature'>): Buffer {
  return Buffer.from(`credit-gateway audit checkpoint v1\n${coversSeq}\n${coversHash}\n${signedAt}\n`);
}

export function signCheckpoint(head: Head, signedAt: string, key: KeyObject, keyId: string): Checkpoint {
  const covered = { coversSeq: head.seq, coversHash: head.hash, signedAt };
  return { ...covered, keyId, signature: sign(null, checkpointMessage(covered), key).toString('base64url') };
}

/** True if one of the public keys made the signature. */
export function isSigned(checkpoint: Checkpoint, publicKeys: readonly KeyObject[]): boolean {
  const signature = Buffer.from(checkpoint.signature, 'base64url');
  return publicKeys.some((key) => verify(null, checkpointMessage(checkpoint), key, signature));
}

/** Works for the private and the public half alike. */
export function keyIdOf(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  const der = half.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64url').slice(0, 16);
}

/**
 * The private key of the file (PKCS8 PEM, 0600), made on first use; its public half is written to `<path>.pub`.
 * @throws AuditError AUDIT_KEY_UNSAFE if it is no Ed25519 key or readable by everybody
 */
export async function loadOrCreateSigningKey(path: string): Promise<KeyObject> {
  const pem = await readOrCreateKeyFile(path, () =>
    Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
  );
  const key = parseKey(path, () => createPrivateKey(pem));
  // A mounted secret is read-only and brings its public half along.
  const published = await access(`${path}.pub`).then(
    () => true,
    () => false,
  );
  if (published) return key;
  await createFile(
    `${path}.pub`,
    Buffer.from(createPublicKey(key).export({ type: 'spki', format: 'pem' })),
    0o644,
  );
  return key;
}

/** @throws AuditError AUDIT_KEY_UNSAFE if the file holds no Ed25519 public key; the system error of reading it */
export async function loadPublicKey(path: string): Promise<KeyObject> {
  const pem = await readFile(path);
  return parseKey(path, () => createPublicKey(pem));
}

function parseKey(path: string, parse: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  let cause: unknown;
  try {
    key = parse();
  } catch (error) {
    cause = error;
  }
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw new AuditError('AUDIT_KEY_UNSAFE', `${path} does not hold an Ed25519 key in PEM`, { cause });
  }
  return key;
}
