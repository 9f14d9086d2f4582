// Owns the one normalisation of identifiers as people type them: width, spaces, invisible characters, case.
// Every identifier passes here once, at the edge, before any rule looks at it. Pure; never throws.

/** Longest identifier text looked at, in UTF-16 units, before normalisation. */
export const MAX_IDENTIFIER_LENGTH = 64;

export type CanonicalText =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: 'EMPTY' | 'TOO_LONG' };

// Spaces of every width (\s has U+3000, U+00A0 and the BOM U+FEFF), soft hyphen, zero-width and bidi marks.
const INVISIBLE = /[\s\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;
const FULL_WIDTH = /[\uFF01-\uFF5E]/g;
/** What the normalisation leaves as it is: codes as registers write them. */
const CANONICAL = /^[0-9A-Z]+$/;
const FULL_WIDTH_OFFSET = 0xff01 - 0x21;

/**
 * Full-width ASCII → half width, spaces and invisible characters removed, a–z → A–Z.
 * Only a–z is upper-cased: `toUpperCase` on other letters makes ASCII out of look-alikes (ı → I, ſ → S), and
 * that would turn a wrong code into a right one. NFKC is not used for the same reason (① → 1).
 */
export function canonicalText(text: string): CanonicalText {
  if (text.length > MAX_IDENTIFIER_LENGTH) return { ok: false, reason: 'TOO_LONG' };
  if (CANONICAL.test(text)) return { ok: true, value: text };
  const value = text
    .replace(INVISIBLE, '')
    .replace(FULL_WIDTH, (wide) => String.fromCharCode(wide.charCodeAt(0) - FULL_WIDTH_OFFSET))
    .replace(/[a-z]/g, (letter) => letter.toUpperCase());
  return value === '' ? { ok: false, reason: 'EMPTY' } : { ok: true, value };
}
