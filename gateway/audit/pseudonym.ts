/** Keyed pseudonyms: the log can be searched for a subject by whoever has the key, and names nobody without it. */
import { createHmac, randomBytes } from 'node:crypto';
import { AuditError } from './audit-error.ts';
import { readKeyFile, readOrCreateKeyFile } from './key-file.ts';

/** From the kind of an identifier (`uscc`, `citizen-id`) and its canonical form to 22 base64url characters. */
export type Pseudonymise = (kind: string, canonicalValue: string) => string;

const KEY_BYTES = 32;
const LENGTH = 22;
const MEMO_SIZE = 20_000;

/**
 * HMAC-SHA256 over `kind`, a NUL, and the value, cut to 132 bits. Same key, kind and value: same pseudonym, for ever;
 * the kinds are kept apart. The most recent ones (at most 40,000) are remembered: one costs 2 µs, and a
 * bid opening needs thirty.
 */
export function createPseudonymiser(key: Buffer): Pseudonymise {
  if (key.length < KEY_BYTES) {
    throw new AuditError('AUDIT_KEY_UNSAFE', `a pseudonym key has at least ${KEY_BYTES} bytes`);
  }
  let young = new Map<string, string>();
  let old = new Map<string, string>();
  return (kind, canonicalValue) => {
    const message = `${kind}\0${canonicalValue}`;
    let pseudonym = young.get(message);
    if (pseudonym !== undefined) return pseudonym;
    pseudonym =
      old.get(message) ?? createHmac('sha256', key).update(message).digest('base64url').slice(0, LENGTH);
    if (young.size >= MEMO_SIZE) {
      old = young;
      young = new Map();
    }
    young.set(message, pseudonym);
    return pseudonym;
  };
}

/**
 * The 32 random bytes of the file (0600), made on first use. Lose it, and no subject can be found in the log again.
 * @throws AuditError AUDIT_KEY_UNSAFE if the file has another length or everybody can read it
 */
export async function loadOrCreateKey(path: string): Promise<Buffer> {
  return checkLength(path, await readOrCreateKeyFile(path, () => randomBytes(KEY_BYTES)));
}

/** The key of a file that must exist. @throws AuditError AUDIT_KEY_UNSAFE; the system error of reading it */
export async function loadKey(path: string): Promise<Buffer> {
  return checkLength(path, await readKeyFile(path));
}

function checkLength(path: string, key: Buffer): Buffer {
  if (key.length !== KEY_BYTES)
    throw new AuditError('AUDIT_KEY_UNSAFE', `${path} does not hold ${KEY_BYTES} bytes`);
  return key;
}
