// wan-yuan: an amount that the agency keeps in 万元 (ten thousand yuan) → yuan, by moving the point four places.
import { readDecimal, shift, writeYuan } from './decimal-text.ts';
import { fromText } from './transform.ts';

export const wanYuan = fromText('is not an amount in ten thousand yuan', (given) => {
  const parts = readDecimal(given);
  return parts === undefined ? undefined : writeYuan(shift(parts, 4));
});
