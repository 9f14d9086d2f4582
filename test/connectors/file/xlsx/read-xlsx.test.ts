import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type XlsxCell, type XlsxOptions, writeXlsx } from '../../../../bench/write-xlsx.ts';
import type { Wanted } from '../../../../connectors/file/delivered-row.ts';
import { Findings } from '../../../../connectors/file/delivery-problem.ts';
import type { Trailer } from '../../../../connectors/file/trailer-template.ts';
import { type XlsxOptions as ReadOptions, readXlsx } from '../../../../connectors/file/xlsx/read-xlsx.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xlsx-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = ['a', 'b'];
let files = 0;
const write = async (rows: readonly (readonly XlsxCell[])[], options?: XlsxOptions): Promise<string> => {
  const path = join(folder, `${(files += 1)}.xlsx`);
  await writeXlsx(path, rows, options);
  return path;
};
const read = async (
  path: string,
  options: Partial<ReadOptions> = {},
  wanted: Wanted = { columns: ['b', 'a'] },
): Promise<unknown[]> => {
  const findings = new Findings();
  const { signal } = new AbortController();
  const rows: unknown[] = [];
  const all = { path, skip: 0, header: 1, onTrailer: () => undefined, signal, ...options };
  for await (const { line, values } of readXlsx(all, wanted, findings.add.bind(findings)))
    rows.push([line, ...values]);
  findings.end();
  return rows;
};
const values = async (cell: XlsxCell, options?: XlsxOptions): Promise<unknown> =>
  ((await read(await write([HEADER, ['x', cell]], options))) as unknown[][])[0]![1];

