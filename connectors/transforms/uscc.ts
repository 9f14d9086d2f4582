// uscc: a unified social credit code, checked and canonical.
import { parseUscc } from '../../schema/identifiers/uscc.ts';
import { fromText } from './transform.ts';

export const uscc = fromText('is not a unified social credit code', (given) => {
  const parsed = parseUscc(given);
  return parsed.ok ? parsed.value : undefined;
});
