import { expect, test } from 'vitest';
import { parseRegistrationNumber } from '../../../schema/identifiers/registration-number.ts';

test('fifteen or thirteen digits are a registration number, nothing else is', () => {
  expect(parseRegistrationNumber('420200 0000 12345')).toEqual({ ok: true, value: '420200000012345' });
  expect(parseRegistrationNumber('4202002100001')).toEqual({ ok: true, value: '4202002100001' });
  expect(parseRegistrationNumber('42020021000012')).toEqual({ ok: false, reason: 'FORMAT' });
  expect(parseRegistrationNumber('42020000001234X')).toEqual({ ok: false, reason: 'FORMAT' });
  expect(parseRegistrationNumber('')).toEqual({ ok: false, reason: 'EMPTY' });
});
