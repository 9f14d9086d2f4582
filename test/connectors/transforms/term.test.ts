import { expect, test } from 'vitest';
import { date } from '../../../connectors/transforms/date.ts';
import { readTerm, term } from '../../../connectors/transforms/term.ts';
import { withWords } from '../../../connectors/transforms/words.ts';

const months = (count: number) => ({ months: count, days: 0 });

test.each([
  ['二年', months(24)],
  ['三年', months(36)],
  ['两年', months(24)],
  ['3 年', months(36)],
  ['6个月', months(6)],
  ['十二个月', months(12)],
  ['1年6个月', months(18)],
  ['一年零六个月', months(18)],
  ['3年6月', months(42)],
  ['一年半', months(18)],
  ['半年', months(6)],
  ['90天', { months: 0, days: 90 }],
  ['十五日', { months: 0, days: 15 }],
  ['2 years', months(24)],
])('%s is a term', (text, expected) => {
  expect(readTerm(text)).toEqual(expected);
});

test.each([['二年以上'], ['1-3年'], ['6月'], ['2026年'], ['0年'], ['年'], ['长期'], ['二年（缓期）'], ['']])(
  '%j is none',
  (text) => {
    expect(readTerm(text)).toBeUndefined();
  },
);

const counted = term(date);

test('a term counts from the other field, and ends on the day of the same number', () => {
  expect(counted('二年', '2026-01-15')).toEqual({ ok: true, value: '2028-01-15' });
  expect(counted('1年6个月', '2026/8/31')).toEqual({ ok: true, value: '2028-02-29' });
  expect(counted('90天', '20260101')).toEqual({ ok: true, value: '2026-04-01' });
});

test('without a day to count from there is no end, and with a bad one it is refused', () => {
  expect(counted('二年', null)).toEqual({ ok: true, value: null });
  expect(counted('二年', '至今').ok).toBe(false);
  expect(counted('二年', '9999-12-31').ok).toBe(false);
  expect(counted(null, '2026-01-15')).toEqual({ ok: true, value: null });
});

test('who may not read the other field is refused, not answered with a guess', () => {
  expect(counted('二年', undefined)).toEqual({
    ok: false,
    reason: 'is counted from a field that may not be read',
  });
});

test('a start that is not disclosed makes an end that is not', () => {
  const start = withWords(date, { none: [], forever: [], undisclosed: ['不公开'] });
  expect(term(start)('二年', '不公开')).toEqual({ ok: true, value: null, undisclosed: true });
});
