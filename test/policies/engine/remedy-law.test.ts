// Clocks in working days, with weekends, holidays and weekend days that are worked.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { groundAt } from '../../../policies/engine/measure-law.ts';
import { type RemedyLaw, loadRemedyLaw } from '../../../policies/engine/remedy-law.ts';
import {
  calendarEnd,
  calendarWarning,
  isProvisional,
  isWorkingDay,
  workingDaysAfter,
} from '../../../policies/engine/working-days.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'remedy-law-'));
  cpSync('policies/remedies', join(directory, 'remedies'), { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const law = (): RemedyLaw => {
  const { law: read, problems } = loadRemedyLaw(directory);
  expect(problems).toEqual([]);
  return read!;
};
const change = (name: string, from: string | RegExp, to: string): void => {
  const file = join(directory, 'remedies', name);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
};
const problems = (): string[] =>
  loadRemedyLaw(directory).problems.map(({ line, message }) => `${line}: ${message}`);

test.each([
  ['a Thursday before a common weekend', '2026-11-19', 3, '2026-11-24'],
  ['a Sunday', '2026-11-22', 3, '2026-11-25'],
  [
    'the day before the Spring Festival, over nine free days and a worked Saturday',
    '2026-02-14',
    5,
    '2026-02-28',
  ],
  ['a Friday before a Sunday that is worked', '2026-09-18', 1, '2026-09-20'],
  ['the last day of September', '2026-09-30', 3, '2026-10-10'],
  // Once New Year's Day itself, which is free whatever the year's notice says.
  ['the end of a year into one without a list', '2026-12-31', 1, '2027-01-04'],
  ['a day before Labour Day of such a year', '2027-04-30', 1, '2027-05-03'],
  ['the day before its National Day', '2027-09-30', 1, '2027-10-04'],
])('a clock that begins on %s', (_what, start, days, end) => {
  expect(workingDaysAfter(law().calendar, start, days)).toBe(end);
});

test('the end of a clock is a working day, and as many lie after its beginning as it has', () => {
  const { calendar } = law();
  for (let day = Date.parse('2026-01-01'); day < Date.parse('2026-12-31'); day += 86_400_000) {
    const start = new Date(day).toISOString().slice(0, 10);
    const end = workingDaysAfter(calendar, start, 7);
    let count = 0;
    for (let at = day + 86_400_000; at <= Date.parse(end); at += 86_400_000)
      if (isWorkingDay(calendar, new Date(at).toISOString().slice(0, 10))) count += 1;
    expect([isWorkingDay(calendar, end), count], start).toEqual([true, 7]);
  }
});

test('a clock that ends in a year not announced is provisional, and so is one begun before its list was there', () => {
  const { calendar } = law();
  expect(isProvisional(calendar, '2026-12-31', '2026-12-28')).toBe(false);
  expect(isProvisional(calendar, '2027-01-04', '2026-12-31')).toBe(true);
  expect(isProvisional(calendar, '2026-01-06', '2025-11-03')).toBe(true);
  expect(isProvisional(calendar, '2026-01-06', '2025-11-04')).toBe(false);
});

test('a list of the next year moves the end of the calendar, its free days and its worked ones', () => {
  const notice = `'2027':
  source: 通知
  certainty: M
  knownSince: 2026-11-20
  holidays: [2027-01-01..2027-01-03]
  workdays: [2027-01-09]
'2026':`;
  change('calendar.yaml', "'2026':", notice);
  const { calendar } = law();
  expect(workingDaysAfter(calendar, '2026-12-31', 6)).toBe('2027-01-09');
  expect(isProvisional(calendar, '2027-01-09', '2026-12-31')).toBe(false);
  expect(isProvisional(calendar, '2027-01-09', '2026-11-19')).toBe(true);
  expect(calendarEnd(calendar, '2026-12-31')).toEqual({ lastKnown: '2027-12-31', daysLeft: 365 });
  expect(calendarWarning(calendar, '2026-12-31')).toBeUndefined();
});

test.each([
  ['2026-11-01', undefined],
  ['2026-11-02', /it knows days off until 2026-12-31; .*provisional.*暂定/],
  ['2026-12-31', /it knows days off until 2026-12-31/],
  ['2027-01-01', /it does not know this year.*未收录本年度安排/],
])('on %s an operator hears of the calendar: %s', (today, warning) => {
  const said = calendarWarning(law().calendar, today);
  if (warning === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(warning);
});

test('a place without a clock has that of the region it lies in, and at last the nation', () => {
  change('terms.yaml', 'OBJECTION: { FILED: 3, VERIFYING: 7 }', 'OBJECTION: { FILED: 5, VERIFYING: 20 }');
  const read = law();
  const clock: RemedyLaw['clock'] = (...of) => read.clock(...of);
  expect(clock('OBJECTION', 'VERIFYING', '370200')).toBe(7);
  expect(clock('OBJECTION', 'VERIFYING', '420200')).toBe(20);
  expect(clock('OBJECTION', 'VERIFYING', undefined)).toBe(20);
  expect(clock('REPAIR', 'APPLIED', '370200')).toBe(10);
  expect(clock('OBJECTION', 'UPHELD', '370200')).toBeUndefined();
});

test('a changed calendar is another version', () => {
  const before = law().version;
  change('calendar.yaml', '2026-01-01..2026-01-03', '2026-01-01..2026-01-02');
  expect(law().version).not.toBe(before);
});

test.each([
  ['a day that does not exist', '2026-01-04', '2026-02-30', /write days of 2026/],
  ['a day of another year', '2026-01-04', '2025-01-04', /write days of 2026/],
  ['days the wrong way round', '2026-05-01..2026-05-05', '2026-05-05..2026-05-01', /write days of 2026/],
  ['a day of law that does not exist', "'10-01'", "'10-32'", /write a day as MM-DD/],
  ['what is no year', "'2026':", "'26':", /26: write a year of four digits/],
  ['a day both free and worked', '2026-01-04', '2026-10-02', /2026-10-02 is both free and worked/],
])('%s is refused with its line', (_what, from, to, message) => {
  change('calendar.yaml', from, to);
  expect(problems()).toEqual([expect.stringMatching(message)]);
});

test('law that is missing or leaves a clock out is refused', () => {
  change('terms.yaml', /^  CN:\n(?: {4}.*\n)+/m, '');
  expect(problems()).toEqual([expect.stringMatching(/clocks: CN needs those of both kinds/)]);
  rmSync(join(directory, 'remedies'), { recursive: true });
  expect(problems()).toHaveLength(3);
});

test('a measure without a text that lets it be ordered is refused, with its line', () => {
  change('measures.yaml', /grounds:\n {6}CN:\n.*\n.*\n {4}honours: BARS/, 'grounds: {}\n    honours: BARS');
  expect(problems()).toEqual([
    expect.stringMatching(/^\d+: measures\.NO_HONOURS\.grounds: without a basis nothing can be ordered$/),
  ]);
});

test('what may be ordered at a place is what the nearest text says; elsewhere nothing is', () => {
  const { orders } = law();
  const basisOf = (id: string, place: string | undefined): string | undefined =>
    groundAt(orders.measures.get(id)!, place)?.basis.slice(0, 10);
  expect(basisOf('NO_HONOURS', '420281')).toBe('国发〔2016〕76');
  expect(basisOf('PRIORITY_IN_FUNDS', '420281')).toBe('黄信用办〔2017〕');
  expect(basisOf('PRIORITY_IN_FUNDS', '370200')).toBeUndefined();
  expect(basisOf('PRIORITY_IN_FUNDS', undefined)).toBeUndefined();
  expect(groundAt(orders.letters.get('RECTIFICATION_LETTER')!, '410300')).toBeUndefined();
});
