// Owns the public keys of the token issuer: where they come from, how long they are believed, when they are
// asked for again. INVARIANT: a key that the issuer withdrew is gone after five minutes at the latest, and no
// flood of unknown key ids causes more than one request per cooldown.
import { readFile, stat } from 'node:fs/promises';
import { calculateJwkThumbprint, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { TokenAlgorithm } from './token-claims.ts';

export interface IssuerKey {
  readonly kid: string;
  /** What its tokens may say they are signed with. */
  readonly algorithms: readonly TokenAlgorithm[];
  readonly key: CryptoKey;
  /** RFC 7638: tells a key from another that was given its id. */
  readonly thumbprint: string;
}

export type KeyLookup =
  | { readonly kind: 'key'; readonly key: IssuerKey }
  | { readonly kind: 'unknown' }
  /** There is no believable key set, or it could not be asked whether the key is new. */
  | { readonly kind: 'unavailable'; readonly cause: unknown };

export type IssuerKeySource = { readonly jwksUri: string } | { readonly jwksFile: string };

export interface IssuerKeyLimits {
  /** How long a fetched set is believed, ms; ≤ 300,000. */
  readonly maxAgeMs: number;
  /** Age at which the next look-up starts a refresh in the background, ms. */
  readonly refreshAfterMs: number;
  /** Least time between a successful fetch and the next attempt, ms. */
  readonly cooldownMs: number;
  /** Least time between a failed attempt and the next, ms. */
  readonly retryAfterMs: number;
  /** Deadline of one fetch, ms. */
  readonly timeoutMs: number;
  /** Least time between two looks at a file, ms. */
  readonly fileCheckMs: number;
}

export interface IssuerKeys {
  /** The key for a key id; may wait for one fetch, never longer than its deadline. */
  find(kid: string): Promise<KeyLookup>;
  /** Whether the issuer could be asked: undefined, or why not. For readiness. */
  probe(): Promise<unknown>;
  close(): Promise<void>;
}

const MAX_SET_BYTES = 65_536;
const MAX_KEYS = 32;
const CONNECT_TIMEOUT_MS = 1_000;

const DEFAULT_LIMITS: IssuerKeyLimits = {
  maxAgeMs: 300_000,
  refreshAfterMs: 120_000,
  cooldownMs: 30_000,
  retryAfterMs: 5_000,
  timeoutMs: 3_000,
  fileCheckMs: 1_000,
};

type KeySet = ReadonlyMap<string, IssuerKey>;

/**
 * @param clock milliseconds since the epoch
 * @throws TypeError for an address that is not https (http is for loopback alone) or carries credentials
 */
export function createIssuerKeys(
  source: IssuerKeySource,
  clock: () => number,
  limits: Partial<IssuerKeyLimits> = {},
): IssuerKeys {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  return 'jwksUri' in source
    ? createRemoteKeys(checkedAddress(source.jwksUri), clock, bounds)
    : createFileKeys(source.jwksFile, clock, bounds);
}

function createRemoteKeys(address: URL, clock: () => number, limits: IssuerKeyLimits): IssuerKeys {
  const maxAgeMs = Math.min(limits.maxAgeMs, DEFAULT_LIMITS.maxAgeMs);
  const agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, maxResponseSize: MAX_SET_BYTES });
  let keys: KeySet = new Map();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failure: { readonly cause: unknown } | undefined;
  let pending: Promise<void> | undefined;

  // A clock set back makes an age negative: no age at all is then known, so nothing is within it.
  const within = (since: number, span: number): boolean => {
    const age = clock() - since;
    return age >= 0 && age < span;
  };

  /** One attempt at a time, and none within the cooldown of the last. Never rejects. */
  const refresh = (): Promise<void> => {
    if (pending !== undefined) return pending;
    const pause = failure === undefined ? limits.cooldownMs : limits.retryAfterMs;
    if (within(attemptedAt, pause)) return Promise.resolve();
    attemptedAt = clock();
    const startedAt = attemptedAt;
    pending = fetchKeySet(address, agent, limits.timeoutMs)
      .then(
        (fetched) => {
          keys = fetched;
          fetchedAt = startedAt;
          failure = undefined;
        },
        (cause: unknown) => {
          failure = { cause };
        },
      )
      .finally(() => (pending = undefined));
    return pending;
  };

  const find = async (kid: string): Promise<KeyLookup> => {
    if (!within(fetchedAt, maxAgeMs)) {
      await refresh();
      if (!within(fetchedAt, maxAgeMs)) return { kind: 'unavailable', cause: failure?.cause };
    }
    const known = keys.get(kid);
    if (known !== undefined) {
      if (!within(fetchedAt, limits.refreshAfterMs)) void refresh();
      return { kind: 'key', key: known };
    }
    await refresh();
    const found = keys.get(kid);
    if (found !== undefined) return { kind: 'key', key: found };
    // Without an answer nobody can say whether the key is new or made up.
    return failure === undefined ? { kind: 'unknown' } : { kind: 'unavailable', cause: failure.cause };
  };

  return {
    find,
    probe: async () => {
      if (!within(fetchedAt, limits.refreshAfterMs)) await refresh();
      return within(fetchedAt, maxAgeMs)
        ? undefined
        : (failure?.cause ?? new Error('no key set was fetched yet'));
    },
    close: () => agent.destroy(),
  };
}

