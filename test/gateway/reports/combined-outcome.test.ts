import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combinedOutcome } from '../../../gateway/reports/combined-outcome.ts';

const outcomes = ['BARRED', 'INDETERMINATE', 'REVIEW', 'RESTRICTED', 'CLEAR'] as const;

test('it is the worst of its members, in the order of the schema', () => {
  for (const [at, worse] of outcomes.entries()) {
    for (const better of outcomes.slice(at)) {
      expect(combinedOutcome([better, worse, 'CLEAR'])).toBe(worse);
    }
  }
});

test('clear needs everybody clear, and somebody', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.constantFrom(...outcomes), { nil: undefined })), (members) => {
      const allClear = members.length > 0 && members.every((outcome) => outcome === 'CLEAR');
      expect(combinedOutcome(members) === 'CLEAR').toBe(allClear);
    }),
  );
});

test('whom nobody looked at is not known; a bar that is known stands', () => {
  expect(combinedOutcome([undefined, 'RESTRICTED'])).toBe('INDETERMINATE');
  expect(combinedOutcome([undefined, 'BARRED'])).toBe('BARRED');
  expect(combinedOutcome([])).toBe('INDETERMINATE');
});
