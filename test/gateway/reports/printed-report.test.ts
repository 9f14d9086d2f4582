// The printed forms show what was signed, and nothing a code or a record holds becomes markup.
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { qrCodeOf } from '../../../gateway/reports/qr-code.ts';
import { reportPage, verificationPage } from '../../../gateway/reports/report-page.ts';
import { reportPdf } from '../../../gateway/reports/report-pdf.ts';
import { content, finding, proof } from './fixtures.ts';

test('the page shows what was found, by which rule, and what the report does not speak of', () => {
  const page = reportPage(content, proof);
  for (const text of [
    '禁止 BARRED',
    '（2025）鲁9901执10号',
    '法释〔2017〕7号',
    'R3',
    '供应商审查',
    proof.hash,
    proof.verifyAt,
  ])
    expect(page).toContain(text.replaceAll('&', '&#38;'));
});

test('an invalid code is shown as text, never as markup', () => {
  const page = reportPage(content, proof);
  expect(page).toContain('&#60;b&#62;坏');
  expect(page).not.toContain('<b>');
  expect(verificationPage('<i>', false)).not.toContain('<i>');
});

test('the PDF embeds its letters with a way back to text, so that it can be selected and searched', async () => {
  const pdf = await reportPdf(content, '{"report":1}', proof);
  const text = pdf.toString('latin1');
  expect(text).toMatch(/\/FontFile3/);
  expect(text).toMatch(/\/ToUnicode/);
  expect(pdf.length).toBeLessThan(500_000);
  const streams = [...text.matchAll(/stream\r?\n/g)].flatMap(({ index, 0: { length } }) => {
    try {
      return [inflateSync(pdf.subarray(index + length), { finishFlush: 2 }).toString('latin1')];
    } catch {
      return [];
    }
  });
  expect(streams).toContain('{"report":1}');
  // 禁止 in the map from glyphs to text.
  const maps = streams.filter((stream) => stream.includes('beginbfrange') || stream.includes('beginbfchar'));
  expect(maps.join('').toLowerCase()).toMatch(/7981[\s\S]*/);
  expect(maps.join('').toLowerCase()).toContain('6b62');
});

test('a report of a hundred members is drawn too', async () => {
  const [member] = content.answer.members;
  const many = {
    ...content,
    answer: { ...content.answer, members: Array.from({ length: 100 }, () => member!) },
  };
  const pages = (await reportPdf(many, '{}', proof)).toString('latin1').match(/\/Type \/Page\b/g);
  expect(pages!.length).toBeGreaterThan(10);
});

// Once nobody else was answered for seconds.
test('while a long report is drawn, whoever else asks has his turn', async () => {
  const [member] = content.answer.members;
  const findings = Array.from({ length: 2000 }, () => finding);
  const long = {
    ...content,
    answer: { ...content.answer, members: [{ ...member!, verdict: { ...member!.verdict, findings } }] },
  };
  let [turns, drawn] = [0, false];
  const count = (): void => {
    turns += 1;
    if (!drawn) setImmediate(count);
  };
  setImmediate(count);
  await reportPdf(long, '{}', proof);
  drawn = true;
  expect(turns).toBeGreaterThan(100);
});

test('the QR code is a square with its three finders', () => {
  const { side, isDark } = qrCodeOf(proof.verifyAt);
  expect(side % 4).toBe(1);
  for (const [row, column] of [
    [0, 0],
    [0, side - 7],
    [side - 7, 0],
  ] as const) {
    expect([isDark(row, column), isDark(row + 1, column + 1), isDark(row + 3, column + 3)]).toEqual([
      true,
      false,
      true,
    ]);
  }
});
