// integer: a whole number in the range of GraphQL's Int. A fraction of zeros is what databases add (12.00).
import { fromText, halfWidth } from './transform.ts';

export const integer = fromText('is not a whole number', (given) => {
  const parts = /^([+-]?[0-9]{1,10})(?:\.0+)?$/.exec(halfWidth(given));
  if (parts === null) return undefined;
  const value = Number(parts[1]);
  // `+ 0` because minus zero is zero.
  return Math.abs(value) <= 0x7fffffff ? value + 0 : undefined;
});
