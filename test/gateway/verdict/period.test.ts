import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayBefore, lastDayOf } from '../../../gateway/verdict/period.ts';

test.each([
  ['2024-03-01', 24, '2026-03-01'],
  ['2025-03-10', 12, '2026-03-10'],
  ['2024-02-29', 12, '2025-02-28'],
  ['2024-02-29', 48, '2028-02-29'],
  ['2025-08-31', 6, '2026-02-28'],
  ['2023-08-31', 6, '2024-02-29'],
  ['2025-12-31', 6, '2026-06-30'],
])('from %s, %i months last through %s', (start, months, last) => {
  expect(lastDayOf(start, months)).toBe(last);
});

// Once the year 10000 was written with a plus sign, which sorts before every other.
test('no period ends later than the last day that four places can write', () => {
  expect(lastDayOf('9999-12-31', 12)).toBe('9999-12-31');
});

test('the day before crosses months and leap days', () => {
  expect([dayBefore('2024-03-01'), dayBefore('2026-01-01'), dayBefore('2025-03-01')]).toEqual([
    '2024-02-29',
    '2025-12-31',
    '2025-02-28',
  ]);
});

test('a period never ends in another month than the one it names', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1990-01-01'), max: new Date('2060-01-01'), noInvalidDate: true }),
      fc.nat(48),
      (date, months) => {
        const start = date.toISOString().slice(0, 10);
        const last = lastDayOf(start, months);
        const elapsed =
          (Number(last.slice(0, 4)) - Number(start.slice(0, 4))) * 12 +
          Number(last.slice(5, 7)) -
          Number(start.slice(5, 7));
        expect(elapsed).toBe(months);
        expect(last.slice(8) <= start.slice(8)).toBe(true);
      },
    ),
  );
});
