// Owns the memory of tokens whose signature was verified, so that a token is verified once and not per request.
// Bounded, least recently used out first; keyed by SHA-256, so that a memory dump holds no usable token.
// Nothing here says that a token is still good: expiry, age and key are checked anew on every use.
import { createHash } from 'node:crypto';
import type { Subject } from '../../connectors/contract.ts';

export interface VerifiedToken {
  readonly clientId: string;
  readonly subject: string;
  readonly tokenId: string;
  /** Whom the bearer was verified to be, canonical. */
  readonly speaksFor?: Subject;
  /** Seconds since the epoch. */
  readonly iat: number;
  readonly exp: number;
  readonly kid: string;
  /** Of the key that verified it: a new key under the same id does not vouch for it. */
  readonly keyThumbprint: string;
  /** Milliseconds since the epoch. */
  readonly verifiedAt: number;
}

export interface VerifiedTokens {
  recall(key: string): VerifiedToken | undefined;
  keep(key: string, token: VerifiedToken): void;
  forget(key: string): void;
  readonly size: number;
}

export function tokenKey(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

export function createVerifiedTokens(capacity: number): VerifiedTokens {
  // A Map iterates in insertion order: re-inserting on use keeps the least recently used first.
  const entries = new Map<string, VerifiedToken>();
  return {
    recall: (key) => {
      const entry = entries.get(key);
      if (entry !== undefined) {
        entries.delete(key);
        entries.set(key, entry);
      }
      return entry;
    },
    keep: (key, token) => {
      entries.delete(key);
      entries.set(key, token);
      if (entries.size > capacity) {
        for (const oldest of entries.keys()) {
          entries.delete(oldest);
          break;
        }
      }
    },
    forget: (key) => void entries.delete(key),
    get size() {
      return entries.size;
    },
  };
}