describe('a workbook', () => {
  test.each([true, false])('gives the wanted columns, with shared texts: %s', async (shared) => {
    const path = await write([HEADER, ['1', 'x & <y>'], [null, null], ['2', null], ['甲乙', ' z ']], {
      shared,
    });
    expect(await read(path)).toEqual([
      [2, 'x & <y>', '1'],
      [4, null, '2'],
      [5, ' z ', '甲乙'],
    ]);
  });

  test('skips rows of blanks wherever they stand: above the header, and below the trailer', async () => {
    const rows = [
      [' ', '\u3000'],
      HEADER,
      ['1', 'x'],
      ['', ' '],
      ['END', '1'],
      [' ', null],
      [null, '\u00a0'],
    ];
    const said: Trailer[] = [];
    const onTrailer = (trailer: Trailer): void => void said.push(trailer);
    const path = await write(rows);
    expect(await read(path, { trailer: 'END,{rows}', onTrailer })).toEqual([[3, 'x', '1']]);
    expect(said).toMatchObject([{ rows: 1 }]);
  });

  test('gives what a row that is to be left out holds, formulas included', async () => {
    const key = { xml: '<c t="str"><f>B1</f><v>K1</v></c>' };
    const path = await write([HEADER, [key, 'note'], ['1', 'x']]);
    const drop = [{ first: 1 }];
    expect(await read(path, {}, { columns: ['a', 'b'], drop })).toEqual([
      [2, 'K1', 'note'],
      [3, '1', 'x'],
    ]);
  });

  test.each([
    ['a whole number', 42, '42'],
    ['an amount as it was typed', { xml: '<c><v>1234.0999999999999</v></c>' }, '1234.1'],
    ['a number in the short form that is exact', { xml: '<c><v>1.5E+8</v></c>' }, '150000000'],
    ['a very small number', { xml: '<c><v>1.5E-7</v></c>' }, '0.00000015'],
    ['a day', { serial: 46082 }, '2026-03-01'],
    ['a day before the one that never was', { serial: 59 }, '1900-02-28'],
    ['a day after it', { serial: 61 }, '1900-03-01'],
    ['a moment', { serial: 46082.5, style: 2 }, '2026-03-01 12:00:00'],
    ['a moment that rounds into the next day', { serial: 46082.9999999, style: 2 }, '2026-03-02'],
    ['a day in Chinese', { serial: 46082, style: 3 }, '2026-03-01'],
    ['no day, which many programs write as 0', { serial: 0 }, '0'],
    ['the day that never was', { serial: 60 }, '60'],
    ['a number beyond all days', { serial: 1e9 }, '1000000000'],
    ['an amount whose unit has letters of dates', { serial: 12.5, style: 4 }, '12.5'],
    ['yes', { xml: '<c t="b"><v>1</v></c>' }, 'true'],
    ['an ISO date', { xml: '<c t="d"><v>2026-03-01T10:00:00</v></c>' }, '2026-03-01 10:00:00'],
    [
      'a text in runs, its reading left out',
      { xml: '<c t="inlineStr"><is><r><t>张</t></r><r><t>伟</t></r><rPh><t>x</t></rPh></is></c>' },
      '张伟',
    ],
    [
      'runs whose escapes are their own',
      { xml: '<c t="inlineStr"><is><r><t>a_x005F_</t></r><r><t>x0041_</t></r></is></c>' },
      'a_x0041_',
    ],
    [
      'an ISO date with its zone',
      { xml: '<c t="d"><v>2026-03-01T16:00:00Z</v></c>' },
      '2026-03-01 16:00:00Z',
    ],
    ['all digits another program wrote', { xml: '<c><v>123456789012345.67</v></c>' }, '123456789012345.67'],
    ['a border alone', { xml: '<c s="1"/>' }, null],
    [
      'a prefix before every name',
      { xml: '<c t="inlineStr"><x:is xmlns:x="u"><x:t>p</x:t></x:is></c>' },
      'p',
    ],
  ] as const)('shows %s', async (_title, cell, expected) => {
    expect(await values(cell)).toBe(expected);
  });

  test.each([
    ['91990000XX09000253_x000D_', '91990000XX09000253\r'],
    ['行1_x000d_\n行2', '行1\r\n行2'],
    ['_x005F_x0041_', '_x0041_'],
    ['_x0041__x0042_', 'AB'],
    ['_xD842__xDFB7_', '𠮷'],
    ['a_x0000_b', 'a_x0000_b'],
    ['half a pair _xD842_', 'half a pair _xD842_'],
    ['snake_x_case_x12_', 'snake_x_case_x12_'],
  ])('decodes %j, in shared texts and in its own', async (text, expected) => {
    for (const shared of [true, false])
      expect((await read(await write([HEADER, ['x', text]], { shared })))[0]).toEqual([2, expected, 'x']);
  });

  test('counts days from 1904 where it says so', async () => {
    expect(await values({ serial: 44620 }, { from1904: true })).toBe('2026-03-01');
    expect(await values({ serial: 0 }, { from1904: true })).toBe('1904-01-01');
  });

  test('may have a title above its header, and sheets of which one is wanted', async () => {
    const path = await write([['欠款明细表'], HEADER, ['1', '2']], { sheet: '明细', merged: ['A1:B1'] });
    expect(await read(path, { skip: 1, sheet: '明细' })).toEqual([[3, '2', '1']]);
    await expect(read(path, { sheet: 'other' })).rejects.toThrow('lacks the sheet the manifest names');
  });

  test('may have merged cells in a header over two rows, however small it is', async () => {
    const rows = [
      ['欠款明细表', null],
      ['处罚', null],
      ['a', 'b'],
      ['1', '2'],
    ];
    const merged = ['A1:B1', 'A2:B2', 'C2:C3'];
    const wanted = { columns: ['处罚/b', '处罚/a'] };
    expect(await read(await write(rows, { merged }), { skip: 1, header: 2 }, wanted)).toEqual([
      [4, '2', '1'],
    ]);
    const below = await write(rows, { merged: [...merged, 'A3:A4'] });
    await expect(read(below, { skip: 1, header: 2 }, wanted)).rejects.toThrow(
      'UNREADABLE: merged cells below the header, on line 4',
    );
  });

  test('without a header has its columns from the manifest', async () => {
    const path = await write([['1', '2']]);
    expect(await read(path, { header: 0 }, { columns: ['b'], layout: HEADER })).toEqual([[1, '2']]);
  });

  test('ends with its trailer row', async () => {
    const said: Trailer[] = [];
    const options = { trailer: '合计,{rows}', onTrailer: (trailer: Trailer) => void said.push(trailer) };
    expect(await read(await write([HEADER, ['1', '2'], ['合计', 1]]), options)).toEqual([[2, '2', '1']]);
    expect(said).toEqual([{ rows: 1, sha256: undefined }]);
    await expect(read(await write([HEADER, ['1', '2']]), options)).rejects.toThrow(/^TRUNCATED: /);
  });

  test('keeps hundreds of thousands of different texts apart, and leaves no file behind', async () => {
    const mine = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith(`credit-gateway-${process.pid}-`));
    const rows = Array.from({ length: 120_000 }, (_, at) => [`甲${at}`, `${'乙'.repeat(at % 90)}${at}`]);
    const found = (await read(await write([HEADER, ...rows]))) as unknown[][];
    expect(found).toHaveLength(rows.length);
    expect(
      found.every(([line, b, a], at) => line === at + 2 && b === rows[at]![1] && a === rows[at]![0]),
    ).toBe(true);
    expect(await mine()).toEqual([]);
  }, 20_000);
});

