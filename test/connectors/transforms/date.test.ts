import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { date, dateIn } from '../../../connectors/transforms/date.ts';
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
    ['2024-03-01+08:00', '2024-03-01'],
    ['2024-03-01Z', '2024-03-01'],
    ['2024-03-01-05:00', '2024-03-01'],
    ['2024年 3月 1日', '2024-03-01'],
    ['2024年3月1日10时20分30秒', '2024-03-01'],
    ['二〇二四年三月一日', '2024-03-01'],
    ['二零二四年十二月三十一日', '2024-12-31'],
    ['23-JUN-2024', '2024-06-23'],
    ['23 June 2024', '2024-06-23'],
    ['June 23, 2024', '2024-06-23'],
    ['2024-03-01 11:59:59 PM', '2024-03-01'],
    ['9999-12-31', '9999-12-31'],
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
    '0001-01-01 BC',
    '0044-03-15 12:00:00+08:05:43 BC',
    'infinity',
    '-infinity',
    '12024-03-01',
    '993830400000',
    '200101010000',
    '20240301103060',
    '12/31/2028',
    '23-JUN-24',
    '2026-01-01 至 2036-12-31',
    '2026.1.1-2028.1.1',
    '2026.1.1 长期有效',
    '2024-03-01xyz',
    '2024-03-01 25:00',
    '2024-03-01 起',
    '2024年3月1日 星期五',
    '2024-03-01 10:20:30 CST',
    '2024-03-01 10:20:30 Europe/Berlin',
    '2024-03-01T10:20:30+17:00',
    {},
  ],
});

describe('a day written as an instant with a zone', () => {
  test('is the day in China', () => {
    expect(date('2024-02-29T16:00:00.000Z')).toEqual({ ok: true, value: '2024-03-01' });
    expect(date('2024-03-01 00:00:00+08')).toEqual({ ok: true, value: '2024-03-01' });
    expect(date('2024-03-01T15:59:59Z')).toEqual({ ok: true, value: '2024-03-01' });
    expect(date('2026-02-28 16:00:00 UTC')).toEqual({ ok: true, value: '2026-03-01' });
    expect(date('2026-02-28 16:00:00 GMT+8')).toEqual({ ok: true, value: '2026-02-28' });
  });

  test('is the day of the clocks as they were then: summer time, and local mean time', () => {
    // As PostgreSQL and a session of MariaDB write one midnight.
    expect(date('1988-07-01 00:00:00+09')).toEqual({ ok: true, value: '1988-07-01' });
    expect(date('1988-06-30 23:00:00+08:00')).toEqual({ ok: true, value: '1988-07-01' });
    expect(date('1988-06-30T15:00:00Z')).toEqual({ ok: true, value: '1988-07-01' });
    expect(date('1941-05-01 00:00:00+09')).toEqual({ ok: true, value: '1941-05-01' });
    expect(date('1900-01-01 00:00:00+08:05:43')).toEqual({ ok: true, value: '1900-01-01' });
  });
});

describe('where the manifest says how days are written', () => {
  const reads = (form: Parameters<typeof dateIn>[0], raw: unknown): unknown => {
    const read = dateIn(form)(raw);
    return read.ok ? read.value : 'refused';
  };

  test('day and month come in its order, and the year may still come first', () => {
    expect(reads('M/D/Y', '12/31/2028')).toBe('2028-12-31');
    expect(reads('M/D/Y', '1/2/2028 12:00:00 AM')).toBe('2028-01-02');
    expect(reads('D/M/Y', '1/2/2028')).toBe('2028-02-01');
    expect(reads('D/M/Y', '31.12.2028')).toBe('2028-12-31');
    expect(reads('D/M/Y', '2028-12-31')).toBe('2028-12-31');
    expect(reads('D/M/Y', '12/31/2028')).toBe('refused');
    expect(reads('D/M/Y', '31/12/28')).toBe('refused');
  });

  test('a number counts seconds or milliseconds, and is the day in China', () => {
    expect(reads('seconds', '1709222400')).toBe('2024-03-01');
    expect(reads('milliseconds', 1709222399999)).toBe('2024-02-29');
    expect(reads('milliseconds', '993830400000')).toBe('2001-06-30');
    expect(reads('milliseconds', '1.7092224E12')).toBe('2024-03-01');
    expect(reads('milliseconds', '583686000000')).toBe('1988-07-01');
  });

  test('a number that is more likely another writing is refused', () => {
    expect(reads('milliseconds', '1709222400')).toBe('refused');
    expect(reads('seconds', '20240301')).toBe('refused');
    expect(reads('seconds', '1709222400000')).toBe('refused');
    expect(reads('milliseconds', '0')).toBe('refused');
    expect(reads('seconds', '2024-03-01')).toBe('refused');
  });

  test('a serial of a spreadsheet is the day it shows', () => {
    expect(reads('serial', '45352')).toBe('2024-03-01');
    expect(reads('serial', '45352.75')).toBe('2024-03-01');
    expect(reads('serial-1904', '43890')).toBe('2024-03-01');
    expect(reads('serial', '0')).toBe('refused');
    expect(reads('serial', '60')).toBe('refused');
  });

  test('digits may go to the minute', () => {
    expect(reads('digits', '202403011020')).toBe('2024-03-01');
    expect(reads('digits', '20240301')).toBe('2024-03-01');
    expect(reads('digits', '993830400000')).toBe('refused');
  });
});

test('nothing behind a day is left out', () => {
  const days = fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  const behind = fc.constantFrom('至', '起', '长期', '-', '~', '(', 'x', '号楼', ' BC', '/', ',');
  fc.assert(
    fc.property(days, behind, (instant, more) => {
      expect(date(`${instant.toISOString().slice(0, 10)}${more}`)).toEqual({
        ok: false,
        reason: 'is not a date',
      });
    }),
  );
});
