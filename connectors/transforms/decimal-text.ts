// Exact decimal numbers as text: digits are moved, never computed with, so that nothing is rounded.
import { halfWidth } from './transform.ts';

/** Sign, whole digits without leading zeros, fraction digits as written. */
export interface DecimalParts {
  readonly sign: '' | '-';
  readonly whole: string;
  readonly fraction: string;
}

const PLAIN = /^([+-]?)([0-9]{1,18})?(?:\.([0-9]{0,18}))?$/;
const GROUPED = /^([+-]?)([0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.([0-9]{0,18}))?$/;

/** Reads `1234.5`, `1,234.50`, `.5`, `１，２３４`; undefined for exponents, odd grouping and anything else. */
export function readDecimal(text: string): DecimalParts | undefined {
  const written = halfWidth(text);
  const parts = PLAIN.exec(written) ?? GROUPED.exec(written);
  if (parts === null) return undefined;
  const whole = (parts[2] ?? '').replaceAll(',', '');
  const fraction = parts[3] ?? '';
  if (whole === '' && fraction === '') return undefined;
  return { sign: parts[1] === '-' ? '-' : '', whole: whole.replace(/^0+(?=[0-9])/, '') || '0', fraction };
}

/** Multiplies by 10^places. */
export function shift(decimal: DecimalParts, places: number): DecimalParts {
  const digits = decimal.fraction.padEnd(places, '0');
  const whole = (decimal.whole + digits.slice(0, places)).replace(/^0+(?=[0-9])/, '');
  return { sign: decimal.sign, whole, fraction: digits.slice(places) };
}

/** The shortest exact text: no trailing zeros, no minus zero. Undefined beyond 18 whole digits. */
export function writeDecimal(decimal: DecimalParts): string | undefined {
  if (decimal.whole.length > 18) return undefined;
  const fraction = decimal.fraction.replace(/0+$/, '');
  const magnitude = fraction === '' ? decimal.whole : `${decimal.whole}.${fraction}`;
  return magnitude === '0' ? '0' : `${decimal.sign}${magnitude}`;
}

/** An amount in yuan with two places; undefined for fractions of a fen, which are a mistake in the unit. */
export function writeYuan(decimal: DecimalParts): string | undefined {
  const fraction = decimal.fraction.replace(/0+$/, '');
  if (fraction.length > 2 || decimal.whole.length > 18) return undefined;
  const magnitude = `${decimal.whole}.${fraction.padEnd(2, '0')}`;
  return magnitude === '0.00' ? magnitude : `${decimal.sign}${magnitude}`;
}
