// wan-yuan: an amount that the agency keeps in 万元 (ten thousand yuan) → yuan, by moving the point four places.
import { readAmount } from './amount.ts';
import { writeYuan } from './decimal-text.ts';
import { fromText } from './transform.ts';

export const wanYuan = fromText('is not an amount in ten thousand yuan', (given) => {
  const parts = readAmount(given, 4);
  return parts === undefined ? undefined : writeYuan(parts);
});
