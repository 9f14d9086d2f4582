// The scalar Date: a day, without time or zone. Legal deadlines are days.
import { isCalendarDate } from '../identifiers/calendar-date.ts';
import { makeTextScalar } from './text-scalar.ts';

/** The digits of a text between two places as a number; NaN where anything else stands there. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

const day = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || value.length !== 10 || value[4] !== '-' || value[7] !== '-')
    return undefined;
  return isCalendarDate(digits(value, 0, 4), digits(value, 5, 7), digits(value, 8, 10)) ? value : undefined;
};

export const dateScalar = makeTextScalar({
  name: 'Date',
  description:
    'Calendar date in ISO 8601, YYYY-MM-DD; only days that exist. In answers its year alone where masked.\n' +
    '日期（ISO 8601，YYYY-MM-DD）；须为真实存在的日期；脱敏时返回值仅为年份。',
  refusal: 'VALUE_INVALID',
  read: day,
  // The mask YEAR leaves the year alone.
  show: (stored) => (typeof stored === 'string' && /^[0-9]{4}$/.test(stored) ? stored : day(stored)),
});
