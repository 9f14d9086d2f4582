// Gives every index an identifier with valid check places and finds the index again. No issued code can collide:
// region 990000 and citizen ids that begin with 99 are unassigned. Independent of the seed.
import { completeCitizenId } from '../../../schema/identifiers/citizen-id.ts';
import { completeOrgCode } from '../../../schema/identifiers/org-code.ts';
import { completeUscc } from '../../../schema/identifiers/uscc.ts';

/** Organisation code, nine places, no hyphen: XX, six digits of the index, check place. */
export function orgCodeAt(index: number): string {
  return completeOrgCode(`XX${String(index).padStart(6, '0')}`);
}

/** @param prefix department and class, e.g. 91 */
export function usccAt(prefix: string, index: number): string {
  return completeUscc(`${prefix}990000${orgCodeAt(index)}`);
}

/** The index inside a USCC, or an organisation code with or without hyphen; whether it exists is not said. */
export function organisationIndexIn(code: string): number | undefined {
  const digits = /^(?:..990000)?XX(\d{6})-?./.exec(code)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * 99, four digits, a birth date, three digits, check place: the seven digits are the index, scattered by a
 * multiplication that has an inverse, and the date follows from the index, so that ten million fit.
 */
export function citizenIdAt(index: number): string {
  const digits = String((index * SCATTER + SHIFT) % SPACE).padStart(7, '0');
  return completeCitizenId(
    `99${digits.slice(0, 4)}${birthDateAt(index).replaceAll('-', '')}${digits.slice(4)}`,
  );
}

/** The index inside a citizen id of the sandbox; whether it exists is not said. */
export function personIndexIn(citizenId: string): number | undefined {
  const match = /^99(\d{4})\d{8}(\d{3})[\dX]$/.exec(citizenId);
  if (!match) return undefined;
  const scattered = Number(`${match[1]}${match[2]}`);
  const index = Number((BigInt((scattered - SHIFT + SPACE) % SPACE) * INVERSE) % BigInt(SPACE));
  return citizenIdAt(index) === citizenId ? index : undefined;
}

/** Between 1962 and 2001. */
export function birthDateAt(index: number): string {
  const day = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  return new Date(Date.UTC(1962, 0, 1 + (day % 14_600))).toISOString().slice(0, 10);
}

const SPACE = 10_000_000;
/** Prime to SPACE; SCATTER × index stays far below 2^53. */
const SCATTER = 6_180_339;
const SHIFT = 2_718_281;
const INVERSE = inverse(BigInt(SCATTER), BigInt(SPACE));

/** Extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1, s0, s1] = [modulus, value, 0n, 1n];
  while (r1 > 0n) {
    const q = r0 / r1;
    [r0, r1, s0, s1] = [r1, r0 - q * r1, s1, s0 - q * s1];
  }
  return ((s0 % modulus) + modulus) % modulus;
}
