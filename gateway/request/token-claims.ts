// Owns what a token must say to be believed once its signature is: the checks that jose leaves open
// (empty or oversized strings, several audiences, absurd dates), and its lifetime at a given moment.
import { z } from 'zod';

const visibleAscii = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\x21-\x7e]+$/);

// 2001 to 5138: outside of it a number is not a date of ours (milliseconds, 1e300, negative).
const numericDate = z.number().int().min(1_000_000_000).max(100_000_000_000);

const tokenAlgorithms = ['ES256', 'PS256', 'Ed25519', 'EdDSA'] as const;

/** The only signature algorithms believed; each belongs to one kind of key. */
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

/** `crit` must be absent: this gateway knows no extension. `jwk`, `jku`, `x5u` are never looked at. */
export const tokenHeaderShape = z.object({
  alg: z.enum(tokenAlgorithms),
  typ: z.string().regex(/^(?:application\/)?at\+jwt$/i),
  kid: z.string().min(1).max(256),
  crit: z.undefined().optional(),
});

/** Most characters of an identifier in a claim, before it is made canonical. */
const identifierLength = 40;

export const tokenClaimsShape = z
  .object({
    iss: z.string(),
    aud: z.string(),
    sub: z
      .string()
      .min(1)
      .max(256)
      .refine((text) => text === text.trim() && !/\p{C}/u.test(text)),
    jti: visibleAscii(256),
    client_id: visibleAscii(128),
    exp: numericDate,
    iat: numericDate,
    /** Whom the bearer was verified to be: an organisation's or a person's identifier. Neither or both. */
    subject_kind: z.enum(['Organization', 'Person']).optional(),
    subject_id: visibleAscii(identifierLength).optional(),
  })
  .refine(({ subject_kind, subject_id }) => (subject_kind === undefined) === (subject_id === undefined));

export type TokenClaims = Readonly<z.infer<typeof tokenClaimsShape>>;

export type Lifetime = 'VALID' | 'EXPIRED' | 'TOO_OLD' | 'NOT_YET' | 'TOO_LONG';

/** All in seconds. A token of more than `maxAge` is refused even while young: its issuer is set up wrongly. */
export function lifetimeAt(
  now: number,
  claims: { readonly iat: number; readonly exp: number },
  maxAge: number,
  tolerance: number,
): Lifetime {
  if (claims.exp <= now - tolerance) return 'EXPIRED';
  if (now - claims.iat - tolerance > maxAge) return 'TOO_OLD';
  if (claims.iat > now + tolerance) return 'NOT_YET';
  const span = claims.exp - claims.iat;
  return span > 0 && span <= maxAge ? 'VALID' : 'TOO_LONG';
}
