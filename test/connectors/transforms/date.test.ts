import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { date } from '../../../connectors/transforms/date.ts';
import { expectTransform } from './expectations.ts';

expectTransform(date, {
  reads: [
    ['2024-03-01', '2024-03-01'],
    ['2024-3-1', '2024-03-01'],
    ['2024/3/1', '2024-03-01'],
    ['2024.03.01', '2024-03-01'],
    ['20240301', '2024-03-01'],
    ['2024年3月1日', '2024-03-01'],
    ['２０２４年３月１日', '2024-03-01'],
    ['2024-03-01 23:59:59', '2024-03-01'],
    ['2024/3/1 9:05', '2024-03-01'],
    ['20240301103000', '2024-03-01'],
    ['2024年3月1日 10时', '2024-03-01'],
    [20240301, '2024-03-01'],
    ['2000-02-29', '2000-02-29'],
  ],
  refuses: [
    '2023-02-29',
    '2024-13-01',
    '2024-03',
    '01/03/2024',
    '2024-3/1',
    '3月1日',
    '长期',
    '0000-00-00',
    {},
  ],
});

describe('a day written as an instant with a zone', () => {
  test('is the day in China', () => {
    expect(date('2024-02-29T16:00:00.000Z')).toEqual({ ok: true, value: '2024-03-01' });
    expect(date('2024-03-01 00:00:00+08')).toEqual({ ok: true, value: '2024-03-01' });
    expect(date('2024-03-01T15:59:59Z')).toEqual({ ok: true, value: '2024-03-01' });
  });
});

test('every form of every day is read as that day', () => {
  const days = fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(days, (instant) => {
      const value = instant.toISOString().slice(0, 10);
      const [year, month, day] = value.split('-').map(Number);
      const forms = [
        value,
        value.replaceAll('-', ''),
        `${year}/${month}/${day}`,
        `${year}年${month}月${day}日`,
      ];
      for (const form of forms) expect(date(form)).toEqual({ ok: true, value });
    }),
  );
});
