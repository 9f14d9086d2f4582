// Reads a day, perhaps with a time of day and a zone, from one text. All of the text must have been understood: what is
// left over behind a date may say that it is another one.
import { isCalendarDate } from '../../schema/identifiers/calendar-date.ts';
import { clock, dayInChina, momentInChina, utcOf } from './china-time.ts';
import { readSmallNumber, readYearDigits } from './chinese-number.ts';
import { halfWidth } from './transform.ts';

/** Which part comes first where all three are numbers and the year is not in front. */
export type DayOrder = 'Y/M/D' | 'D/M/Y' | 'M/D/Y';

export interface Moment {
  /** As written, YYYY-MM-DD. */
  readonly day: string;
  /** Milliseconds from its midnight; undefined: a day without a time. */
  readonly time: number | undefined;
  /** What the text's own zone is ahead of UTC by, in milliseconds; undefined: none is named. */
  readonly zone: number | undefined;
}

type Numbers = readonly [year: number, month: number, day: number];

interface DayPart {
  readonly numbers: Numbers;
  readonly rest: string;
}

const YEAR_FIRST = /^([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])/;
const YEAR_LAST = /^([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?![0-9])/;
const IDEOGRAPHIC = /^([0-9]{4}) ?年 ?([0-9]{1,2}) ?月 ?([0-9]{1,2})(?: ?[日号]|(?![0-9]))/;
const SPELT =
  /^([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日/;
const COMPACT = /^([0-9]{4})([0-9]{2})([0-9]{2})(?=$|[T ]|[0-9]{6}$)/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const NAMED_AFTER_DAY = new RegExp(`^([0-9]{1,2})[- /]?${MONTH}[- /,]{1,2}([0-9]{4})(?![0-9])`, 'i');
const NAMED_BEFORE_DAY = new RegExp(`^${MONTH} ?([0-9]{1,2}),? ([0-9]{4})(?![0-9])`, 'i');

const TIME =
  '(?<h>[0-9]{1,2}):(?<m>[0-5][0-9])(?::(?<s>[0-5][0-9])(?:[.,](?<f>[0-9]{1,9}))?)?(?: ?(?<half>[AaPp][Mm]))?';
const IDEOGRAPHIC_TIME = '(?<ih>[0-9]{1,2})[时点](?:(?<im>[0-5]?[0-9])分(?:(?<is>[0-5]?[0-9])秒)?)?';
const COMPACT_TIME = '(?<ch>[0-9]{2})(?<cm>[0-5][0-9])(?<cs>[0-5][0-9])';
const ZONE =
  '(?<zone>Z|UTC|GMT|(?:UTC|GMT)[+-][0-9]{1,2}(?::[0-5][0-9])?|[+-][0-9]{2}(?::?[0-5][0-9](?::?[0-5][0-9])?)?)(?:\\[[A-Za-z][A-Za-z0-9_/+-]{0,40}\\])?';
const AFTER_DAY = new RegExp(`^(?:T| ?)(?:${TIME}|${IDEOGRAPHIC_TIME}|${COMPACT_TIME})(?: ?${ZONE})?$`);
/** What XML's dates have: it says whose day it is, and the day stays the one that is written. */
const ZONE_OF_A_DAY = /^(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])$/;

/** As databases write a moment; only a short cut to what `readMoment` makes of it all the same. */
const USUAL =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(Z|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)?$/;

function readUsual(text: string): Moment | undefined {
  const found = USUAL.exec(text);
  if (found === null) return undefined;
  const [, day, hour, minute, second, zone] = found;
  const [year, month, dayOfMonth] = [day!.slice(0, 4), day!.slice(5, 7), day!.slice(8)].map(Number);
  if (!isCalendarDate(year!, month!, dayOfMonth!)) return undefined;
  const time = clock(Number(hour), Number(minute), Number(second));
  return { day: day!, time, zone: zone === undefined ? undefined : readZone(zone) };
}

/** Undefined where anything of the text is not understood, or there is no such day or time. */
export function readMoment(text: string, order: DayOrder = 'Y/M/D'): Moment | undefined {
  const usual = readUsual(text);
  if (usual !== undefined) return usual;
  const written = halfWidth(text).replace(/\s+/g, ' ').trim();
  const found = readDay(written, order);
  if (found === undefined || !isCalendarDate(...found.numbers)) return undefined;
  const [year, month, day] = found.numbers;
  const named = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  if (found.rest === '' || (ZONE_OF_A_DAY.test(found.rest) && written.startsWith(named)))
    return { day: named, time: undefined, zone: undefined };
  const after = AFTER_DAY.exec(found.rest)?.groups;
  const time = after === undefined ? undefined : readTime(after);
  if (after === undefined || time === undefined) return undefined;
  const zone = after['zone'] === undefined ? undefined : readZone(after['zone']);
  return Number.isNaN(zone) ? undefined : { day: named, time, zone };
}

/** The day in China: the one that is written, or that of the moment where the text names its zone. */
export function dayOf({ day, time, zone }: Moment): string | undefined {
  return time === undefined || zone === undefined ? day : dayInChina(startOf(day) + time - zone);
}

/** The moment; without a zone it is China's time. Undefined for a day without a time. */
export function epochOf({ day, time, zone }: Moment): number | undefined {
  if (time === undefined) return undefined;
  const shown = startOf(day) + time;
  return zone === undefined ? momentInChina(shown) : shown - zone;
}

function readDay(text: string, order: DayOrder): DayPart | undefined {
  const part = (found: RegExpExecArray | null, at: Numbers): DayPart | undefined =>
    found === null
      ? undefined
      : {
          numbers: at.map((place) => Number(found[place])) as unknown as Numbers,
          rest: text.slice(found[0].length),
        };
  return (
    part(YEAR_FIRST.exec(text), [1, 3, 4]) ??
    part(IDEOGRAPHIC.exec(text), [1, 2, 3]) ??
    part(COMPACT.exec(text), [1, 2, 3]) ??
    (order === 'Y/M/D' ? undefined : part(YEAR_LAST.exec(text), order === 'D/M/Y' ? [4, 3, 1] : [4, 1, 3])) ??
    readNamed(text) ??
    readSpelt(text)
  );
}

/** `23-JUN-2024`, `23 June 2024`, `June 23, 2024`. */
function readNamed(text: string): DayPart | undefined {
  const after = NAMED_AFTER_DAY.exec(text);
  const found = after ?? NAMED_BEFORE_DAY.exec(text);
  if (found === null) return undefined;
  const [name, day] = after === null ? [found[1], found[2]] : [found[2], found[1]];
  const month = MONTHS.indexOf(name!.slice(0, 3).toLowerCase()) + 1;
  return { numbers: [Number(found[3]), month, Number(day)], rest: text.slice(found[0].length) };
}

/** `二〇二六年三月十五日`. */
function readSpelt(text: string): DayPart | undefined {
  const found = SPELT.exec(text);
  if (found === null) return undefined;
  const [month, day] = [readSmallNumber(found[2]!), readSmallNumber(found[3]!)];
  if (month === undefined || day === undefined) return undefined;
  return { numbers: [readYearDigits(found[1]!), month, day], rest: text.slice(found[0].length) };
}

function readTime(found: Readonly<Record<string, string | undefined>>): number | undefined {
  const at = (...names: readonly string[]): number =>
    Number(names.map((name) => found[name]).find(Boolean) ?? 0);
  let hour = at('h', 'ih', 'ch');
  const half = found['half']?.toLowerCase();
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half === 'pm' ? 12 : 0);
  }
  if (hour > 23) return undefined;
  const milliseconds = Number((found['f'] ?? '').padEnd(3, '0').slice(0, 3));
  return clock(hour, at('m', 'im', 'cm'), at('s', 'is', 'cs')) + milliseconds;
}

/** NaN: no zone is so far away. */
function readZone(zone: string): number {
  const offset = zone.replace(/^(?:UTC|GMT)/, '');
  if (offset === '' || offset === 'Z') return 0;
  const parts = /^[+-]([0-9]{1,2}):?([0-9]{2})?:?([0-9]{2})?$/.exec(offset)!;
  const hour = Number(parts[1]);
  if (hour > 15) return Number.NaN;
  const ahead = clock(hour, Number(parts[2] ?? 0), Number(parts[3] ?? 0));
  return offset.startsWith('-') ? -ahead : ahead;
}

function startOf(day: string): number {
  const [year, month, dayOfMonth] = day.split('-').map(Number);
  return utcOf(year!, month!, dayOfMonth!);
}
