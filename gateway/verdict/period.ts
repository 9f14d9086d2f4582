// Days a rule counts with: which of a record's are known, and how periods of law are counted from them.
import { daysLater, lastDayOfMonths } from '../../schema/identifiers/calendar-date.ts';

/** The last day, inclusive, of a period of `months` that begins on `start` (YYYY-MM-DD). */
export const lastDayOf = lastDayOfMonths;

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
  return daysLater(day, -1);
}

/** Whole days from one day to a later one. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** The day so many days later. */
export const plusDays = daysLater;
