// yuan: an amount that the agency keeps in yuan, or writes with its unit → decimal text with two places.
import { readAmount } from './amount.ts';
import { writeYuan } from './decimal-text.ts';
import { fromText } from './transform.ts';

export const yuan = fromText('is not an amount in yuan', (given) => {
  const parts = readAmount(given, 0);
  return parts === undefined ? undefined : writeYuan(parts);
});
