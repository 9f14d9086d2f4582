// Masks: what a policy shows instead of a value. A mask never lengthens, never fails and never leaks the rest.
import type { MaskKind } from '../../schema/catalogue.ts';

export type Maskable = string | number | boolean | null | readonly string[];

/** Every mask, strictest first: where policies disagree the strictest holds. */
export const maskKinds: readonly MaskKind[] = ['REDACTED', 'BAND', 'INITIALS', 'LAST_FOUR', 'YEAR', 'REGION'];

/** The stricter of two masks. */
export function stricter(a: MaskKind, b: MaskKind): MaskKind {
  return maskKinds.indexOf(a) <= maskKinds.indexOf(b) ? a : b;
}

/**
 * Shows a value through a mask. `type` is the field's SDL type. A value the mask cannot show in that type is
 * null. null stays null, so that a mask does not tell absent from present by itself.
 */
export function applyMask(kind: MaskKind, value: Maskable, type: string): Maskable {
  if (value === null) return null;
  if (Array.isArray(value))
    return (value as readonly string[]).map((item) => String(applyMask(kind, item, type)));
  switch (kind) {
    case 'REDACTED':
      return type === 'String' ? '***' : null;
    case 'LAST_FOUR': {
      const characters = [...String(value)];
      const hidden = Math.max(characters.length - 4, Math.ceil(characters.length / 2));
      return '*'.repeat(hidden) + characters.slice(hidden).join('');
    }
    case 'YEAR':
      return type === 'Date' ? String(value).slice(0, 4) : null;
    case 'INITIALS': {
      const [first] = [...String(value)];
      return first === undefined ? '' : `${first}**`;
    }
    case 'REGION':
      return type === 'RegionCode' ? `${String(value).slice(0, 2)}0000` : null;
    case 'BAND':
      return type === 'Money' ? band(String(value)) : null;
  }
}

/** Order of magnitude of an amount: "45000.00" → "10000..100000". Zero stays zero. */
function band(amount: string): string {
  const negative = amount.startsWith('-');
  const whole = amount.replace(/^-/, '').split('.')[0]!.replace(/^0+/, '');
  if (whole === '') return /[1-9]/.test(amount) ? '0..1' : '0';
  const low = `1${'0'.repeat(whole.length - 1)}`;
  return negative ? `-${low}0..-${low}` : `${low}..${low}0`;
}
