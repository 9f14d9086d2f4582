// Tells whether a file is a report as it was issued, with nothing but the file and public keys. Every byte counts, and
// what was changed is named as far as that can be known.
import { createPublicKey } from 'node:crypto';
import { flattenedVerify } from 'jose';
import { z } from 'zod';
import { canonicalBytes } from './canonical-json.ts';
import { digestsOf, hashOf, signatureType } from './sign-report.ts';
import type { ReportKey } from './signing-key.ts';

export type ReportFault =
  | 'NOT_JSON'
  | 'NOT_A_REPORT'
  | 'SIGNATURE_MALFORMED'
  | 'KEY_UNKNOWN'
  | 'REPORT_CHANGED'
  | 'SIGNATURE_WRONG'
  | 'FILE_NOT_AS_ISSUED';

export type Verification =
  | {
      readonly genuine: true;
      readonly report: Readonly<Record<string, unknown>>;
      readonly hash: string;
      readonly keyId: string;
    }
  | { readonly genuine: false; readonly fault: ReportFault; readonly what: string };

const fileShape = z.strictObject({
  report: z.looseObject({ format: z.literal('credit-report/1'), number: z.string() }),
  signature: z.string(),
});
const headerShape = z.strictObject({
  alg: z.literal('EdDSA'),
  typ: z.literal(signatureType),
  kid: z.string(),
  parts: z.record(z.string(), z.string()),
});
const keySetShape = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), crv: z.string(), x: z.string(), kid: z.string() })),
});

/** Public keys of a key set (RFC 7517). @throws Error that says what is wrong with it */
export function readKeySet(text: string): readonly ReportKey[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('the key set is not JSON');
  }
  const read = keySetShape.safeParse(value);
  if (!read.success) throw new Error('the key set is not a JSON Web Key Set with named keys');
  return read.data.keys;
}

/** Never throws for what a file may hold. */
export async function verifyReport(bytes: Uint8Array, keys: readonly ReportKey[]): Promise<Verification> {
  try {
    return await verify(bytes, keys);
  } catch {
    // Text that has no canonical form (a lone surrogate), or nested beyond all measure.
    return { genuine: false, fault: 'NOT_A_REPORT', what: 'the file has no canonical form' };
  }
}

async function verify(bytes: Uint8Array, keys: readonly ReportKey[]): Promise<Verification> {
  const no = (fault: ReportFault, what: string): Verification => ({ genuine: false, fault, what });
  const value = readJson(bytes);
  if (value === undefined) return no('NOT_JSON', 'the file is not JSON in UTF-8');
  const file = fileShape.safeParse(value);
  if (!file.success)
    return no('NOT_A_REPORT', `the file has not the form of a report: ${pathOf(file.error)}`);
  // As it was read: what a schema leaves out must not be left out of what is checked.
  const { report, signature } = value as { report: Record<string, unknown>; signature: string };
  const [, header, mark] = /^([\w-]+)\.\.([\w-]+)$/.exec(signature) ?? [];
  const said = header === undefined ? undefined : readJson(Buffer.from(header, 'base64url'));
  const read = headerShape.safeParse(said);
  if (header === undefined || mark === undefined || !read.success) {
    return no('SIGNATURE_MALFORMED', 'the signature is not a detached JWS of a report');
  }
  const key = keys.find(({ kid }) => kid === read.data.kid);
  if (key === undefined)
    return no('KEY_UNKNOWN', `the key ${read.data.kid} that signed it is not among the keys`);
  const signed = canonicalBytes(report);
  if (!(await isSigned(header, mark, signed, key))) {
    const changed = differing(digestsOf(report), read.data.parts);
    if (changed.length === 0) return no('SIGNATURE_WRONG', 'the signature is not the one of this report');
    return no('REPORT_CHANGED', `changed: ${changed.join(', ')}`);
  }
  // The last letter of base64url has bits that no decoder reads, JSON has spaces: they too must be as issued.
  const issued = canonicalBytes({ report, signature: `${header}..${encodedAnew(mark)}` });
  const at = firstDifference(issued, bytes);
  if (at !== undefined)
    return no('FILE_NOT_AS_ISSUED', `the report is intact, but byte ${at} of the file is not`);
  return { genuine: true, report, hash: hashOf(bytes), keyId: read.data.kid };
}

async function isSigned(header: string, mark: string, signed: Buffer, key: ReportKey): Promise<boolean> {
  try {
    const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
    await flattenedVerify(
      { protected: header, payload: signed.toString('base64url'), signature: mark },
      publicKey,
      { algorithms: ['EdDSA'] },
    );
    return true;
  } catch {
    return false;
  }
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

function pathOf({ issues }: z.ZodError): string {
  return issues[0]?.path.join('.') || 'its members';
}

function encodedAnew(mark: string): string {
  return Buffer.from(mark, 'base64url').toString('base64url');
}

function differing(
  found: Readonly<Record<string, string>>,
  signed: Readonly<Record<string, string>>,
): readonly string[] {
  const parts = new Set([...Object.keys(found), ...Object.keys(signed)]);
  return [...parts].filter((part) => found[part] !== signed[part]).sort();
}

/** Place of the first byte that differs, from 0; undefined if none does. */
function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  const most = Math.max(a.length, b.length);
  for (let at = 0; at < most; at += 1) if (a[at] !== b[at]) return at;
  return undefined;
}
