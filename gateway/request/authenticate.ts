// Owns the first stage: from the Authorization header to the client that a trusted issuer vouches for.
// No header is anonymous; anything else that is not wholly right is refused, never downgraded to anonymous.
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { Subject } from '../../connectors/contract.ts';
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import { parseUscc } from '../../schema/identifiers/uscc.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import type { IssuerKey, IssuerKeyLimits, IssuerKeySource } from './issuer-keys.ts';
import { lifetimeAt, tokenClaimsShape, tokenHeaderShape } from './token-claims.ts';
import type { Lifetime } from './token-claims.ts';
import { createVerifiedTokens, tokenKey } from './verified-tokens.ts';
import type { VerifiedToken } from './verified-tokens.ts';

/** Why a token was refused: for the log and the audit, never for the client, who is told the code alone. */
export type RefusalCause =
  | 'DUPLICATE_HEADER'
  | 'NOT_BEARER'
  | 'TOO_LONG'
  | 'HEADER'
  | 'KEY_UNKNOWN'
  | 'SIGNATURE'
  | 'CLAIMS'
  | 'LIFETIME'
  | 'CLIENT_UNKNOWN'
  | 'EXPIRED'
  | 'TOO_OLD'
  | 'ISSUER_UNAVAILABLE';

export type Authentication =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'client';
      readonly clientId: string;
      readonly subject: string;
      readonly tokenId: string;
      /** Whom the bearer was verified to be, canonical; undefined where the token says nothing of it. */
      readonly speaksFor?: Subject;
      /** Seconds since the epoch. */
      readonly expiresAt: number;
    }
  | {
      readonly kind: 'refused';
      readonly code: 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'ISSUER_UNAVAILABLE';
      readonly cause: RefusalCause;
      /** What the issuer's key source failed with, for the log. */
      readonly error?: unknown;
    };

export interface AuthenticatorOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: IssuerKeySource;
  /** Longest life and greatest age of a token, seconds: 600 in production. */
  readonly maxAgeSeconds: number;
  /** How far the issuer's clock may be off, seconds. */
  readonly clockToleranceSeconds?: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Asked on every use, so that a consumer taken off the list is out at once. */
  readonly knowsConsumer?: (clientId: string) => boolean;
  readonly keyLimits?: Partial<IssuerKeyLimits>;
  /** Verified tokens remembered at most. */
  readonly cacheSize?: number;
}

export interface AuthorizationHeaders {
  /** From `headersDistinct`, where Node keeps duplicates apart; more than one value is refused. */
  readonly authorization?: string | readonly string[] | undefined;
}

export interface Authenticator {
  /** Resolves always. */
  authenticate(headers: AuthorizationHeaders): Promise<Authentication>;
  /** Whether the issuer's keys are at hand: undefined, or why not. For readiness. */
  probe(): Promise<unknown>;
  close(): Promise<void>;
}

const MAX_HEADER_LENGTH = 8_192;
const MAX_TOKEN_HEADER_LENGTH = 2_048;
const REMEMBERED_MS = 300_000;
const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+) *$/i;

