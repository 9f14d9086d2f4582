// Owns the unified social credit code (统一社会信用代码, GB 32100-2015), the key of every organisation.
// A code accepted here has the right alphabet, shape and check place; nothing says that it was ever issued.
import { canonicalText } from './canonical-text.ts';
import { orgCodeCheck } from './org-code.ts';
import type { RegionCode } from './region-code.ts';

/** Eighteen canonical characters: 1 department, 1 class, 6 region, 9 organisation code, 1 check. */
export type Uscc = string & { readonly __brand: 'Uscc' };

export type UsccRefusal = 'EMPTY' | 'TOO_LONG' | 'LENGTH' | 'ALPHABET' | 'FORMAT' | 'CHECK_DIGIT';

/** Codes with a wrong inner organisation code were issued and are in use: worth a mark, not a refusal. */
export type UsccWarning = 'ORG_CODE_CHECK_DIGIT';

export type UsccResult =
  | { readonly ok: true; readonly value: Uscc; readonly warnings: readonly UsccWarning[] }
  | { readonly ok: false; readonly reason: UsccRefusal };

/**
 * What kind of body the first two places stand for (domain §2, secondary source; 54/55 from memory).
 * Government and department are both `STATE_ORGAN`: the code does not tell them apart.
 */
export type BodyClass =
  | 'STATE_ORGAN'
  | 'PUBLIC_INSTITUTION'
  | 'MASS_ORGANISATION'
  | 'SOCIAL_ORGANISATION'
  | 'COMMITTEE'
  | 'ENTERPRISE'
  | 'INDIVIDUAL_BUSINESS'
  | 'COOPERATIVE'
  | 'RURAL_COLLECTIVE'
  | 'OTHER';

/** 31 characters: no I, O, S, V, Z. */
export const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** 3^(i−1) mod 31 for places 1–17. */
export const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const;

const SHAPE = /^[0-9A-Y]{2}[0-9]{6}[0-9A-Y]{9}$/;

const NO_WARNINGS: readonly UsccWarning[] = Object.freeze([]);
const BAD_ORG_CODE: readonly UsccWarning[] = Object.freeze(['ORG_CODE_CHECK_DIGIT']);

const CLASSES: Readonly<Record<string, BodyClass>> = {
  '11': 'STATE_ORGAN',
  '12': 'PUBLIC_INSTITUTION',
  '13': 'MASS_ORGANISATION',
  '51': 'SOCIAL_ORGANISATION',
  '52': 'SOCIAL_ORGANISATION',
  '53': 'SOCIAL_ORGANISATION',
  '54': 'COMMITTEE',
  '55': 'COMMITTEE',
  '91': 'ENTERPRISE',
  '92': 'INDIVIDUAL_BUSINESS',
  '93': 'COOPERATIVE',
  N1: 'RURAL_COLLECTIVE',
  N2: 'RURAL_COLLECTIVE',
  N3: 'RURAL_COLLECTIVE',
};

/** Reads a code as typed, in any width or case and with spaces. */
export function parseUscc(text: string): UsccResult {
  const canonical = canonicalText(text);
  if (!canonical.ok) return canonical;
  const code = canonical.value;
  if (code.length !== 18) return { ok: false, reason: 'LENGTH' };
  for (let at = 0; at < 18; at += 1) {
    if (valueAt(code, at) === undefined) return { ok: false, reason: 'ALPHABET' };
  }
  if (!SHAPE.test(code.slice(0, 17))) return { ok: false, reason: 'FORMAT' };
  if (checkPlace(code) !== code[17]) return { ok: false, reason: 'CHECK_DIGIT' };
  const orgCode = code.slice(8, 17);
  const warnings = orgCodeCheck(orgCode) === orgCode[8] ? NO_WARNINGS : BAD_ORG_CODE;
  return { ok: true, value: code as Uscc, warnings };
}

/**
 * Adds the check place to seventeen canonical places.
 * @throws RangeError when they are not the first seventeen of a code: this is for generators.
 */
export function completeUscc(first17: string): Uscc {
  if (!SHAPE.test(first17) || /[IOSV]/.test(first17)) {
    throw new RangeError('a USCC begins with seventeen places of its alphabet, places 3 to 8 being digits');
  }
  return `${first17}${checkPlace(first17)}` as Uscc;
}

/** Places 9–17. Not an `OrgCode`: its own check place may be wrong (see the warning of `parseUscc`). */
export function orgCodeOf(uscc: Uscc): string {
  return uscc.slice(8, 17);
}

/** Places 3–8: where the registering authority sat, as coded then. */
export function regionOf(uscc: Uscc): RegionCode {
  return uscc.slice(2, 8) as RegionCode;
}

export function bodyClassOf(uscc: Uscc): BodyClass {
  return CLASSES[uscc.slice(0, 2)] ?? 'OTHER';
}

/** Value of every character of the alphabet, by its code unit. */
const VALUES: readonly (number | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const value = USCC_ALPHABET.indexOf(String.fromCharCode(code));
  return value === -1 ? undefined : value;
});

function valueAt(text: string, at: number): number | undefined {
  return VALUES[text.charCodeAt(at)];
}

/** The check place over the first seventeen of `places`: alphabet[(31 − Σ mod 31) mod 31]. */
function checkPlace(places: string): string {
  let sum = 0;
  for (let at = 0; at < USCC_WEIGHTS.length; at += 1) sum += USCC_WEIGHTS[at]! * valueAt(places, at)!;
  return USCC_ALPHABET.charAt((31 - (sum % 31)) % 31);
}
