import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wanYuan } from '../../../connectors/transforms/wan-yuan.ts';

test('ten thousand yuan become yuan exactly, whatever the digits', () => {
  const amounts = fc.tuple(fc.bigInt(-(10n ** 13n), 10n ** 13n), fc.integer({ min: 0, max: 6 }));
  fc.assert(
    fc.property(amounts, ([digits, places]) => {
      const sign = digits < 0n ? '-' : '';
      const padded = String(digits < 0n ? -digits : digits).padStart(places + 1, '0');
      const point = padded.length - places;
      const written = `${sign}${padded.slice(0, point)}${places === 0 ? '' : `.${padded.slice(point)}`}`;
      // The oracle counts in fen with integers: 1 万元 is 10^6 fen.
      const fen = digits * 10n ** BigInt(6 - places);
      const magnitude = String(fen < 0n ? -fen : fen).padStart(3, '0');
      const yuan = `${fen < 0n ? '-' : ''}${magnitude.slice(0, -2)}.${magnitude.slice(-2)}`;
      expect(wanYuan(written)).toEqual({ ok: true, value: yuan });
    }),
  );
});
