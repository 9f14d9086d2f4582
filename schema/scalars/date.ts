// The scalar Date: a day, without time or zone. Legal deadlines are days.
import { isCalendarDate } from '../identifiers/calendar-date.ts';
import { makeTextScalar } from './text-scalar.ts';

const day = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return undefined;
  const [year, month, dayOfMonth] = value.split('-').map(Number) as [number, number, number];
  return isCalendarDate(year, month, dayOfMonth) ? value : undefined;
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
