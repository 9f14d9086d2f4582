import { describe, expect, test } from 'vitest';
import { assessFreshness } from '../../connectors/freshness.ts';

const now = new Date('2026-03-10T04:00:00Z');
const DAY = 86_400_000;

test('a source that gives no time speaks of this moment', () => {
  expect(assessFreshness(undefined, DAY, now)).toEqual({ state: 'OK', asOf: '2026-03-10T04:00:00.000Z' });
});

describe('a source that gives a time', () => {
  test.each([
    ['2026-03-10T00:00:00+08:00', 'OK'],
    ['2026-03-09T04:00:00Z', 'OK'],
    ['2026-03-09T03:59:59Z', 'STALE'],
    ['2026-03-10T04:04:59Z', 'OK'],
  ])('of %s is %s', (asOf, state) => expect(assessFreshness(asOf, DAY, now)).toEqual({ state, asOf }));

  test('without a zone means China', () => {
    expect(assessFreshness('2026-03-10 12:00:00', DAY, now).asOf).toBe('2026-03-10T04:00:00.000Z');
  });

  test.each([['2026-03-10T04:05:01Z'], ['2026-13-10T04:00:00Z'], ['yesterday'], ['2026-03-10']])(
    'of %s is refused',
    (asOf) => {
      expect(() => assessFreshness(asOf, DAY, now)).toThrow(
        expect.objectContaining({ code: 'SOURCE_INVALID_ANSWER' }),
      );
    },
  );

  test('is never stale where nothing is promised', () => {
    expect(assessFreshness('2001-03-10T04:00:00Z', undefined, now).state).toBe('OK');
  });
});
