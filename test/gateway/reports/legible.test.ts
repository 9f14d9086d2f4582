// A printed report shows the characters that were signed, or says where it cannot.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { charactersOf } from '../../../gateway/reports/font-characters.ts';
import { isShownByBrowsers, legible, markNote } from '../../../gateway/reports/legible.ts';
import type { ReportContent } from '../../../gateway/reports/report-content.ts';
import { reportPage } from '../../../gateway/reports/report-page.ts';
import { reportPdf } from '../../../gateway/reports/report-pdf.ts';
import { content, proof } from './fixtures.ts';
import { textOf } from './pdf-text.ts';

/** All that can be shown, but for the case number. */
const withCase = (text: string): ReportContent => ({
  ...content,
  asked: { ...content.asked, case: text },
  question: { ...content.question, subjects: content.question.subjects.map(() => '91990000XX00000197') },
});
const printed = async (text: string): Promise<string> => textOf(await reportPdf(withCase(text), '{}', proof));

describe('a case number in the PDF', () => {
  // Once the character was left out, and the number of another case stood there.
  test.each([
    ['a rare ideograph', '（2026）𠮷执10号', '（2026）〔U+20BB7〕执10号'],
    ['the newest plane', '（2026）\u{323B0}1号', '（2026）〔U+323B0〕1号'],
    ['a character of private use', '\uE863字12号', '〔U+E863〕字12号'],
    ['private use beyond the first plane', '\u{100000}字12号', '〔U+100000〕字12号'],
    ['a variation', '王\u{E0100}12号', '王〔U+E0100〕12号'],
    ['a turn of direction', '12\u202e34号', '12〔U+202E〕34号'],
    ['a control character', '12\u000034\u008512号', '12〔U+0000〕34〔U+0085〕12号'],
    ['a line break', '12\n34号', '12〔U+000A〕34号'],
    ['a blank of no width', '12\u200b34号', '12〔U+200B〕34号'],
    ['half a pair', '12\ud84234号', '12〔U+D842〕34号'],
    ['another script', 'ئا12号', '〔U+0626 U+0627〕12号'],
    ['a radical that looks like a character', '\u2f0012号', '〔U+2F00〕12号'],
    ['a character for another standard', '\uf900 豈12号', '〔U+F900〕 豈12号'],
    ['an emoji', '😀12号', '〔U+1F600〕12号'],
    ['what looks like a mark', '〔U+20BB7〕12号', '〔U+3014〕U+20BB7〕12号'],
  ])('with %s', async (_what, text, wanted) => {
    const read = await printed(text);
    expect(read).toContain(wanted);
    expect(read).toContain(markNote.replaceAll('\u00a0', ' '));
  });

  test.each([
    '（2026）鲁9901执10号',
    '〔2026〕干审字第 12 号',
    '【2026】㐀䶵执10号之一',
    'A－1／2〈3〉',
    'office fi-12',
  ])('%s stands there as it is, and nothing is said of marks', async (text) => {
    const read = await printed(text);
    expect(read).toContain(text);
    expect(read).not.toContain('U+');
  });

  test('a blank and a hyphen at which no line ends are drawn as any other', async () => {
    expect(await printed('12\u00a034\u201156号')).toContain('12 34-56号');
  });

  test('of any text is read back as it was or by its marks, and nothing in between', async () => {
    const character = fc.oneof(
      fc.integer({ min: 0x4e00, max: 0x9fff }),
      fc.integer({ min: 0x20, max: 0x2fff }),
      fc.integer({ min: 0x3001, max: 0xffff }),
      fc.integer({ min: 0x1_0000, max: 0x3_ffff }),
    );
    const texts = fc
      .array(character, { minLength: 1, maxLength: 40 })
      // Two blanks in a row, or at the end of a line, are the library's.
      .map((codes) => codes.map((code) => String.fromCodePoint(code)).filter((sign) => !/\p{Zs}/u.test(sign)))
      .map((signs) => `${signs.join('').replaceAll('\u2011', '')}.`);
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const read = await printed(text);
        const start = read.indexOf('案号 Case') + '案号 Case'.length;
        const end = read.indexOf('用途 Purpose', start);
        expect(unmarked(read.slice(start, end))).toBe(text);
      }),
      { numRuns: 15 },
    );
  });
});

/** The text of which marks were made. */
function unmarked(text: string): string {
  return text.replace(/〔(U\+[0-9A-F]{4,6}(?: U\+[0-9A-F]{4,6})*)〕/g, (_mark, codes: string) =>
    codes
      .split(' ')
      .map((code) => String.fromCodePoint(Number.parseInt(code.slice(2), 16)))
      .join(''),
  );
}

describe('the page', () => {
  test('keeps what a browser can show', () => {
    for (const text of ['（2026）𠮷执10号', '王\u{E0100}', '\uE863字', 'ئابدۇللا', '\u{323B0}', '\uf900'])
      expect(reportPage(withCase(text), proof)).toContain(`<td>${text}</td>`);
  });

  test('shows by its code point what cannot be seen or turns the rest around', () => {
    const page = reportPage(withCase('12\u202e34\u0000号'), proof);
    expect(page).toContain('<td>12〔U+202E〕34〔U+0000〕号</td>');
    expect(page).toContain(markNote);
    expect(page).not.toMatch(/[\u202e\u0000]/);
  });
});

test('a text that needs no mark is its own', () => {
  expect(legible('〔2026〕执10号', isShownByBrowsers)).toEqual({ text: '〔2026〕执10号', marked: false });
});

test('every text of the report itself can be drawn', async () => {
  const read = await printed('12号');
  expect(read).toContain('留痕与核验 Audit and verification');
  expect(read).not.toContain('U+');
});

test('a file that is no font with all of Unicode is refused', () => {
  expect(() => charactersOf(Buffer.alloc(64))).toThrow(RangeError);
  const file = readFileSync('node_modules/@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf');
  expect(charactersOf(file).size).toBeGreaterThan(29_000);
});