describe('a workbook is put aside', () => {
  test.each([
    [
      'with a formula',
      { formula: 'A2+1', value: 2 },
      'FORMULA: column b is a formula; write its value, on line 2',
    ],
    [
      'with an identifier that became a number',
      { xml: '<c><v>3.10101199001011E+17</v></c>' },
      /^SPOILT: column b .*, on line 2$/,
    ],
    ['with a number whose end is lost', { xml: '<c><v>420202199001011200</v></c>' }, /^SPOILT: column b/],
    ['with an error in a cell', { xml: '<c t="e"><v>#REF!</v></c>' }, /^UNREADABLE: column b holds an error/],
    [
      'with a text that is not there',
      { xml: '<c t="s"><v>999</v></c>' },
      /^UNREADABLE: column b refers to a text/,
    ],
    ['with a number that is none', { xml: '<c><v>12abc</v></c>' }, /^UNREADABLE: column b is not a number/],
    [
      'with an endless text',
      { xml: `<c t="inlineStr"><is><t>${'x'.repeat(400_000)}</t></is></c>` },
      /^TOO_LARGE: /,
    ],
    [
      'with an endless text in parts',
      { xml: `<c t="inlineStr"><is>${`<t>${'x'.repeat(1000)}</t>`.repeat(1100)}</is></c>` },
      /^TOO_LARGE: holds more text than a row/,
    ],
    ['with a tag without end', { xml: `<c s="${'1'.repeat(500_000)}"/>` }, /^TOO_LARGE: /],
    [
      'with nesting without end',
      { xml: `<c>${'<i>'.repeat(80)}${'</i>'.repeat(80)}</c>` },
      /^UNREADABLE: is nested too deeply/,
    ],
    [
      'with an entity nobody declared',
      { xml: '<c><v>&bomb;</v></c>' },
      'UNREADABLE: is not well-formed XML inside',
    ],
    ['with a cell outside every sheet', { xml: '<c r="ZZZZ1"><v>1</v></c>' }, /^UNREADABLE/],
  ])('%s', async (_title, cell, reason) => {
    await expect(values(cell)).rejects.toThrow(reason);
  });

  test('when a document type or an entity is declared in any part', async () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>';
    for (const part of [
      'xl/worksheets/sheet1.xml',
      'xl/sharedStrings.xml',
      'xl/styles.xml',
      'xl/workbook.xml',
    ]) {
      const path = await write([HEADER], { parts: { [part]: `<?xml version="1.0"?>${bomb}<x>&b;</x>` } });
      await expect(read(path), part).rejects.toThrow('UNREADABLE: declares a document type or entities');
    }
  });

  test('when it unpacks to far more than it is, or than is agreed', async () => {
    const zeros = `<worksheet><sheetData>${' '.repeat(80_000_000)}</sheetData></worksheet>`;
    const path = await write([], { parts: { 'xl/worksheets/sheet1.xml': zeros } });
    await expect(read(path)).rejects.toThrow(/^TOO_LARGE: /);
    const honest = await write([HEADER, ...Array.from({ length: 1000 }, (_, at) => [`a${at}`, `b${at}`])]);
    expect(await read(honest)).toHaveLength(1000);
    await expect(read(honest, { limits: { unpacked: 10_000, ratio: 250 } })).rejects.toThrow(
      'TOO_LARGE: unpacks to more than any honest workbook',
    );
  });

  test('when it was cut off, is damaged, or is no workbook', async () => {
    const whole = readFileSync(
      await write([HEADER, ...Array.from({ length: 500 }, (_, at) => [`${at}`, 'x'])]),
    );
    const damaged = Buffer.from(whole);
    const at = damaged.indexOf('xl/worksheets/sheet1.xml') + 60;
    damaged[at] = damaged[at]! ^ 0xff;
    for (const bytes of [
      whole.subarray(0, whole.length - 100),
      damaged,
      Buffer.from('a,b\n1,2\n'),
      Buffer.alloc(0),
    ]) {
      const path = join(folder, `${(files += 1)}.xlsx`);
      writeFileSync(path, bytes);
      await expect(read(path)).rejects.toThrow(
        /^UNREADABLE: is (?:not a whole xlsx|damaged|not well-formed)/,
      );
    }
    await expect(
      read(await write([HEADER], { parts: { '_rels/.rels': '<Relationships/>' } })),
    ).rejects.toThrow('UNREADABLE: is not a workbook');
  });

  test('with cells merged below its header', async () => {
    const path = await write([HEADER, ['1', '2'], [null, '3']], { merged: ['A2:A3'] });
    await expect(read(path)).rejects.toThrow('UNREADABLE: merged cells below the header, on line 3');
  });

  test('with duplicate or missing headers, a row longer than the header, or no header', async () => {
    await expect(read(await write([['a', 'b', 'a']]))).rejects.toThrow('DUPLICATE_HEADER: column a');
    await expect(read(await write([['a', 'c']]))).rejects.toThrow(
      'MISSING_COLUMN: column b is missing, on line 1',
    );
    await expect(read(await write([HEADER, ['1', '2', '3']]))).rejects.toThrow(
      'SHORT_ROW: longer than the header, on line 2',
    );
    await expect(read(await write([]))).rejects.toThrow('EMPTY: no header');
  });
});
