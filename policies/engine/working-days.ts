// Working days: weekends and the nation's holidays, which are data (policies/remedies/calendar.yaml). Pure once read.
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { isCalendarDate } from '../../schema/identifiers/calendar-date.ts';
import type { Problem } from '../../schema/problem.ts';
import { readYamlFile } from './yaml-file.ts';

/** Days are YYYY-MM-DD. */
export interface WorkingCalendar {
  readonly holidays: ReadonlySet<string>;
  /** Weekend days that are worked. */
  readonly workdays: ReadonlySet<string>;
  /** Days (MM-DD) that are free in every year, whether or not the year's notice is out. */
  readonly statutory: ReadonlySet<string>;
  /** The years whose notice is known, each with the day since which it is counted with. */
  readonly announced: ReadonlyMap<number, string>;
}

const yearShape = z.strictObject({
  source: z.string().min(1),
  certainty: z.enum(['V', 'S', 'M']),
  knownSince: z.string().refine(isDay, 'write a day as YYYY-MM-DD').optional(),
  holidays: z.array(z.string()).max(40),
  workdays: z.array(z.string()).max(40),
});
const statutoryShape = z.strictObject({
  source: z.string().min(1),
  certainty: z.enum(['V', 'S', 'M']),
  days: z.array(z.string().refine((text) => isDay(`2025-${text}`), 'write a day as MM-DD')).max(20),
});
const fileShape = z.object({ statutory: statutoryShape }).catchall(yearShape);

/** Of a list that does not say since when it is known. */
const always = '0000-01-01';
const dayMilliseconds = 86_400_000;
const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10);

export function isWorkingDay(calendar: WorkingCalendar, day: string): boolean {
  if (calendar.holidays.has(day)) return false;
  if (!calendar.announced.has(yearOf(day)) && calendar.statutory.has(day.slice(5))) return false;
  const weekday = new Date(at(day)).getUTCDay();
  return (weekday !== 0 && weekday !== 6) || calendar.workdays.has(day);
}

/** The last day of a clock of `count` working days; the day it begins on does not count. */
export function workingDaysAfter(calendar: WorkingCalendar, start: string, count: number): string {
  let moment = at(start);
  for (let left = count; left > 0;) {
    moment += dayMilliseconds;
    if (isWorkingDay(calendar, dayOf(moment))) left -= 1;
  }
  return dayOf(moment);
}

/**
 * Whether the last day of a clock was told before the days off of its year were known: those that no law fixes, and the
 * weekend days worked for them, are not counted in it.
 */
export function isProvisional(calendar: WorkingCalendar, due: string, toldOn: string): boolean {
  const known = calendar.announced.get(yearOf(due));
  return known === undefined || known > toldOn;
}

export interface CalendarEnd {
  /** The last day before which everything is known; undefined where today's year is not known already. */
  readonly lastKnown: string | undefined;
  /** Days from today to then. */
  readonly daysLeft: number;
}

/** Fewer days than this ahead, and clocks that begin now may end beyond what is known. */
export const leastKnownDays = 60;

/** How far ahead the calendar reaches. */
export function calendarEnd(calendar: WorkingCalendar, today: string): CalendarEnd {
  let year = yearOf(today);
  while (calendar.announced.has(year)) year += 1;
  if (year === yearOf(today)) return { lastKnown: undefined, daysLeft: 0 };
  const lastKnown = `${year - 1}-12-31`;
  return { lastKnown, daysLeft: Math.round((at(lastKnown) - at(today)) / dayMilliseconds) };
}

/** What an operator is told when the calendar ends soon; undefined where it reaches far enough. */
export function calendarWarning(calendar: WorkingCalendar, today: string): string | undefined {
  const { lastKnown, daysLeft } = calendarEnd(calendar, today);
  if (daysLeft >= leastKnownDays) return undefined;
  const [en, zh] =
    lastKnown === undefined
      ? ['it does not know this year', '未收录本年度安排']
      : [`it knows days off until ${lastKnown}`, `仅收录至${lastKnown}的放假安排`];
  return (
    `policies/remedies/calendar.yaml: ${en}; clocks that end later are provisional until the next year's notice is entered. ` +
    `${zh}，此后届满的期限为暂定，请录入新年度通知。`
  );
}

/** Reads the calendar, or lists what is wrong with it. */
export function loadCalendar(file: string): { calendar?: WorkingCalendar; problems: Problem[] } {
  if (!existsSync(file)) return { problems: [{ file, message: 'is missing: it says which days are free' }] };
  const { value, problems, lineOf } = readYamlFile(file, fileShape);
  if (value === undefined) return { problems };
  const holidays = new Set<string>();
  const workdays = new Set<string>();
  const announced = new Map<number, string>();
  const { statutory, ...years } = value;
  for (const [year, lists] of Object.entries(years)) {
    if (!/^\d{4}$/.test(year)) {
      problems.push({ file, line: lineOf([year]), message: `${year}: write a year of four digits` });
      continue;
    }
    announced.set(Number(year), lists.knownSince ?? always);
    for (const [list, days] of [
      ['holidays', holidays],
      ['workdays', workdays],
    ] as const) {
      for (const [index, text] of lists[list].entries()) {
        const range = daysIn(text, year);
        if (range === undefined) {
          const message = `${text}: write days of ${year} as YYYY-MM-DD, or two of them as from..to`;
          problems.push({ file, line: lineOf([year, list, index]), message });
        }
        range?.forEach((day) => days.add(day));
      }
    }
  }
  for (const day of workdays)
    if (holidays.has(day)) problems.push({ file, message: `${day} is both free and worked` });
  if (problems.length > 0) return { problems };
  return { calendar: { holidays, workdays, statutory: new Set(statutory.days), announced }, problems };
}

function daysIn(text: string, year: string): readonly string[] | undefined {
  const [from, to = from, ...rest] = text.split('..');
  if (from === undefined || to === undefined || rest.length > 0) return undefined;
  if (![from, to].every((day) => isDay(day) && day.startsWith(`${year}-`)) || to < from) return undefined;
  const days: string[] = [];
  for (let moment = at(from); moment <= at(to); moment += dayMilliseconds) days.push(dayOf(moment));
  return days;
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}

function isDay(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return parts !== null && isCalendarDate(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}
