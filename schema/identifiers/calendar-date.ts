// Owns the question whether a year, month and day name a real day of the Gregorian calendar. Pure.

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Year 1–9999, month 1–12; leap years by the Gregorian rule (2000 is one, 1900 is not). */
export function isCalendarDate(year: number, month: number, day: number): boolean {
  if (!Number.isInteger(year) || year < 1 || year > 9999) return false;
  const days = DAYS[month - 1];
  if (days === undefined) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return Number.isInteger(day) && day >= 1 && day <= (month === 2 && leap ? 29 : days);
}
