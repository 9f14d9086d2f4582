// RFC 8785: the vectors of its text, so that a report written here reads the same everywhere.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalBytes } from '../../../gateway/reports/canonical-json.ts';

const canonical = (text: string): string => canonicalBytes(JSON.parse(text)).toString('utf8');

test('section 3.2.2: numbers, escapes and literals', () => {
  const input = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`;
  expect(canonical(input)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

test('section 3.2.3: members in the order of their UTF-16 units', () => {
  const input = String.raw`{
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  }`;
  expect(Object.values(JSON.parse(canonical(input)) as object)).toHaveLength(7);
  const places = ['Carriage Return', 'One', 'Control', 'Latin Small', 'Euro', 'Emoji', 'Hebrew'].map((name) =>
    canonical(input).indexOf(name),
  );
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('section 3.2.4: UTF-8', () => {
  expect(canonicalBytes({ '\u20ac': 1 }).toString('hex')).toBe('7b22e282ac223a317d');
});

test('appendix B: numbers', () => {
  const vectors: readonly (readonly [bits: string, text: string])[] = [
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ];
  for (const [bits, text] of vectors) {
    expect(canonicalBytes(Buffer.from(bits, 'hex').readDoubleBE()).toString(), bits).toBe(text);
  }
});

test('what JSON cannot hold is refused', () => {
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, '\ud800', { a: '\udc00' }]) {
    expect(() => canonicalBytes(value)).toThrow();
  }
});

test('it is stable: written, read and written again it is the same bytes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const once = canonicalBytes(value);
      expect(canonicalBytes(JSON.parse(once.toString('utf8'))).equals(once)).toBe(true);
    }),
  );
});
