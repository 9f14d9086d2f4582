import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactFloat } from '../../../connectors/sql/exact-float.ts';
import { yuan } from '../../../connectors/transforms/yuan.ts';

test.each([
  [1234567, '1234567'],
  [1_000_000, '1000000'],
  [2_000_000_000, '2000000000'],
  [0.1, '0.1'],
  [1234.56, '1234.56'],
  [-1234.5, '-1234.5'],
  [0, '0'],
  [-0, '0'],
  // 123456789 was written, and this is what is kept: no fewer digits tell.
  [123456789, '123456792'],
  [1234567.89, '1234567.875'],
])('a single %d is %s', (value, text) => {
  expect(exactFloat(Math.fround(value), 'single')).toBe(text);
});

test.each([
  [1e15, '1000000000000000'],
  [1234567.89, '1234567.89'],
  [1e21, '1000000000000000000000'],
  [1.5e-7, '0.00000015'],
  [12345678901234.567, '12345678901234.56640625'],
  [2 ** 53 + 2, '9007199254740994'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
])('a double %d is %s', (value, text) => {
  expect(exactFloat(value, 'double')).toBe(text);
});

test('what is written out is stored as the same number', () => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 });
  const single = fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 49), max: 2 ** 49 });
  fc.assert(fc.property(double, (value) => Object.is(Number(exactFloat(value, 'double')), value + 0)));
  fc.assert(
    fc.property(single, (value) => Object.is(Math.fround(Number(exactFloat(value, 'single'))), value + 0)),
  );
});

test('whole numbers and amounts in fen that a type can hold come back as they were written', () => {
  const fen = fc.integer({ min: 0, max: 10 ** 14 }).map((value) => String(value).padStart(3, '0'));
  fc.assert(
    fc.property(fen, (digits) => {
      const written = `${digits.slice(0, -2)}.${digits.slice(-2)}`;
      expect(yuan(exactFloat(Number(written), 'double'))).toEqual(yuan(written));
    }),
  );
  const whole = fc.integer({ min: -(2 ** 24), max: 2 ** 24 });
  fc.assert(fc.property(whole, (value) => exactFloat(value, 'single') === String(value)));
});
