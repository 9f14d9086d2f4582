// Owns the citizen identity number (公民身份号码, GB 11643-1999), the key of every person.
// The 15-digit form is converted, so that one person has one key; region codes are not looked up, because
// people keep the code of a county that was renamed or dissolved.
import { isCalendarDate } from './calendar-date.ts';
import { canonicalText } from './canonical-text.ts';

/** Eighteen canonical characters: 6 region, 8 birth date, 3 sequence, 1 check (0–9 or X). */
export type CitizenId = string & { readonly __brand: 'CitizenId' };

export type CitizenIdRefusal = 'EMPTY' | 'TOO_LONG' | 'FORMAT' | 'DATE' | 'CHECK_DIGIT';

export type CitizenIdResult =
  | { readonly ok: true; readonly value: CitizenId }
  | { readonly ok: false; readonly reason: CitizenIdRefusal };

/** 2^(18−i) mod 11 for places 1–17. */
export const CITIZEN_ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECKS = '10X98765432';

/** Reads a number as typed, with 18 or 15 places; the value always has 18. */
export function parseCitizenId(text: string): CitizenIdResult {
  const canonical = canonicalText(text);
  if (!canonical.ok) return canonical;
  const typed = canonical.value;
  if (/^[0-9]{15}$/.test(typed)) {
    // The old form has no check place and knows only births of the 1900s.
    const first17 = `${typed.slice(0, 6)}19${typed.slice(6)}`;
    return hasRealBirthDate(first17)
      ? { ok: true, value: `${first17}${checkPlace(first17)}` as CitizenId }
      : { ok: false, reason: 'DATE' };
  }
  if (!/^[0-9]{17}[0-9X]$/.test(typed)) return { ok: false, reason: 'FORMAT' };
  if (!hasRealBirthDate(typed)) return { ok: false, reason: 'DATE' };
  if (checkPlace(typed) !== typed[17]) return { ok: false, reason: 'CHECK_DIGIT' };
  return { ok: true, value: typed as CitizenId };
}

/**
 * Adds the check place to seventeen digits with a real birth date.
 * @throws RangeError otherwise: this is for generators.
 */
export function completeCitizenId(first17: string): CitizenId {
  if (!/^[0-9]{17}$/.test(first17) || !hasRealBirthDate(first17)) {
    throw new RangeError('a citizen id begins with seventeen digits that hold a real birth date');
  }
  return `${first17}${checkPlace(first17)}` as CitizenId;
}

/** The birth date in places 7–14, as YYYY-MM-DD. */
export function birthDateOf(id: CitizenId): string {
  return `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}`;
}

/** A real day of the 1800s to 2000s. Whether it has passed yet is for those who have a clock. */
function hasRealBirthDate(places: string): boolean {
  const year = Number(places.slice(6, 10));
  if (year < 1800 || year > 2099) return false;
  return isCalendarDate(year, Number(places.slice(10, 12)), Number(places.slice(12, 14)));
}

function checkPlace(places: string): string {
  let sum = 0;
  CITIZEN_ID_WEIGHTS.forEach((weight, at) => (sum += weight * Number(places.charAt(at))));
  return CHECKS.charAt(sum % 11);
}
