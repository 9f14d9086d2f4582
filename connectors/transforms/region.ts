// region: an administrative division code of six digits. Statistical codes of nine and twelve digits go on to township
// and village, and are cut to the county they begin with.
import { parseRegionCode } from '../../schema/identifiers/region-code.ts';
import { fromText, halfWidth } from './transform.ts';

const STATISTICAL = /^([0-9]{6})(?:[0-9]{3}){1,2}$/;

export const region = fromText('is not a region code', (given) => {
  const parsed = parseRegionCode(halfWidth(given).trim().replace(STATISTICAL, '$1'));
  return parsed.ok ? parsed.value : undefined;
});
