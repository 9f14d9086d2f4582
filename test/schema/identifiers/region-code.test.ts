import { describe, expect, test } from 'vitest';
import { endedRegions } from '../../../schema/identifiers/region-changes.ts';
import { movedInto, parseRegionCode, regionAncestors } from '../../../schema/identifiers/region-code.ts';
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

  test.each([
    ['310103', 'a district that went into another', ['310101', '310100', '310000'], ['310100', '310000']],
    ['410381', 'a county town that became a district', ['410307', '410300', '410000'], ['410300', '410000']],
    [
      '371202',
      'a district of a prefecture that was dissolved',
      ['370116', '370100', '370000'],
      ['371200', '370000'],
    ],
    ['371200', 'a prefecture that was dissolved', ['370100', '370000'], ['370000']],
    [
      '341422',
      'a county that went over and was renamed',
      ['340225', '340281', '340200', '340000'],
      ['341400', '340000'],
    ],
    ['341400', 'a prefecture that was divided', ['340000'], ['340000']],
    ['130103', 'a district that was divided', ['130100', '130000'], ['130100', '130000']],
  ])('%s, %s, lies where it went, and before that day where its digits say', (code, _what, after, before) => {
    expect(regionAncestors(code as RegionCode)).toEqual(after);
    expect(regionAncestors(code as RegionCode, '2026-11-22')).toEqual(after);
    expect(regionAncestors(code as RegionCode, '2008-01-01')).toEqual(before);
  });

  test('a code is another from the very day', () => {
    const code = '310103' as RegionCode;
    const { ended } = endedRegions.get(code)!;
    expect(regionAncestors(code, ended)).toContain('310101');
    expect(regionAncestors(code, '2011-06-07')).not.toContain('310101');
  });

  test('a record of Yanshi of 2015 is in Luoyang, one of Daye in Huangshi', () => {
    expect(regionAncestors('410381' as RegionCode, '2015-06-01')).toContain('410300');
    expect(regionAncestors('410381' as RegionCode)).toContain('410300');
    expect(regionAncestors('420281' as RegionCode)).toContain('420200');
  });

  test('every line goes on as that of its first member, and nothing lies in itself', () => {
    for (const code of endedRegions.keys()) {
      const [first, ...rest] = regionAncestors(code as RegionCode);
      expect([first, ...rest], code).not.toContain(code);
      expect(rest, code).toEqual(regionAncestors(first!));
    }
  });

  test('the table holds codes, days that exist, and successors that are codes', () => {
    for (const [code, { ended, successors, name }] of endedRegions) {
      for (const each of [code, ...successors]) expect(parseRegionCode(each).ok, code).toBe(true);
      expect(new Date(`${ended}T00:00:00Z`).toISOString().slice(0, 10), code).toBe(ended);
      expect(successors.length, code).toBeGreaterThan(0);
      expect(name).not.toBe('');
    }
  });

  test('what moved into a region is found under its old digits', () => {
    expect(movedInto('370100')).toEqual(['371200', '371202', '371203']);
    expect(movedInto('310101')).toEqual(['310103']);
    expect(movedInto('420200')).toEqual([]);
  });

  test('full-width digits are read, retired codes too', () => {
    expect(parseRegionCode('４２０ 281')).toEqual({ ok: true, value: '420281' });
    expect(parseRegionCode('510200')).toEqual({ ok: true, value: '510200' });
  });

  test.each(['42028', '4202811', '42028A'])('%s is refused', (code) => {
    expect(parseRegionCode(code)).toEqual({ ok: false, reason: 'FORMAT' });
  });
});