function createFileKeys(path: string, clock: () => number, limits: IssuerKeyLimits): IssuerKeys {
  let keys: KeySet | undefined;
  let stamp: string | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let pending: Promise<void> | undefined;

  const reload = async (): Promise<void> => {
    try {
      const { mtimeMs, size, ino } = await stat(path);
      if (size > MAX_SET_BYTES) throw new RangeError('the key set file is too large');
      const seen = `${mtimeMs} ${size} ${ino}`;
      if (seen === stamp) return;
      // The stamp is taken before the read: a write in between is seen at the next look.
      keys = await readKeySet(JSON.parse(await readFile(path, 'utf8')));
      stamp = seen;
      failure = undefined;
    } catch (cause) {
      // INVARIANT: a file that is gone or unreadable speaks for no key. It is written atomically, so there is
      // no half-written state to bridge, and an operator who removes it means it.
      keys = undefined;
      stamp = undefined;
      failure = cause;
    }
  };

  const look = (): Promise<void> => {
    const age = clock() - checkedAt;
    if (age >= 0 && age < limits.fileCheckMs) return pending ?? Promise.resolve();
    checkedAt = clock();
    pending ??= reload().finally(() => (pending = undefined));
    return pending;
  };

  return {
    find: async (kid) => {
      await look();
      if (keys === undefined) return { kind: 'unavailable', cause: failure };
      const key = keys.get(kid);
      return key === undefined ? { kind: 'unknown' } : { kind: 'key', key };
    },
    probe: async () => {
      await look();
      return keys === undefined ? failure : undefined;
    },
    close: async () => {},
  };
}

async function fetchKeySet(address: URL, agent: Agent, timeoutMs: number): Promise<KeySet> {
  // undici's `request` follows no redirect: a 3xx is an answer like any other, and refused below.
  const response = await request(address, {
    dispatcher: agent,
    headers: { accept: 'application/json, application/jwk-set+json' },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.statusCode !== 200) {
    await response.body.dump({ limit: MAX_SET_BYTES }).catch(() => undefined);
    throw new Error(`the issuer answered ${response.statusCode} for its key set`);
  }
  return readKeySet(await response.body.json());
}

const keySetShape = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(MAX_KEYS) });

/**
 * Keys this gateway cannot use are skipped, as RFC 7517 asks; a kid that two usable keys share names neither. The same
 * key written twice, as under both names of Ed25519, is one key.
 */
async function readKeySet(document: unknown): Promise<KeySet> {
  const set = keySetShape.parse(document);
  const keys = new Map<string, IssuerKey>();
  const ambiguous = new Set<string>();
  for (const jwk of set.keys) {
    const key = await readKey(jwk);
    if (key === undefined) continue;
    const known = keys.get(key.kid);
    if (known !== undefined && known.thumbprint !== key.thumbprint) ambiguous.add(key.kid);
    keys.set(key.kid, key);
  }
  for (const kid of ambiguous) keys.delete(kid);
  return keys;
}

async function readKey(entry: Readonly<Record<string, unknown>>): Promise<IssuerKey | undefined> {
  const jwk = entry as JWK;
  const algorithms = algorithmsOf(jwk);
  const [algorithm] = algorithms;
  if (algorithm === undefined || typeof jwk.kid !== 'string' || jwk.kid === '') return undefined;
  if (jwk.alg !== undefined && !algorithms.some((name) => name === jwk.alg)) return undefined;
  if (jwk.use !== undefined && jwk.use !== 'sig') return undefined;
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify')))
    return undefined;
  try {
    const [key, thumbprint] = await Promise.all([importJWK(jwk, algorithm), calculateJwkThumbprint(jwk)]);
    // A private key that is published is everybody's key.
    if (key instanceof Uint8Array || key.type !== 'public') return undefined;
    if ('modulusLength' in key.algorithm && Number(key.algorithm.modulusLength) < 2048) return undefined;
    return { kid: jwk.kid, algorithms, key, thumbprint };
  } catch {
    return undefined;
  }
}

/** One signature for each kind of key; Ed25519's has two names (RFC 8037 and RFC 9864), and issuers mix them. */
function algorithmsOf(jwk: JWK): readonly TokenAlgorithm[] {
  if (jwk.kty === 'EC' && jwk.crv === 'P-256') return ['ES256'];
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') return ['Ed25519', 'EdDSA'];
  return jwk.kty === 'RSA' ? ['PS256'] : [];
}

function checkedAddress(text: string): URL {
  const address = new URL(text);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(address.hostname);
  if (address.protocol !== 'https:' && !(address.protocol === 'http:' && loopback)) {
    throw new TypeError('the key set address must be https');
  }
  if (address.username !== '' || address.password !== '') {
    throw new TypeError('the key set address must not carry credentials');
  }
  return address;
}
