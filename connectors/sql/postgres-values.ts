// A column of PostgreSQL as text that keeps what its type means: floats, amounts of money, bits and lists are marked,
// because their text alone is not the value they hold. No statement has to know a column's type beforehand.
import { exactFloat } from './exact-float.ts';
import { readTextArray } from './postgres-array.ts';

/** Types whose text is read here, and the letter that marks it. */
const MARKED: readonly (readonly [type: string, mark: string])[] = [
  ['real', 'r'],
  ['double precision', 'd'],
  ['money', 'm'],
  ['bit', 'b'],
  ['bit varying', 'b'],
  ['text[]', 'a'],
  ['character varying[]', 'a'],
];

/** In front of a mark. No text of an agency begins with it, and one that did is looked at again. */
const START = '\u0001';

/** Session settings on which the reading rests: floats with all their digits, money without a language. */
export const valueSettings: readonly string[] = ['extra_float_digits=3', 'lc_monetary=C'];

/** `expression` is quoted already. Null stays null. */
export function markedText(expression: string): string {
  const marks = MARKED.map(([type, mark]) => `WHEN '${type}'::regtype THEN chr(1) || '${mark}'`).join(' ');
  return `CASE pg_typeof(${expression}) ${marks} ELSE '' END || ${expression}::text`;
}

export function readMarked(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(START)) return value;
  const text = value.slice(2);
  switch (value[1]) {
    case 'r':
    case 'd': {
      // NaN and the infinities stay words, which a manifest may list.
      if (!/^-?[0-9.]+(?:e[+-][0-9]+)?$/.test(text)) return /^(?:NaN|-?Infinity)$/.test(text) ? text : value;
      return value[1] === 'r'
        ? exactFloat(Math.fround(Number(text)), 'single')
        : exactFloat(Number(text), 'double');
    }
    case 'm':
      return /^-?\$[0-9,]+\.[0-9]{2}$/.test(text) ? text.replace(/[$,]/g, '') : value;
    case 'a':
      return readTextArray(text) ?? value;
    case 'b':
      return /^[01]+$/.test(text) ? String(BigInt(`0b${text}`)) : value;
    default:
      return value;
  }
}
