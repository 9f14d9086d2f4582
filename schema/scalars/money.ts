// The scalar Money: yuan as decimal text with two places, never a float.
import { makeTextScalar } from './text-scalar.ts';

const SUBMITTED = /^(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,2}))?$/;
// Databases pad decimals (numeric(20,4)); zeros beyond the fen carry nothing, any other digit there is a mistake.
const STORED = /^(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,2})0*)?$/;

// The mask BAND leaves an order of magnitude: `100000..1000000`, open at an end where there is no limit.
const BAND = /^(?=.*[0-9])(?:-?[0-9]{1,19})?\.\.(?:-?[0-9]{1,19})?$/;

/** `1234.5` → `1234.50`; minus zero is zero; undefined when it is not an amount in whole fen. */
function inYuan(text: string, shape: RegExp): string | undefined {
  const parts = shape.exec(text);
  if (parts === null) return undefined;
  const amount = `${parts[2]}.${(parts[3] ?? '').padEnd(2, '0')}`;
  return amount === '0.00' ? amount : `${parts[1]}${amount}`;
}

export const moneyScalar = makeTextScalar({
  name: 'Money',
  description:
    'Amount in yuan (CNY) as a decimal string with two places, such as "1234.50"; not a number, so that nothing is rounded. In answers a band such as 100000..1000000 where masked.\n' +
    '金额，单位为元（人民币），两位小数的字符串，如 "1234.50"；不用数字类型，以免舍入；脱敏时返回值为区间。',
  refusal: 'VALUE_INVALID',
  read: (submitted) => inYuan(submitted, SUBMITTED),
  show: (stored) => {
    if (typeof stored === 'bigint') return inYuan(stored.toString(), STORED);
    if (typeof stored !== 'string') return undefined;
    return BAND.test(stored) ? stored : inYuan(stored, STORED);
  },
});
