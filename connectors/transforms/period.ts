// period: one end of a period that stands in one cell, 2026-01-01 至 2036-12-31 or 2026.1.1 长期有效. A single day of which
// nothing says whether it is the first or the last is refused.
import { daysLater } from '../../schema/identifiers/calendar-date.ts';
import { type Moment, dayOf, readMoment } from './moment.ts';
import { NOTHING, type Transform, halfWidth, plainText } from './transform.ts';
import { FOREVER, wordForm } from './words.ts';

export type PeriodEnd = 'from' | 'to';

/** What everybody means by them; a manifest may list more. */
const WITHOUT_END = ['长期', '长期有效', '永久', '永久有效', '无固定期限', '无期限', '无限期'];

const DAY =
  '[0-9]{4}(?<mark>[-/.])[0-9]{1,2}\\k<mark>[0-9]{1,2}|[0-9]{4} ?年 ?[0-9]{1,2} ?月 ?[0-9]{1,2} ?[日号]?|[0-9]{8}';
const CLOCK = '(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?';
const BETWEEN = '(?:起)?\\s*(?:至|到|止于|--|——|[-–—－~～∼〜/]|to)\\s*';
const FIRST = new RegExp(`^(?:自|从|from )?\\s*(?<first>(?:${DAY})${CLOCK})`, 'i');
const SECOND = new RegExp(`^${BETWEEN}(?<last>(?:${DAY})${CLOCK})\\s*(?:止|为止)?$`, 'i');

interface Period {
  readonly from: string | null;
  readonly to: string | null;
}

export function period(end: PeriodEnd, foreverWords: readonly string[]): Transform {
  const words = new Set([...WITHOUT_END, ...foreverWords].map(wordForm));
  return (raw) => {
    const plain = plainText(raw);
    if (!plain.ok) return plain;
    if (plain.text === null) return NOTHING;
    const found = readPeriod(halfWidth(plain.text).replace(/\s+/g, ' ').trim(), words);
    return found === undefined ? { ok: false, reason: 'is not a period' } : { ok: true, value: found[end] };
  };
}

function readPeriod(text: string, words: ReadonlySet<string>): Period | undefined {
  if (words.has(wordForm(text))) return { from: null, to: FOREVER };
  const range = RANGE.exec(text);
  if (range !== null) return readRange(range, words);
  const alone =
    /^(?:截止到|截止至|截至|截止|至|到|until )\s*(.+?)\s*止?$/i.exec(text) ?? /^(.+?)\s*止$/.exec(text);
  const until = alone === null ? undefined : day(alone[1]!);
  if (until !== undefined) return { from: null, to: until };
  const first = FIRST.exec(text);
  const from = first === null ? undefined : day(first.groups!['first']!);
  if (first === null || from === undefined) return undefined;
  const rest = text.slice(first[0].length).trim();
  // A first day alone says so: 自2026-01-01起.
  if (rest === '起' || rest === '开始') return { from, to: null };
  const second = SECOND.exec(rest);
  if (second !== null) {
    const to = day(second.groups!['last']!);
    return to === undefined ? undefined : { from, to };
  }
  const after = rest.replace(new RegExp(`^(?:${BETWEEN}|起\\s*[,，]?\\s*|[,，;；]\\s*)`, 'i'), '').trim();
  return words.has(wordForm(after)) ? { from, to: FOREVER } : undefined;
}

/** As PostgreSQL writes a range: [2026-01-01,2037-01-01) ends on the last day of 2036. */
const RANGE = /^([[(])"?([^",]*)"?,"?([^",]*)"?([\])])$/;

function readRange(
  [, opens, first, last, closes]: RegExpExecArray,
  words: ReadonlySet<string>,
): Period | undefined {
  const from = first === '' ? null : day(first!);
  const isOpen = last === '' || last === 'infinity' || words.has(wordForm(last!));
  const to = isOpen ? FOREVER : day(last!);
  // A first day that does not count is written by no database.
  if (from === undefined || to === undefined || (opens === '(' && from !== null)) return undefined;
  const endsAtMidnight = !/ (?!00:00:00$)/.test(last!);
  return { from, to: !isOpen && closes === ')' && endsAtMidnight ? daysLater(to, -1) : to };
}

function day(text: string): string | undefined {
  const moment: Moment | undefined = readMoment(text);
  return moment === undefined || moment.zone !== undefined ? undefined : dayOf(moment);
}
