import { describe, expect, test } from 'vitest';
import { canonicalText } from '../../../schema/identifiers/canonical-text.ts';

describe('canonical text', () => {
  test.each([
    ['full-width digits and letters', '９１３５Ｍｎ', '9135MN'],
    ['a full-width hyphen', 'D2143569－X', 'D2143569-X'],
    ['spaces of every width', ' 91\u3000 35\u00a0\u2009\t\n', '9135'],
    ['zero-width characters and the byte order mark', '\ufeff91\u200b\u200d\u206035\u200e', '9135'],
    ['bidi marks and soft hyphens', '\u202a91\u00ad35\u202c', '9135'],
    ['lower case', 'n2420281x', 'N2420281X'],
  ])('%s are normalised', (_what, typed, value) => {
    expect(canonicalText(typed)).toEqual({ ok: true, value });
  });

  test('letters that only look like ASCII after upper-casing stay what they are', () => {
    expect(canonicalText('ı\u017f①')).toEqual({ ok: true, value: 'ı\u017f①' });
  });

  test('nothing but spaces is empty, and 65 characters are too many whatever they are', () => {
    expect(canonicalText(' \u200b\u3000')).toEqual({ ok: false, reason: 'EMPTY' });
    expect(canonicalText(' '.repeat(65))).toEqual({ ok: false, reason: 'TOO_LONG' });
    expect(canonicalText('1'.repeat(64))).toMatchObject({ ok: true });
  });
});
