// Whole numbers from one to ninety-nine as Chinese documents write them, and years digit by digit.

const DIGITS = '〇一二三四五六七八九';

/** `三`, `十二`, `二十`, `两`, `12` → the number; undefined for anything else. */
export function readSmallNumber(text: string): number | undefined {
  if (/^[0-9]{1,3}$/.test(text)) return Number(text);
  const parts = /^(?:([一二三四五六七八九])?(十))?([一二三四五六七八九两])?$/.exec(text);
  if (parts === null || text === '') return undefined;
  const tens = parts[2] === undefined ? 0 : parts[1] === undefined ? 1 : DIGITS.indexOf(parts[1]);
  const last = parts[3];
  const ones = last === undefined ? 0 : last === '两' ? 2 : DIGITS.indexOf(last);
  return tens * 10 + ones;
}

/** `二〇二六` → 2026. */
export function readYearDigits(text: string): number {
  return Number(
    [...text.replaceAll('零', '〇').replaceAll('○', '〇')].map((digit) => DIGITS.indexOf(digit)).join(''),
  );
}
