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
}

const yearShape = z.strictObject({
  source: z.string().min(1),
  certainty: z.enum(['V', 'S', 'M']),
  holidays: z.array(z.string()).max(40),
  workdays: z.array(z.string()).max(40),
});
const fileShape = z.record(z.string(), yearShape);

const dayMilliseconds = 86_400_000;
const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10);

export function isWorkingDay(calendar: WorkingCalendar, day: string): boolean {
  if (calendar.holidays.has(day)) return false;
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

/** Reads the calendar, or lists what is wrong with it. */
export function loadCalendar(file: string): { calendar?: WorkingCalendar; problems: Problem[] } {
  if (!existsSync(file)) return { problems: [{ file, message: 'is missing: it says which days are free' }] };
  const { value, problems, lineOf } = readYamlFile(file, fileShape);
  if (value === undefined) return { problems };
  const holidays = new Set<string>();
  const workdays = new Set<string>();
  for (const [year, lists] of Object.entries(value)) {
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
  return problems.length > 0 ? { problems } : { calendar: { holidays, workdays }, problems };
}

function daysIn(text: string, year: string): readonly string[] | undefined {
  const [from, to = from, ...rest] = text.split('..');
  if (from === undefined || to === undefined || rest.length > 0) return undefined;
  if (![from, to].every((day) => isDay(day) && day.startsWith(`${year}-`)) || to < from) return undefined;
  const days: string[] = [];
  for (let moment = at(from); moment <= at(to); moment += dayMilliseconds) days.push(dayOf(moment));
  return days;
}

function isDay(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return parts !== null && isCalendarDate(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}
