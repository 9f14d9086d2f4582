// What leaves the process for a shared store: names as keyed hashes, values encrypted and bound to their name. Who
// has the store learns neither who was asked about nor what was said, and can put nothing in anybody's place.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

export interface Seal {
  /** 43 base64url characters. */
  nameOf(text: string): string;
  seal(name: string, text: string): string;
  /** Undefined when it is not what was sealed under this name. */
  open(name: string, sealed: string): string | undefined;
}

export const CACHE_KEY_BYTES = 32;

const VERSION = '1.';
const SALT = 16;
const NONCE = 12;
const TAG = 16;
/** Values are filled up to a multiple of this, so that a short record and none are of one size. */
const BLOCK = 512;

/** @throws RangeError when the key is too short */
export function createSeal(key: Buffer): Seal {
  if (key.length < CACHE_KEY_BYTES) throw new RangeError(`a cache key has at least ${CACHE_KEY_BYTES} bytes`);
  const derived = (use: string): Buffer =>
    Buffer.from(hkdfSync('sha256', key, '', `credit-gateway cache ${use}`, 32));
  const names = derived('names');
  const values = derived('values');
  // A key of its own for every value: random nonces under one key would run out of safety after 2^32 values.
  const keyFor = (salt: Buffer): Buffer => createHmac('sha256', values).update(salt).digest();
  return {
    nameOf: (text) => createHmac('sha256', names).update(text).digest('base64url'),
    seal: (name, text) => {
      const plain = Buffer.from(text);
      const filled = Buffer.alloc(Math.max(1, Math.ceil(plain.length / BLOCK)) * BLOCK, ' ');
      plain.copy(filled);
      const salt = randomBytes(SALT);
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', keyFor(salt), nonce).setAAD(Buffer.from(name));
      const sealed = Buffer.concat([salt, nonce, cipher.update(filled), cipher.final(), cipher.getAuthTag()]);
      return VERSION + sealed.toString('base64');
    },
    open: (name, sealed) => {
      if (!sealed.startsWith(VERSION)) return undefined;
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64');
      if (bytes.length < SALT + NONCE + TAG) return undefined;
      const nonce = bytes.subarray(SALT, SALT + NONCE);
      try {
        const cipher = createDecipheriv('aes-256-gcm', keyFor(bytes.subarray(0, SALT)), nonce, {
          authTagLength: TAG,
        })
          .setAAD(Buffer.from(name))
          .setAuthTag(bytes.subarray(-TAG));
        const filled = Buffer.concat([cipher.update(bytes.subarray(SALT + NONCE, -TAG)), cipher.final()]);
        return filled.toString('utf8').trimEnd();
      } catch {
        return undefined;
      }
    },
  };
}