/** @throws TypeError for options that cannot be kept safely (empty names, no maximum age, an http address). */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { issuer, audience, maxAgeSeconds, clock } = options;
  const tolerance = options.clockToleranceSeconds ?? 5;
  if (issuer === '' || audience === '') throw new TypeError('issuer and audience must be named');
  if (!(maxAgeSeconds > 0 && maxAgeSeconds <= 86_400))
    throw new TypeError('maxAgeSeconds must be 1 to 86400');
  if (!(tolerance >= 0 && tolerance <= 60)) throw new TypeError('clockToleranceSeconds must be 0 to 60');

  const issuerKeys = createIssuerKeys(options.keys, clock, options.keyLimits);
  const remembered = createVerifiedTokens(options.cacheSize ?? 10_000);

  const lifetimeNow = (token: { readonly iat: number; readonly exp: number }): Lifetime =>
    lifetimeAt(Math.floor(clock() / 1000), token, maxAgeSeconds, tolerance);

  const admitClient = (token: VerifiedToken): Authentication => {
    const lifetime = lifetimeNow(token);
    if (lifetime !== 'VALID') return refuseLifetime(lifetime);
    if (options.knowsConsumer?.(token.clientId) === false) return refuse('CLIENT_UNKNOWN');
    const { clientId, subject, tokenId, speaksFor, exp } = token;
    const known = { kind: 'client', clientId, subject, tokenId, expiresAt: exp } as const;
    return speaksFor === undefined ? known : { ...known, speaksFor };
  };

  const verify = async (token: string, key: IssuerKey): Promise<VerifiedToken | Authentication> => {
    let payload: unknown;
    try {
      const verified = await jwtVerify(token, key.key, {
        algorithms: [...key.algorithms],
        issuer,
        audience,
        typ: 'at+jwt',
        requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id'],
        maxTokenAge: maxAgeSeconds,
        clockTolerance: tolerance,
        currentDate: new Date(clock()),
      });
      payload = verified.payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        return refuseLifetime(error.claim === 'iat' ? 'TOO_OLD' : 'EXPIRED');
      return refuse(error instanceof errors.JWTClaimValidationFailed ? 'CLAIMS' : 'SIGNATURE');
    }
    const claims = tokenClaimsShape.safeParse(payload);
    if (!claims.success) return refuse('CLAIMS');
    const { client_id: clientId, sub: subject, jti: tokenId, iat, exp } = claims.data;
    const { kid, thumbprint: keyThumbprint } = key;
    const verified = { clientId, subject, tokenId, iat, exp, kid, keyThumbprint, verifiedAt: clock() };
    const { subject_kind: kind, subject_id: text } = claims.data;
    if (kind === undefined || text === undefined) return verified;
    const parsed = kind === 'Organization' ? parseUscc(text) : parseCitizenId(text);
    return parsed.ok ? { ...verified, speaksFor: { kind, id: parsed.value } } : refuse('CLAIMS');
  };

  const authenticate = async (headers: AuthorizationHeaders): Promise<Authentication> => {
    const given = headers.authorization;
    if (given === undefined) return { kind: 'anonymous' };
    if (typeof given !== 'string' && given.length > 1) return refuse('DUPLICATE_HEADER');
    const header = typeof given === 'string' ? given : (given[0] ?? '');
    if (header.length > MAX_HEADER_LENGTH) return refuse('TOO_LONG');
    const token = BEARER.exec(header)?.[1];
    if (token === undefined) return refuse('NOT_BEARER');

    const memoryKey = tokenKey(token);
    const known = remembered.recall(memoryKey);
    const kid = known?.kid ?? readKeyId(token);
    if (kid === undefined) return refuse('HEADER');

    const lookup = await issuerKeys.find(kid);
    switch (lookup.kind) {
      case 'unavailable':
        return {
          kind: 'refused',
          code: 'ISSUER_UNAVAILABLE',
          cause: 'ISSUER_UNAVAILABLE',
          error: lookup.cause,
        };
      case 'unknown':
        remembered.forget(memoryKey);
        return refuse('KEY_UNKNOWN');
      case 'key':
        break;
    }
    if (known !== undefined && known.keyThumbprint === lookup.key.thumbprint) {
      const since = clock() - known.verifiedAt;
      if (since >= 0 && since < REMEMBERED_MS) return admitClient(known);
    }
    remembered.forget(memoryKey);
    const verified = await verify(token, lookup.key);
    if ('kind' in verified) return verified;
    const outcome = admitClient(verified);
    if (outcome.kind === 'client') remembered.keep(memoryKey, verified);
    return outcome;
  };

  return { authenticate, probe: () => issuerKeys.probe(), close: () => issuerKeys.close() };
}

/** The key id of a token whose header is one of ours; the signature is not looked at yet. */
function readKeyId(token: string): string | undefined {
  if (token.indexOf('.') > MAX_TOKEN_HEADER_LENGTH) return undefined;
  try {
    const header = tokenHeaderShape.safeParse(decodeProtectedHeader(token));
    return header.success ? header.data.kid : undefined;
  } catch {
    return undefined;
  }
}

function refuse(cause: RefusalCause): Authentication {
  return { kind: 'refused', code: 'TOKEN_INVALID', cause };
}

function refuseLifetime(lifetime: Exclude<Lifetime, 'VALID'>): Authentication {
  switch (lifetime) {
    case 'EXPIRED':
    case 'TOO_OLD':
      return { kind: 'refused', code: 'TOKEN_EXPIRED', cause: lifetime };
    case 'NOT_YET':
    case 'TOO_LONG':
      return refuse('LIFETIME');
  }
}
