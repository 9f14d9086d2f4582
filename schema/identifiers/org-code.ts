// Owns the organisation code (组织机构代码, GB 11714): eight places and a check place, canonical without the hyphen.
import { canonicalText } from './canonical-text.ts';

/** Nine characters, no hyphen, check place right: `D2143569X`. */
export type OrgCode = string & { readonly __brand: 'OrgCode' };

export type OrgCodeResult =
  | { readonly ok: true; readonly value: OrgCode }
  | { readonly ok: false; readonly reason: 'EMPTY' | 'TOO_LONG' | 'FORMAT' | 'CHECK_DIGIT' };

export const ORG_CODE_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2] as const;

/** Reads an organisation code with or without its hyphen, in any width or case. */
export function parseOrgCode(text: string): OrgCodeResult {
  const canonical = canonicalText(text);
  if (!canonical.ok) return canonical;
  if (!/^[0-9A-Z]{8}-?[0-9X]$/.test(canonical.value)) return { ok: false, reason: 'FORMAT' };
  const code = canonical.value.replace('-', '');
  if (orgCodeCheck(code) !== code[8]) return { ok: false, reason: 'CHECK_DIGIT' };
  return { ok: true, value: code as OrgCode };
}

/**
 * Adds the check place to eight places `[0-9A-Z]`.
 * @throws RangeError on anything else: this is for generators, whose input is their own.
 */
export function completeOrgCode(first8: string): OrgCode {
  if (!/^[0-9A-Z]{8}$/.test(first8))
    throw new RangeError('an organisation code begins with eight places 0-9A-Z');
  return `${first8}${orgCodeCheck(first8)}` as OrgCode;
}

/** The check place over the first eight of `places` (more are ignored): C9 = 11 − Σ mod 11, 10 → X, 11 → 0. */
export function orgCodeCheck(places: string): string {
  let sum = 0;
  // In base 36, A is 10 and Z is 35, as the standard counts.
  ORG_CODE_WEIGHTS.forEach((weight, at) => (sum += weight * Number.parseInt(places.charAt(at), 36)));
  const check = 11 - (sum % 11);
  return check === 11 ? '0' : check === 10 ? 'X' : String(check);
}
