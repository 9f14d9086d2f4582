// Owns the legacy business registration number (工商注册号), which records older than the USCC still carry.
// Only the shape is checked: a match by it needs the crosswalk, and is reported as such.
import { canonicalText } from './canonical-text.ts';

/** 15 digits (since 2007) or 13 (before). */
export type RegistrationNumber = string & { readonly __brand: 'RegistrationNumber' };

export type RegistrationNumberResult =
  | { readonly ok: true; readonly value: RegistrationNumber }
  | { readonly ok: false; readonly reason: 'EMPTY' | 'TOO_LONG' | 'FORMAT' };

export function parseRegistrationNumber(text: string): RegistrationNumberResult {
  const canonical = canonicalText(text);
  if (!canonical.ok) return canonical;
  if (!/^(?:[0-9]{15}|[0-9]{13})$/.test(canonical.value)) return { ok: false, reason: 'FORMAT' };
  return { ok: true, value: canonical.value as RegistrationNumber };
}
