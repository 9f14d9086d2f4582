import { expect, test } from 'vitest';
import { beijingDay, isCalendarDate } from '../../../schema/identifiers/calendar-date.ts';

test('the day in Beijing turns at four in the afternoon, UTC', () => {
  expect(beijingDay(new Date('2026-11-22T15:59:59.999Z'))).toBe('2026-11-22');
  expect(beijingDay(new Date('2026-11-22T16:00:00Z'))).toBe('2026-11-23');
});

test('it is the day the time zone database knows, at moments of three years', () => {
  const known = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', dateStyle: 'short' });
  const step = 15 * 60_000 * 97;
  for (let at = Date.UTC(2025, 0, 1); at < Date.UTC(2028, 0, 1); at += step)
    expect(beijingDay(new Date(at))).toBe(known.format(at));
});

test('a leap day is a date in leap years alone', () => {
  expect([2000, 2024, 1900, 2026].map((year) => isCalendarDate(year, 2, 29))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
