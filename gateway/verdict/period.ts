// Periods of law in calendar months: the first day does not count, the last is the day of the same number, or
// the month's last day where there is none (民法典 §201–202).

const lastOfAll = Date.UTC(9999, 11, 31);

/** The last day, inclusive, of a period of `months` that begins on `start` (YYYY-MM-DD). */
export function lastDayOf(start: string, months: number): string {
  const year = Number(start.slice(0, 4));
  const month = Number(start.slice(5, 7)) - 1 + months;
  const day = Number(start.slice(8, 10));
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return isoDay(Date.UTC(year, month, Math.min(day, lastOfMonth)));
}

/** No record of a public body here is older than the republic (1949-10-01). */
const firstDay = '1949-10-01';
const never = '9999-01-01';

/**
 * A value as the day it means, or null: 0001-01-01, 1900-01-01 and 9999-12-31 are what databases hold where nobody knows
 * the day.
 */
export function knownDay(value: unknown): string | null {
  return typeof value === 'string' && value >= firstDay && value < never ? value : null;
}

/** A last day likewise; one in the year 9999 is meant: there is no end. */
export function knownEnd(value: unknown): string | null {
  return typeof value === 'string' && value >= firstDay ? value : null;
}

/** The day before. */
export function dayBefore(day: string): string {
  return isoDay(Date.parse(`${day}T00:00:00Z`) - 86_400_000);
}

/** Years have four places; what would be later is the last day of all. */
function isoDay(milliseconds: number): string {
  const text = new Date(Math.min(milliseconds, lastOfAll)).toISOString();
  return text.slice(0, 10);
}

/** Whole days from one day to a later one. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** The day so many days later. */
export function plusDays(day: string, days: number): string {
  return isoDay(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000);
}
