import { expect, test } from 'vitest';
import { code } from '../../../connectors/transforms/code.ts';
import { expectTransform } from './expectations.ts';

const table = new Map([
  ['01', 'EFFECTIVE'],
  ['撤销', 'REVOKED'],
]);

expectTransform(code(table), {
  reads: [
    ['01', 'EFFECTIVE'],
    [' ０１ ', 'EFFECTIVE'],
    ['撤销', 'REVOKED'],
  ],
  refuses: ['1', '02', '*', 'EFFECTIVE', '__proto__', {}],
});

test("'*' says what every other code means", () => {
  const open = code(new Map([...table, ['*', 'OTHER']]));
  expect(open('99')).toEqual({ ok: true, value: 'OTHER', unknownCode: '99' });
  expect(open('01')).toEqual({ ok: true, value: 'EFFECTIVE' });
  expect(open('')).toEqual({ ok: true, value: null });
});
