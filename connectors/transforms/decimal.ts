// decimal: an exact decimal number as text, in its shortest form.
import { readDecimal, writeDecimal } from './decimal-text.ts';
import { fromText } from './transform.ts';

export const decimal = fromText('is not a decimal number', (given) => {
  const parts = readDecimal(given);
  return parts === undefined ? undefined : writeDecimal(parts);
});
