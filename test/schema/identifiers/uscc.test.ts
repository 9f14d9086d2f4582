import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  USCC_ALPHABET,
  bodyClassOf,
  completeUscc,
  orgCodeOf,
  parseUscc,
  regionOf,
} from '../../../schema/identifiers/uscc.ts';
import type { Uscc } from '../../../schema/identifiers/uscc.ts';

const VALID = [
  '91350100M000100Y43',
  '9144030071526726XG',
  '91330100799655058B',
  '114202000000004490',
  'N2420281000001230G',
] as const;

const parsed = (text: string): Uscc => {
  const result = parseUscc(text);
  if (!result.ok) throw new Error(result.reason);
  return result.value;
};

const place = (alphabet: string) => fc.constantFrom(...alphabet);
const first17 = fc
  .tuple(
    fc.array(place(USCC_ALPHABET), { minLength: 2, maxLength: 2 }),
    fc.array(place('0123456789'), { minLength: 6, maxLength: 6 }),
    fc.array(place(USCC_ALPHABET), { minLength: 9, maxLength: 9 }),
  )
  .map((parts) => parts.flat().join(''));

/** The standard written down naively, with powers instead of a table. */
const oracle = (code: string): boolean => {
  let sum = 0n;
  for (let at = 0; at < 17; at += 1) sum += BigInt(USCC_ALPHABET.indexOf(code.charAt(at))) * 3n ** BigInt(at);
  return (sum + BigInt(USCC_ALPHABET.indexOf(code.charAt(17)))) % 31n === 0n;
};

describe('USCC', () => {
  test.each(VALID)('%s is valid', (code) => {
    expect(parseUscc(code)).toMatchObject({ ok: true, value: code });
    expect(completeUscc(code.slice(0, 17))).toBe(code);
  });

  test('the alphabet has 31 characters and none that is mistaken for another', () => {
    expect(USCC_ALPHABET).toMatch(/^[0-9A-HJ-NP-RTUW-Y]{31}$/);
  });

  test('what people type is normalised first', () => {
    expect(parsed('　９１３５ 0100\u200bm000100y43 ')).toBe('91350100M000100Y43');
  });

  test.each([
    ['', 'EMPTY'],
    ['9'.repeat(65), 'TOO_LONG'],
    ['91350100M000100Y4', 'LENGTH'],
    ['91350100M000100Y433', 'LENGTH'],
    ['9135010OM000100Y43', 'ALPHABET'],
    ['91350100M000100Z43', 'ALPHABET'],
    ['913501A0M000100Y43', 'FORMAT'],
    ['91350100M000100Y44', 'CHECK_DIGIT'],
  ])('%j is refused as %s', (code, reason) => {
    expect(parseUscc(code)).toEqual({ ok: false, reason });
  });

  test('a completed code is valid, by the standard as well as by the parser', () => {
    fc.assert(
      fc.property(first17, (places) => {
        const code = completeUscc(places);
        expect(oracle(code)).toBe(true);
        expect(parsed(code)).toBe(code);
      }),
    );
  });

  test('one changed character is always detected', () => {
    fc.assert(
      fc.property(first17, fc.nat(17), place(USCC_ALPHABET), (places, at, other) => {
        const code = completeUscc(places);
        fc.pre(code[at] !== other);
        expect(parseUscc(code.slice(0, at) + other + code.slice(at + 1)).ok).toBe(false);
      }),
    );
  });

  test('two neighbours that changed places are always detected', () => {
    fc.assert(
      fc.property(first17, fc.nat(16), (places, at) => {
        const code = completeUscc(places);
        fc.pre(code[at] !== code[at + 1]);
        const swapped = code.slice(0, at) + code.charAt(at + 1) + code.charAt(at) + code.slice(at + 2);
        expect(parseUscc(swapped).ok).toBe(false);
      }),
    );
  });

  test('any text at all gives an answer, never an exception', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => void parseUscc(text)));
  });

  test('a wrong inner organisation code is a warning, not a refusal', () => {
    const bad = completeUscc('91420200D2143569A');
    expect(parseUscc(bad)).toEqual({ ok: true, value: bad, warnings: ['ORG_CODE_CHECK_DIGIT'] });
    const good = completeUscc('91420200D2143569X');
    expect(parseUscc(good)).toEqual({ ok: true, value: good, warnings: [] });
  });

  test('the parts are read from their places', () => {
    const code = parsed('N2420281000001230G');
    expect([bodyClassOf(code), regionOf(code), orgCodeOf(code)]).toEqual([
      'RURAL_COLLECTIVE',
      '420281',
      '000001230',
    ]);
  });

  test.each([
    ['11', 'STATE_ORGAN'],
    ['12', 'PUBLIC_INSTITUTION'],
    ['13', 'MASS_ORGANISATION'],
    ['53', 'SOCIAL_ORGANISATION'],
    ['55', 'COMMITTEE'],
    ['91', 'ENTERPRISE'],
    ['92', 'INDIVIDUAL_BUSINESS'],
    ['93', 'COOPERATIVE'],
    ['A1', 'OTHER'],
    ['Y1', 'OTHER'],
  ])('%s begins a code of class %s', (first, bodyClass) => {
    expect(bodyClassOf(completeUscc(`${first}420200000000000`))).toBe(bodyClass);
  });

  test.each([
    '',
    '91420200D2143569',
    '91420200D2143569XX',
    '9142O200D2143569X',
    '91420200S2143569X',
    '91420200d2143569X',
  ])('the generator refuses %j', (places) => {
    expect(() => completeUscc(places)).toThrow(RangeError);
  });
});
