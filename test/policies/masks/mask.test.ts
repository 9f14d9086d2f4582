import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyMask, maskKinds, stricter } from '../../../policies/masks/mask.ts';

test.each([
  ['INITIALS', '合成人000042', 'String', '合**'],
  ['LAST_FOUR', '91990000XX0000000A', 'USCC', '**************000A'],
  ['LAST_FOUR', 'AB', 'String', '*B'],
  ['YEAR', '2024-05-06', 'Date', '2024'],
  ['YEAR', 'x', 'String', null],
  ['REGION', '420281', 'RegionCode', '420000'],
  ['REDACTED', '样例', 'String', '***'],
  ['REDACTED', '2024-05-06', 'Date', null],
  ['BAND', '45000.00', 'Money', '10000..100000'],
  ['BAND', '0.00', 'Money', '0'],
  ['BAND', '0.50', 'Money', '0..1'],
  ['BAND', '-45000.00', 'Money', '-100000..-10000'],
  ['BAND', 42, 'Int', null],
] as const)('%s shows %s as %s → %s', (kind, value, type, shown) => {
  expect(applyMask(kind, value, type)).toBe(shown);
});

test('null stays null and no mask ever shows the whole of a value of more than one character', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...maskKinds),
      fc.string({ minLength: 2 }),
      fc.constantFrom('String', 'Date', 'USCC'),
      (kind, value, type) => {
        expect(applyMask(kind, null, type)).toBeNull();
        const shown = applyMask(kind, value, type);
        if (kind === 'YEAR' && type === 'Date') expect(String(shown).length).toBeLessThanOrEqual(4);
        else if (value !== '***' && !value.startsWith('*') && !value.endsWith('**'))
          expect(shown).not.toBe(value);
      },
    ),
  );
});

test('the stricter of two masks does not depend on their order', () => {
  for (const a of maskKinds) for (const b of maskKinds) expect(stricter(a, b)).toBe(stricter(b, a));
  expect(stricter('YEAR', 'REDACTED')).toBe('REDACTED');
});
