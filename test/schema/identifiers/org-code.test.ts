import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeOrgCode, parseOrgCode } from '../../../schema/identifiers/org-code.ts';

const first8 = fc
  .array(fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'), { minLength: 8, maxLength: 8 })
  .map((places) => places.join(''));

describe('organisation code', () => {
  test.each(['D2143569-X', 'D2143569X', 'ｄ2143569－ｘ'])('%s is read as D2143569X', (typed) => {
    expect(parseOrgCode(typed)).toEqual({ ok: true, value: 'D2143569X' });
  });

  test.each([
    ['', 'EMPTY'],
    ['D214356-9X', 'FORMAT'],
    ['D2143569--X', 'FORMAT'],
    ['D2143569A', 'FORMAT'],
    ['D21435691', 'CHECK_DIGIT'],
  ])('%j is refused as %s', (code, reason) => {
    expect(parseOrgCode(code)).toEqual({ ok: false, reason });
  });

  test('a completed code is valid and its check place satisfies the sum', () => {
    fc.assert(
      fc.property(first8, (places) => {
        const code = completeOrgCode(places);
        expect(parseOrgCode(code)).toEqual({ ok: true, value: code });
        const values = [...code].map((c, at) => (at === 8 && c === 'X' ? 10 : parseInt(c, 36)));
        const sum = [3, 7, 9, 10, 5, 8, 4, 2, 1].reduce(
          (total, weight, at) => total + weight * values[at]!,
          0,
        );
        expect(sum % 11).toBe(0);
      }),
    );
  });

  test('one changed digit is always detected', () => {
    fc.assert(
      fc.property(first8, fc.nat(8), fc.constantFrom(...'0123456789'), (places, at, other) => {
        const code = completeOrgCode(places);
        fc.pre(/[0-9]/.test(code[at]!) && code[at] !== other);
        expect(parseOrgCode(code.slice(0, at) + other + code.slice(at + 1)).ok).toBe(false);
      }),
    );
  });

  test('the generator refuses anything but eight places', () => {
    expect(() => completeOrgCode('D214356')).toThrow(RangeError);
    expect(() => completeOrgCode('d2143569')).toThrow(RangeError);
  });
});
