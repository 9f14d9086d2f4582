// The scalar RegionCode: six digits of GB/T 2260, retired and unassigned codes included.
import { parseRegionCode } from '../identifiers/region-code.ts';
import { makeTextScalar } from './text-scalar.ts';

export const regionCodeScalar = makeTextScalar({
  name: 'RegionCode',
  description:
    'Administrative division code (GB/T 2260), six digits; retired codes are accepted.\n' +
    '行政区划代码（GB/T 2260），六位数字；接受已停用的代码。',
  refusal: 'IDENTIFIER_INVALID',
  read: (submitted) => {
    const region = parseRegionCode(submitted);
    return region.ok ? region.value : undefined;
  },
  show: (stored) => (typeof stored === 'string' && /^[0-9]{6}$/.test(stored) ? stored : undefined),
});
