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
