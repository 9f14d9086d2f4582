// yuan: an amount that the agency keeps in yuan → decimal text with two places.
import { readDecimal, writeYuan } from './decimal-text.ts';
import { fromText } from './transform.ts';

export const yuan = fromText('is not an amount in yuan', (given) => {
  const parts = readDecimal(given);
  return parts === undefined ? undefined : writeYuan(parts);
});
