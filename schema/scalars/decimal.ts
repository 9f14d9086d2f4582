// The scalar Decimal: an exact decimal number as text, for ratios and quantities that are not money.
import { makeTextScalar } from './text-scalar.ts';

const DECIMAL = /^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?$/;

const plain = (value: unknown): string | undefined =>
  typeof value === 'string' && DECIMAL.test(value) ? value : undefined;

export const decimalScalar = makeTextScalar({
  name: 'Decimal',
  description:
    'Decimal number as a string, without exponent, such as "2.375" for a ratio of 237.5 %.\n' +
    '十进制数，字符串形式，不用指数，如 "2.375" 表示 237.5%。',
  refusal: 'VALUE_INVALID',
  read: plain,
  // A source's JSON number is shown by its shortest exact text; one that needs an exponent is refused.
  show: (stored) => plain(typeof stored === 'number' || typeof stored === 'bigint' ? String(stored) : stored),
});
