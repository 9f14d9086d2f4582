// Exact decimal numbers as text: digits are moved, never computed with, so that nothing is rounded.
import { halfWidth } from './transform.ts';

/** Sign, whole digits without leading zeros, fraction digits as written. */
export interface DecimalParts {
  readonly sign: '' | '-';
  readonly whole: string;
  readonly fraction: string;
}

const PLAIN = /^([+-]?)([0-9]{1,40})?(?:\.([0-9]{0,60}))?$/;
const GROUPED = /^([+-]?)([0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.([0-9]{0,60}))?$/;
const POWER = /^([+-]?[0-9]{1,18}(?:\.[0-9]{0,18})?)[eE]([+-]?[0-9]{1,3})$/;
const MOST_PLACES = 18;

/**
 * Reads `1234.5`, `1,234.50`, `.5`, `１，２３４`, and `1.5e+06`, which is how databases and programs write what they keep
 * as floating numbers; undefined for odd grouping, more than eighteen places on either side and anything else.
 */
export function readDecimal(text: string): DecimalParts | undefined {
  const written = halfWidth(text);
  const parts = PLAIN.exec(written) ?? GROUPED.exec(written);
  if (parts === null) {
    const power = POWER.exec(written);
    const plain = power === null ? undefined : readDecimal(power[1]!);
    return plain === undefined ? undefined : moved(plain, Number(power![2]));
  }
  const whole = (parts[2] ?? '').replaceAll(',', '');
  const behind = parts[3] ?? '';
  if (whole === '' && behind === '') return undefined;
  // A database pads with zeros: DECIMAL(65, 30).
  const fraction = behind.length > MOST_PLACES ? behind.replace(/0+$/, '') : behind;
  const kept = withoutZeros(whole);
  if (kept.length > MOST_PLACES || fraction.length > MOST_PLACES) return undefined;
  return { sign: parts[1] === '-' ? '-' : '', whole: kept, fraction };
}

/** Multiplies by 10^places. */
export function shift(decimal: DecimalParts, places: number): DecimalParts {
  const digits = decimal.fraction.padEnd(places, '0');
  const whole = withoutZeros(decimal.whole + digits.slice(0, places));
  return { sign: decimal.sign, whole, fraction: digits.slice(places) };
}

/** Multiplies by a power of ten in either direction; undefined beyond what is kept. */
function moved(decimal: DecimalParts, places: number): DecimalParts | undefined {
  if (Math.abs(places) > 2 * MOST_PLACES) return undefined;
  const up =
    places >= 0
      ? shift(decimal, places)
      : {
          sign: decimal.sign,
          whole: withoutZeros(decimal.whole.padStart(1 - places, '0').slice(0, places)),
          fraction: decimal.whole.padStart(1 - places, '0').slice(places) + decimal.fraction,
        };
  const fraction = up.fraction.replace(/0+$/, '');
  if (up.whole.length > MOST_PLACES || fraction.length > MOST_PLACES) return undefined;
  return { ...up, fraction };
}

/** The shortest exact text: no trailing zeros, no minus zero. Undefined beyond 18 whole digits. */
export function writeDecimal(decimal: DecimalParts): string | undefined {
  if (decimal.whole.length > MOST_PLACES) return undefined;
  const fraction = decimal.fraction.replace(/0+$/, '');
  const magnitude = fraction === '' ? decimal.whole : `${decimal.whole}.${fraction}`;
  return magnitude === '0' ? '0' : `${decimal.sign}${magnitude}`;
}

/** An amount in yuan with two places; undefined for fractions of a fen, which are a mistake in the unit. */
export function writeYuan(decimal: DecimalParts): string | undefined {
  const fraction = decimal.fraction.replace(/0+$/, '');
  if (fraction.length > 2 || decimal.whole.length > MOST_PLACES) return undefined;
  const magnitude = `${decimal.whole}.${fraction.padEnd(2, '0')}`;
  return magnitude === '0.00' ? magnitude : `${decimal.sign}${magnitude}`;
}

function withoutZeros(whole: string): string {
  return whole.replace(/^0+(?=[0-9])/, '') || '0';
}
