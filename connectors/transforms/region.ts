// region: an administrative division code of six digits.
import { parseRegionCode } from '../../schema/identifiers/region-code.ts';
import { fromText } from './transform.ts';

export const region = fromText('is not a region code', (given) => {
  const parsed = parseRegionCode(given);
  return parsed.ok ? parsed.value : undefined;
});
