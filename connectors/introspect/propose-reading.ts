// Guesses how a column's texts are read: which of them are words for none, for ever or not disclosed, and in what order
// day and month come. Only words of the lists below are ever written; everything else a source holds stays where it is.
import { type DayForm, dayForms } from '../transforms/day-form.ts';
import { dateIn } from '../transforms/date.ts';
import { period } from '../transforms/period.ts';
import { readTerm } from '../transforms/term.ts';
import type { Transform } from '../transforms/transform.ts';
import { type Words, wordForm } from '../transforms/words.ts';

const NONE = [
  '-',
  '--',
  '—',
  '——',
  '/',
  '\\',
  '无',
  '暂无',
  '空',
  'null',
  '(null)',
  'n/a',
  'na',
  'none',
  'nil',
];
const NO_DAY = ['0', '0000-00-00', '0000-00-00 00:00:00', '0000/00/00', '00000000', '1900-01-00'];
const FOREVER = [
  ...['长期', '长期有效', '永久', '永久有效', '无固定期限', '无限期', '不限'],
  ...['permanent', 'indefinite', 'ongoing', 'infinity'],
];
const UNDISCLOSED = ['不公开', '不予公开', '未公开', '不公示', '不予公示', '保密', '涉密'];

const everywhere = new Map<string, keyof Words>([
  ...NONE.map((word) => [word, 'none'] as const),
  ...UNDISCLOSED.map((word) => [word, 'undisclosed'] as const),
]);
const ofDays = new Map<string, keyof Words>([
  ...everywhere,
  ...NO_DAY.map((word) => [word, 'none'] as const),
  ...FOREVER.map((word) => [word, 'forever'] as const),
]);

export interface Reading {
  readonly words: Words;
  /** Texts that are none of the words. */
  readonly values: readonly string[];
}

/** Separates the words of a column from its values; those of a day know more words. */
export function wordsAmong(samples: readonly string[], isDated: boolean): Reading {
  const known = isDated ? ofDays : everywhere;
  const found = { none: new Set<string>(), forever: new Set<string>(), undisclosed: new Set<string>() };
  const values = samples.filter((text) => {
    const meaning = known.get(wordForm(text));
    if (meaning !== undefined) found[meaning].add(text.trim());
    return meaning === undefined;
  });
  const listed = (set: ReadonlySet<string>): readonly string[] => [...set].sort();
  return {
    words: {
      none: listed(found.none),
      forever: listed(found.forever),
      undisclosed: listed(found.undisclosed),
    },
    values,
  };
}

/** How days are written; `unsure` where day and month could change places; undefined: these are not days. */
export function dayFormOf(values: readonly string[], isNamedDate: boolean): DayForm | 'unsure' | undefined {
  const reads = (transform: Transform): boolean => values.every((text) => transform(text).ok);
  if (reads(dateIn('Y/M/D'))) return 'Y/M/D';
  const [dayFirst, monthFirst] = [reads(dateIn('D/M/Y')), reads(dateIn('M/D/Y'))];
  if (dayFirst && monthFirst) return 'unsure';
  if (dayFirst || monthFirst) return dayFirst ? 'D/M/Y' : 'M/D/Y';
  // A number is a day only where its column's name says so.
  if (!isNamedDate) return undefined;
  const counted = dayForms.filter(
    (form) => COUNTED.has(form) && values.every((text) => isRecent(dateIn(form), text)),
  );
  return counted.length === 1 ? counted[0] : undefined;
}

const COUNTED: ReadonlySet<DayForm> = new Set(['digits', 'seconds', 'milliseconds', 'serial']);

/** A count of another kind would name a day of no public record. */
function isRecent(transform: Transform, text: string): boolean {
  const read = transform(text);
  return read.ok && typeof read.value === 'string' && read.value >= '1949-10-01' && read.value < '2100-01-01';
}

export function arePeriods(values: readonly string[], foreverWords: readonly string[]): boolean {
  const to = period('to', foreverWords);
  return values.length > 0 && values.every((text) => to(text).ok);
}

export function areTerms(values: readonly string[]): boolean {
  return values.length > 0 && values.every((text) => readTerm(text) !== undefined);
}
