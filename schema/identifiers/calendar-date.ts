// Owns days of the Gregorian calendar: whether a year, month and day name one, and which one it is in Beijing. Pure.

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Year 1–9999, month 1–12; leap years by the Gregorian rule (2000 is one, 1900 is not). */
export function isCalendarDate(year: number, month: number, day: number): boolean {
  if (!Number.isInteger(year) || year < 1 || year > 9999) return false;
  const days = DAYS[month - 1];
  if (days === undefined) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return Number.isInteger(day) && day >= 1 && day <= (month === 2 && leap ? 29 : days);
}

/**
 * Calendar day in Beijing at a moment, YYYY-MM-DD. Beijing has been eight hours ahead of UTC without summer time since
 * September 1991; moments before that are not asked for.
 */
export function beijingDay(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}

const LAST_OF_ALL = Date.UTC(9999, 11, 31);

/**
 * The last day, inclusive, of a period of calendar months that begins on `start`: the first day does not count, the last is
 * the day of the same number, or the month's last where there is none (民法典 §201–202).
 */
export function lastDayOfMonths(start: string, months: number): string {
  const year = Number(start.slice(0, 4));
  const month = Number(start.slice(5, 7)) - 1 + months;
  const day = Number(start.slice(8, 10));
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return written(Date.UTC(year, month, Math.min(day, lastOfMonth)));
}

/** The day so many days later. */
export function daysLater(day: string, days: number): string {
  return written(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000);
}

/** Years have four places; what would be later is the last day of all. */
function written(milliseconds: number): string {
  return new Date(Math.min(milliseconds, LAST_OF_ALL)).toISOString().slice(0, 10);
}
