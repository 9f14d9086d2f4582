// Signs a report: `{"report":…,"signature":"header..signature"}` in canonical JSON, a detached JWS (RFC 7515 F) over the
// canonical bytes of the report.
import { createHash } from 'node:crypto';
import { FlattenedSign } from 'jose';
import { canonicalBytes } from './canonical-json.ts';
import type { ReportSigningKey } from './signing-key.ts';

/** `typ` of the signature's header, so that nothing else signed with the key passes for a report. */
export const signatureType = 'credit-report+jws';

export interface SignedReport {
  /** The file, as it is kept and handed out. */
  readonly document: string;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
}

/** SHA-256 of each part of a report, base64url: lets a verifier name the part that was changed. */
export function digestsOf(report: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(report).map(([part, value]) => [
      part,
      createHash('sha256').update(canonicalBytes(value)).digest('base64url'),
    ]),
  );
}

export function hashOf(document: string | Uint8Array): string {
  return createHash('sha256').update(document).digest('hex');
}

export async function signReport(
  report: Readonly<Record<string, unknown>>,
  key: ReportSigningKey,
): Promise<SignedReport> {
  const { protected: header, signature } = await new FlattenedSign(canonicalBytes(report))
    .setProtectedHeader({
      alg: 'EdDSA',
      typ: signatureType,
      kid: key.publicKey.kid,
      parts: digestsOf(report),
    })
    .sign(key.privateKey);
  const document = canonicalBytes({ report, signature: `${header}..${signature}` }).toString('utf8');
  return { document, hash: hashOf(document) };
}
