import { expect, test } from 'vitest';
import { compareDeliveries, readDeliveryName } from '../../../connectors/file/delivery-name.ts';

test.each([
  ['debt-20260301-01.csv', { delivered: '2026-03-01', sequence: 1 }],
  ['debt-20260301-12.csv', { delivered: '2026-03-01', sequence: 12 }],
  ['debt-20260230-01.csv', undefined],
  ['debt-20260301.csv', undefined],
  ['debt-20260301-01.csv.part', undefined],
  ['.debt-20260301-01.csv.part', undefined],
  ['arrears-20260301-01.csv', undefined],
  ['debt-.csv', undefined],
])('%s', (file, expected) => {
  const name = readDeliveryName('debt-*.csv', file);
  expect(name).toEqual(expected === undefined ? undefined : { file, ...expected });
});

test('the later date is newer, then the higher sequence, as numbers', () => {
  const at = (delivered: string, sequence: number) => ({ delivered, sequence });
  expect(compareDeliveries(at('2026-03-01', 9), at('2026-03-02', 1))).toBeLessThan(0);
  expect(compareDeliveries(at('2026-03-01', 10), at('2026-03-01', 9))).toBeGreaterThan(0);
  expect(compareDeliveries(at('2026-03-01', 1), at('2026-03-01', 1))).toBe(0);
});
