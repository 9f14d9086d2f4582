import { describe, expect, test } from 'vitest';
import { refuseCutList } from '../../../connectors/http/cut-list.ts';
import { heldIn } from '../../../connectors/http/envelope.ts';

const row = { code: 'x' };
const invalid = expect.objectContaining({ code: 'SOURCE_INVALID_ANSWER' }) as unknown;

describe('a list that goes on is no evidence', () => {
  test.each([
    ['a link to the next page', { items: [row] }, '<https://agency.test/list?page=2>; rel="next"'],
    ['a member beside it', { items: [row], hasMore: true }, undefined],
    ['a member of snake case', { items: [row], has_more: true }, undefined],
    ['a page that says so', { items: [], truncated: true }, undefined],
  ])('by %s', (_title, answer, link) => {
    expect(() => refuseCutList(answer, answer.items, link, { items: 'items', one: false })).toThrow(invalid);
  });

  test('also where the list lies deeper', () => {
    const answer = { data: { items: [row], hasNext: true } };
    expect(() =>
      refuseCutList(answer, answer.data.items, undefined, { items: 'data.items', one: false }),
    ).toThrow(invalid);
  });

  test.each([
    ['more than came', 2],
    ['fewer than came', 0],
    ['no number', '1'],
    ['nothing', undefined],
  ])('whose count says %s', (_title, total) => {
    const answer = { items: [row], total };
    expect(() =>
      refuseCutList(answer, answer.items, undefined, { items: 'items', countAt: 'total', one: false }),
    ).toThrow(invalid);
  });
});

test('a list that says it is whole, or says nothing of it, is taken', () => {
  const answer = { items: [row], total: 1, hasMore: false };
  const link = '<https://agency.test/list?page=1>; rel="prev"';
  expect(() =>
    refuseCutList(answer, answer.items, link, { items: 'items', countAt: 'total', one: false }),
  ).not.toThrow();
  expect(() => refuseCutList([row], [row], undefined)).not.toThrow();
});

test('how many records a source holds is a number or no answer', () => {
  const envelope = { items: 'items', one: false, heldAt: 'meta.all' };
  expect(heldIn({ items: [], meta: { all: 12 } }, envelope)).toBe(12);
  expect(heldIn({ items: [] }, { items: 'items', one: false })).toBeUndefined();
  for (const all of ['12', -1, 1.5, null]) expect(() => heldIn({ meta: { all } }, envelope)).toThrow(invalid);
});
