import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { birthDateOf, completeCitizenId, parseCitizenId } from '../../../schema/identifiers/citizen-id.ts';

const digits = (n: number) =>
  fc.array(fc.constantFrom(...'0123456789'), { minLength: n, maxLength: n }).map((d) => d.join(''));
const birth = fc
  .date({ min: new Date('1800-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''));
const first17 = fc.tuple(digits(6), birth, digits(3)).map((parts) => parts.join(''));

describe('citizen id', () => {
  // The published examples of the standard itself; they belong to nobody.
  test.each(['11010519491231002X', '440524188001010014'])('%s is valid', (id) => {
    expect(parseCitizenId(id)).toEqual({ ok: true, value: id });
    expect(completeCitizenId(id.slice(0, 17))).toBe(id);
  });

  test('fifteen places become eighteen', () => {
    expect(parseCitizenId('130503670401001')).toEqual({ ok: true, value: '130503196704010016' });
  });

  test('x is X, in any width', () => {
    expect(parseCitizenId('１１０105 19491231 002ｘ')).toEqual({ ok: true, value: '11010519491231002X' });
  });

  test.each([
    ['', 'EMPTY'],
    ['1'.repeat(65), 'TOO_LONG'],
    ['1101051949123100', 'FORMAT'],
    ['X1010519491231002X', 'FORMAT'],
    ['13050367040100X', 'FORMAT'],
    ['110105******31002X', 'FORMAT'],
    ['110105194912310021', 'CHECK_DIGIT'],
    ['11010519491331002X', 'DATE'],
    ['11010517991231002X', 'DATE'],
    ['11010521001231002X', 'DATE'],
    ['130503670431001', 'DATE'],
  ])('%j is refused as %s', (id, reason) => {
    expect(parseCitizenId(id)).toEqual({ ok: false, reason });
  });

  test.each([
    ['20000229', true],
    ['20240229', true],
    ['19000229', false],
    ['20230229', false],
    ['20230431', false],
    ['20230100', false],
    ['20230001', false],
  ])('a birth date of %s exists: %s', (date, exists) => {
    const complete = () => completeCitizenId(`420281${date}001`);
    if (exists) expect(parseCitizenId(complete())).toMatchObject({ ok: true });
    else expect(complete).toThrow(RangeError);
  });

  test('a leap day in the 15-digit form is read in the 1900s', () => {
    expect(parseCitizenId('420281000229001')).toEqual({ ok: false, reason: 'DATE' });
    expect(parseCitizenId('420281960229001')).toMatchObject({ ok: true });
  });

  test('retired and unassigned regions are accepted', () => {
    expect(parseCitizenId(completeCitizenId('99999919800101001'))).toMatchObject({ ok: true });
  });

  test('a completed id is valid, by ISO 7064 MOD 11-2 as well as by the parser', () => {
    fc.assert(
      fc.property(first17, (places) => {
        const id = completeCitizenId(places);
        expect(parseCitizenId(id)).toEqual({ ok: true, value: id });
        const sum = [...id].reduce(
          (total, c, at) => total + BigInt(c === 'X' ? 10 : c) * 2n ** BigInt(17 - at),
          0n,
        );
        expect(sum % 11n).toBe(1n);
        expect(birthDateOf(id).replaceAll('-', '')).toBe(places.slice(6, 14));
      }),
    );
  });

  test('one changed character is always detected', () => {
    fc.assert(
      fc.property(first17, fc.nat(17), fc.constantFrom(...'0123456789X'), (places, at, other) => {
        const id = completeCitizenId(places);
        fc.pre(id[at] !== other);
        expect(parseCitizenId(id.slice(0, at) + other + id.slice(at + 1)).ok).toBe(false);
      }),
    );
  });

  test('any text at all gives an answer, never an exception', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => void parseCitizenId(text)));
  });
});
