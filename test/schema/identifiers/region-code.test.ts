import { describe, expect, test } from 'vitest';
import { parseRegionCode, regionAncestors } from '../../../schema/identifiers/region-code.ts';
import type { RegionCode } from '../../../schema/identifiers/region-code.ts';

describe('region code', () => {
  test.each([
    ['420281', ['420200', '420000']],
    ['420222', ['420200', '420000']],
    ['420200', ['420000']],
    ['420000', []],
    ['429004', ['420000']],
    ['429000', ['420000']],
    ['110105', ['110100', '110000']],
  ])('%s lies in %j', (code, ancestors) => {
    expect(regionAncestors(code as RegionCode)).toEqual(ancestors);
  });

  test('full-width digits are read, retired codes too', () => {
    expect(parseRegionCode('４２０ 281')).toEqual({ ok: true, value: '420281' });
    expect(parseRegionCode('510200')).toEqual({ ok: true, value: '510200' });
  });

  test.each(['42028', '4202811', '42028A'])('%s is refused', (code) => {
    expect(parseRegionCode(code)).toEqual({ ok: false, reason: 'FORMAT' });
  });
});
