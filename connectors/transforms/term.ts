// term: a duration in words, 二年 or 1年6个月, counted from a day in another field → its last day. As the Civil Code counts
// (§201–202): the first day does not count, and the last is the day of the same number. 2026-01-15 and 二年 make
// 2028-01-15; a count that ends a day earlier would let somebody pass a day too soon.
import { daysLater, lastDayOfMonths } from '../../schema/identifiers/calendar-date.ts';
import { readSmallNumber } from './chinese-number.ts';
import { NOTHING, type Transform, type TransformResult, halfWidth, plainText } from './transform.ts';
import { FOREVER } from './words.ts';

export interface Term {
  readonly months: number;
  readonly days: number;
}

const NUMBER = '([0-9]{1,3}|[一二三四五六七八九十两]{1,3})';
/** Without its 个 a month alone could be one of the calendar: 6月. */
const CALENDAR = new RegExp(`^(?=.*[年个])(?:${NUMBER} ?年)?(?:[零又]?${NUMBER} ?个?月)?$`);
const DAYS = new RegExp(`^${NUMBER} ?[天日]$`);
const ENGLISH = /^([0-9]{1,3}) (year|month|day)s?$/i;

/** Months or days; undefined for anything else, be it only a word too many. */
export function readTerm(text: string): Term | undefined {
  const written = halfWidth(text).replace(/\s+/g, ' ').trim();
  if (written === '半年') return { months: 6, days: 0 };
  const half = /^(.+)年半$/.exec(written);
  if (half !== null) {
    const years = readSmallNumber(half[1]!.trim());
    return years === undefined ? undefined : { months: years * 12 + 6, days: 0 };
  }
  const english = ENGLISH.exec(written);
  if (english !== null) {
    const count = Number(english[1]);
    const unit = english[2]!.toLowerCase();
    return positive({
      months: unit === 'year' ? count * 12 : unit === 'month' ? count : 0,
      days: unit === 'day' ? count : 0,
    });
  }
  const days = DAYS.exec(written);
  if (days !== null) return positive({ months: 0, days: readSmallNumber(days[1]!) ?? 0 });
  const parts = CALENDAR.exec(written);
  if (parts === null || written === '') return undefined;
  const [years, months] = [parts[1], parts[2]].map((part) =>
    part === undefined ? 0 : readSmallNumber(part),
  );
  return years === undefined || months === undefined
    ? undefined
    : positive({ months: years * 12 + months, days: 0 });
}

const positive = (term: Term): Term | undefined => (term.months + term.days > 0 ? term : undefined);

const NO_TERM: TransformResult = Object.freeze({ ok: false, reason: 'is not a term such as 二年 or 6个月' });
const NO_RIGHT: TransformResult = Object.freeze({
  ok: false,
  reason: 'is counted from a field that may not be read',
});
const NO_START: TransformResult = Object.freeze({
  ok: false,
  reason: 'is counted from a day that cannot be read',
});

/** `readStart` reads the other field, whose raw value comes second; undefined there: it was not permitted. */
export function term(readStart: Transform): Transform {
  return (raw, start) => {
    const plain = plainText(raw);
    if (!plain.ok) return plain;
    if (plain.text === null) return NOTHING;
    const found = readTerm(plain.text);
    if (found === undefined) return NO_TERM;
    if (start === undefined) return NO_RIGHT;
    const from = readStart(start);
    if (!from.ok) return NO_START;
    // From a day nobody knows to an end nobody knows: a rule makes REVIEW of it.
    if (from.value === null) return from.undisclosed === true ? from : NOTHING;
    if (typeof from.value !== 'string' || from.value === FOREVER) return NO_START;
    const last =
      found.days > 0 ? daysLater(from.value, found.days) : lastDayOfMonths(from.value, found.months);
    return { ok: true, value: last };
  };
}
