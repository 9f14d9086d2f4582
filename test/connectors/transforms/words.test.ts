import { expect, test } from 'vitest';
import { date } from '../../../connectors/transforms/date.ts';
import { withWords } from '../../../connectors/transforms/words.ts';

const until = withWords(date, {
  none: ['-', '/', '无', 'NULL', '0000-00-00', '0'],
  forever: ['长期', 'Permanent', 'infinity'],
  undisclosed: ['不公开'],
});

test.each([['-'], ['／'], [' 无 '], ['null'], ['0000-00-00'], [0], ['0'], [''], [null]])(
  '%j is none',
  (raw) => {
    expect(until(raw)).toEqual({ ok: true, value: null });
  },
);

test.each([['长期'], ['PERMANENT'], ['infinity'], ['　长期　']])('%j is without end', (raw) => {
  expect(until(raw)).toEqual({ ok: true, value: '9999-12-31' });
});

test('what is not disclosed is null, and says that it is not none', () => {
  expect(until('不公开')).toEqual({ ok: true, value: null, undisclosed: true });
});

test('a word is the whole cell, and everything else is read as before', () => {
  expect(until('2026-01-01')).toEqual({ ok: true, value: '2026-01-01' });
  expect(until('2026-01-01 长期').ok).toBe(false);
  expect(until('-infinity').ok).toBe(false);
  expect(until({}).ok).toBe(false);
});
