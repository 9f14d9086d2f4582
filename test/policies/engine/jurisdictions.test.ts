// Where law holds, before and after a place became another.
import { expect, test } from 'vitest';
import { holdsIn, loadJurisdictions } from '../../../policies/engine/jurisdictions.ts';
import type { RegionCode } from '../../../schema/identifiers/region-code.ts';

const code = (text: string): RegionCode => text as RegionCode;

test.each([
  ['370100', '371202', '2019-01-08', false],
  ['370100', '371202', '2019-01-09', true],
  ['370100', '371202', undefined, true],
  ['371200', '371202', '2018-12-31', true],
  ['371200', '371202', '2019-01-09', false],
  ['370000', '371202', '2018-12-31', true],
  ['410300', '410381', '2015-06-01', true],
  ['410300', '410381', undefined, true],
  ['410307', '410381', '2015-06-01', false],
  ['410307', '410381', undefined, true],
  ['420200', '420281', undefined, true],
])('law of %s in %s on %s: %s', (jurisdiction, place, on, holds) => {
  expect(holdsIn(code(jurisdiction), code(place), on)).toBe(holds);
});

test('a place that became another keeps the profile of where it lies', () => {
  const { jurisdictions } = loadJurisdictions('policies/eligibility');
  for (const on of ['2015-06-01', '2026-11-22', undefined])
    expect(jurisdictions!.profileOf(code('410381'), on).jurisdiction).toBe('410300');
  expect(jurisdictions!.profileOf(code('371202')).jurisdiction).toBe('370000');
});
