import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import type { DeliveredRow } from '../../../connectors/file/delivered-row.ts';
import { hashFile, readBytes } from '../../../connectors/file/delivery-bytes.ts';
import { Findings } from '../../../connectors/file/delivery-problem.ts';
import { nothingLeftOut } from '../../../connectors/file/drop-rows.ts';
import type { Encoding } from '../../../connectors/file/manifest-part.ts';
import { type CsvOptions, readCsv } from '../../../connectors/file/read-csv.ts';
import { type FixedWidthOptions, readFixedWidth } from '../../../connectors/file/read-fixed-width.ts';
import { readJsonLines } from '../../../connectors/file/read-jsonl.ts';
import { readText } from '../../../connectors/file/read-text.ts';

async function* chunks<T>(...parts: T[]): AsyncGenerator<T> {
  yield* parts;
}
type Read = (complain: Findings['add']) => AsyncIterable<DeliveredRow>;
/** Values by row; with `lines`, each after its line. Complaints reject as in a load. */
const rowsOf = async (read: Read, lines = false): Promise<unknown[]> => {
  const findings = new Findings();
  const found: unknown[] = [];
  for await (const { line, values } of read(findings.add.bind(findings)))
    found.push(lines ? [line, ...values] : values);
  findings.end();
  return found;
};
const plain: CsvOptions = { delimiter: ',', quote: '"', skip: 0, header: 1 };
const csvAs = (text: string, columns: string[], options: Partial<CsvOptions>, layout?: string[]) =>
  rowsOf((complain) => readCsv(chunks(text), { ...plain, ...options }, { columns, layout }, complain), true);
const csv = (text: string, ...columns: string[]) =>
  rowsOf((complain) => readCsv(chunks(text), plain, { columns }, complain));
const jsonl = (text: string, ...columns: string[]) =>
  rowsOf((complain) => readJsonLines(chunks(text), { columns }, complain));

describe('a CSV delivery', () => {
  test('gives the wanted columns in their order, whatever the order of the file', async () => {
    expect(await csv('\uFEFFa, b ,c\r\n1,"x, ""y""",3\r\n\r\n4,,6\r\n', 'c', 'b')).toEqual([
      ['3', 'x, "y"'],
      ['6', ''],
    ]);
  });

  test('knows the line every row begins on, blank lines and line feeds within cells included', async () => {
    expect(await csvAs('\ufeffTitle\r\na,b\r\n\r\n1,"x\r\ny"\r\n2,z', ['a'], { skip: 1 })).toEqual([
      [4, '1'],
      [6, '2'],
    ]);
  });

  test.each([
    ['tabs', 'a\tb\n1\t2\n', { delimiter: '\t' }],
    ['tabs, as a manifest may write them', 'a\tb\n1\t2\n', { delimiter: '\\t' }],
    ['two characters between cells', 'a||b\n1||2\n', { delimiter: '||' }],
    ['single quotes', "a,b\n1,'2'\n", { quote: "'" }],
  ])('is read with %s', async (_title, text, options) => {
    expect(await csvAs(text, ['b', 'a'], options)).toEqual([[2, '2', '1']]);
  });

  test('without quotes takes a quote for a character', async () => {
    expect(await csvAs('a,b\n1,"2\n', ['b'], { quote: 'none' })).toEqual([[2, '"2']]);
  });

  test('without a header has its columns from the manifest', async () => {
    expect(await csvAs('1,2\n3,4\n', ['b'], { header: 0 }, ['a', 'b'])).toEqual([
      [1, '2'],
      [2, '4'],
    ]);
    await expect(csvAs('1,2\n3\n', ['b'], { header: 0 }, ['a', 'b'])).rejects.toThrow(
      'SHORT_ROW: shorter than the header, on line 2',
    );
  });

  test('whose columns are not in the order the manifest fixes is put aside', async () => {
    await expect(csvAs('b,a\n1,2\n', ['a'], {}, ['a', 'b'])).rejects.toThrow(/^REORDERED: .*, on line 1$/);
    await expect(csvAs('a,c\n1,2\n', ['a'], {}, ['a', 'b'])).rejects.toThrow('MISSING_COLUMN: column b');
  });

  test.each([
    ['duplicate headers', 'a,b,a\n1,2,3\n', 'DUPLICATE_HEADER: column a appears twice, on line 1'],
    ['a short row', 'a,b\n1,2\n3\n', 'SHORT_ROW: shorter than the header, on line 3'],
    ['a long row', 'a,b\n1,2,3\n', 'SHORT_ROW: longer than the header, on line 2'],
    ['many mistakes', `a,b\n${'1\n'.repeat(12)}`, /on lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more$/],
    ['a missing column', 'a,c\n1,2\n', 'MISSING_COLUMN: column b is missing, on line 1'],
    ['an open quote', 'a,b\n1,"2\n', /^UNREADABLE: is not CSV here \(CSV_QUOTE_NOT_CLOSED\), on line [23]$/],
    ['nothing', '\n', 'EMPTY: no header'],
  ])('with %s is put aside', async (_title, text, reason) => {
    await expect(csv(text, 'a', 'b')).rejects.toThrow(reason);
  });
});

describe('a JSON Lines delivery', () => {
  test('gives texts, numbers and booleans as text; what a line leaves out is null', async () => {
    const text = '{"a": "x", "b": 1.5}\n\n{"a": true, "c": [1]}\r\n{"a": null, "b": "y"}';
    expect(await jsonl(text, 'a', 'b')).toEqual([
      ['x', '1.5'],
      ['true', null],
      [null, 'y'],
    ]);
  });

  test('lines may lie across chunks', async () => {
    const text = chunks('{"a"', ': "1"}\n{"a": "2', '"}\n');
    const read: Read = (complain) => readJsonLines(text, { columns: ['a'] }, complain);
    expect(await rowsOf(read, true)).toEqual([
      [1, '1'],
      [2, '2'],
    ]);
  });

  test('a name such as __proto__ is a name', async () => {
    expect(await jsonl('{"__proto__": {"a": "x"}, "b": "y"}\n{"a": "z"}', 'a', 'b')).toEqual([
      [null, 'y'],
      ['z', null],
    ]);
  });

  test('leaves out by any single value, without a word about what else a row holds', async () => {
    const text = chunks('{"a": {}, "t": 1}\n{"a": "x", "t": ["y"]}\n{"a": "z", "t": "1 "}\n{"a": "w"}');
    const leftOut = nothingLeftOut();
    const wanted = { columns: ['a'], drop: [{ column: 't', is: ['1', 'y'] }], leftOut };
    expect(await rowsOf((complain) => readJsonLines(text, wanted, complain))).toEqual([['w']]);
    expect(leftOut).toEqual({ dropped: 3, keyless: 0 });
  });

  test.each([
    ['a cut line', '{"a": "1"}\n{"a": "secre', 'UNREADABLE: is not JSON, on line 2'],
    ['a list', '[1]', 'UNREADABLE: is not an object, on line 1'],
    ['an object as a value', '{"a": {}}', 'UNREADABLE: column a is not a single value, on line 1'],
    [
      'an inexact number',
      '{"a": 12345678901234567890}',
      'SPOILT: column a is a number too long to be exact, on line 1',
    ],
    ['a column on no line', '{"b": 1}', 'MISSING_COLUMN: column a is on no line'],
  ])('with %s is put aside', async (_title, text, reason) => {
    await expect(jsonl(text, 'a')).rejects.toThrow(reason);
  });
});

describe('a fixed-width delivery', () => {
  const columns = [
    { name: 'code', width: 4 },
    { name: 'name', width: 6 },
    { name: 'amount', width: 5 },
  ];
  const fixed = (bytes: Buffer, options: Partial<FixedWidthOptions> = {}, ...parts: Buffer[]) =>
    rowsOf(
      (complain) =>
        readFixedWidth(
          chunks(bytes, ...parts),
          { encoding: 'gb18030', widths: 'bytes', skip: 0, columns, ...options },
          { columns: ['amount', 'name'] },
          complain,
        ),
      true,
    );
  const gb = (text: string): Buffer => iconv.encode(text, 'gb18030');

  test('in GB18030 is cut by bytes, two to an ideograph and four to a rare one', async () => {
    expect(await fixed(gb('A001张三   12.5\r\n\r\nA002abcdef  7.0\r\nA003㐂王    1'))).toEqual([
      [1, '12.5', '张三'],
      [3, '7.0', 'abcdef'],
      [4, '1', '㐂王'],
    ]);
  });

  test('may have its lines, and characters, cut anywhere between reads', async () => {
    const bytes = gb('A001张三   12.5\r\nA002李四    7.0\r\n');
    for (let at = 1; at < bytes.length; at += 1) {
      expect(await fixed(bytes.subarray(0, at), {}, bytes.subarray(at)), String(at)).toHaveLength(2);
    }
  });

  test('ends before the mark of DOS, and lines of blanks are none', async () => {
    for (const end of ['\x1a', '\r\n\x1a\r\n', '\r\n    \r\n\u3000\r\n\x1a\x1a']) {
      expect(await fixed(gb(`A001张三   12.5${end}`)), JSON.stringify(end)).toHaveLength(1);
    }
    await expect(fixed(gb('A001张三   12.5\n\x1a\nA002李四    7.0\n'))).rejects.toThrow('SHORT_ROW');
  });

  test.each(['bytes', 'characters'] as const)('in %s gives the cells of lines left out', async (widths) => {
    const text = '备注A001张\n备注A01张三12345';
    const wanted = { columns: ['code', 'name'], drop: [{ starts: ['备注'] }] };
    const options = { encoding: 'gb18030', widths, skip: 0, columns } as const;
    const found: unknown[] = [];
    for await (const { values, out } of readFixedWidth(chunks(gb(text)), options, wanted, () => undefined))
      found.push([...values, out]);
    expect(found).toEqual(
      widths === 'bytes'
        ? [
            ['备注', 'A001张', true],
            ['备注', expect.stringContaining('A01张'), true],
          ]
        : [
            ['备注A0', '01张', true],
            ['备注A0', '1张三123', true],
          ],
    );
  });

  test('in characters counts a rare ideograph as one', async () => {
    const options = { encoding: 'utf-8', widths: 'characters' } as const;
    expect(await fixed(Buffer.from('\ufeffA001张三𠀀   12.50\n'), options)).toEqual([[1, '12.50', '张三𠀀']]);
    expect(await fixed(Buffer.from('title\nA001张三    12.50\n'), { ...options, skip: 1 })).toEqual([
      [2, '12.50', '张三'],
    ]);
  });

  test.each([
    [
      'a short line',
      gb('A001张三   12.5\nA002张三'),
      'SHORT_ROW: shorter than the columns together, on line 2',
    ],
    ['a long line', gb('A001张三    12.50 \n'), 'SHORT_ROW: longer than the columns together, on line 1'],
    ['a character across two columns', gb('A00张三   12.50\n'), /^ENCODING: column name cuts a character/],
    ['another encoding', Buffer.from([0xff, 0x0a]), 'ENCODING: is not gb18030, on line 1'],
  ])('with %s is put aside', async (_title, bytes, reason) => {
    await expect(fixed(bytes)).rejects.toThrow(reason);
  });
});

describe('the text of a delivery', () => {
  const file = (bytes: Buffer): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'text-')), 'delivery');
    writeFileSync(path, bytes);
    return path;
  };
  const read = async (bytes: Buffer, encoding: Encoding): Promise<string> => {
    const { signal } = new AbortController();
    const read = readBytes({ path: file(bytes), encoding, end: bytes.length, signal });
    let whole = '';
    for await (const part of readText(read, encoding)) whole += part;
    return whole;
  };

  test('GB18030 is read across chunks, rare characters included', async () => {
    const text = `${'债务率，'.repeat(200_000)}𠀀㐂`;
    expect((await read(iconv.encode(text, 'gb18030'), 'gb18030')) === text).toBe(true);
  });

  test.each([
    ['utf-8', Buffer.from('\ufeff债务率')],
    ['utf-16le', iconv.encode('债务率', 'utf-16le', { addBOM: true })],
    ['utf-16le', iconv.encode('债务率', 'utf-16le', { addBOM: false })],
    ['utf-16be', iconv.encode('债务率', 'utf-16be', { addBOM: true })],
    ['utf-16be', iconv.encode('债务率', 'utf-16be', { addBOM: false })],
  ] as const)('%s is read with its mark or without', async (encoding, bytes) => {
    expect(await read(bytes, encoding)).toBe('债务率');
  });

  test.each([
    ['UTF-8 read as GB18030', Buffer.from('统一社会信用代码,欠款金额'), 'gb18030'],
    ['UTF-8 with its mark, read as GB18030', Buffer.from('\ufeffcode'), 'gb18030'],
    ['UTF-16 of the other order', iconv.encode('债', 'utf-16be', { addBOM: true }), 'utf-16le'],
    ['half a character of UTF-16', Buffer.from([0x61, 0x00, 0x62]), 'utf-16le'],
    ['UTF-16 read as UTF-8', iconv.encode('code', 'utf-16le', { addBOM: false }), 'utf-8'],
    ['GB18030 read as UTF-8', iconv.encode('统一社会信用代码', 'gb18030'), 'utf-8'],
    ['a byte that is not GB18030', Buffer.from([0x61, 0xff, 0x62]), 'gb18030'],
    ['half a character at the end', Buffer.from([0x61, 0xb2]), 'gb18030'],
    ['a zero byte', Buffer.from([0x61, 0x00]), 'utf-8'],
  ] as const)('%s is put aside', async (_title, bytes, encoding) => {
    await expect(read(bytes, encoding)).rejects.toThrow(/^ENCODING: /);
  });

  test('ends before the mark of DOS, wherever it is cut; elsewhere the mark is text', async () => {
    const text = async (...parts: string[]): Promise<string> => {
      let whole = '';
      for await (const part of readText(chunks(...parts.map((part) => Buffer.from(part))), 'utf-8'))
        whole += part;
      return whole;
    };
    for (const parts of [['a\x1a'], ['a', '\x1a'], ['a\x1a', '\r\n'], ['a', '\x1a\x1a\r', '\n\x1a']])
      expect(await text(...parts)).toBe('a');
    expect(await text('a\x1a', '\n', 'b\n')).toBe('a\x1a\nb\n');
    expect(await text('a\n', '\n')).toBe('a\n\n');
  });

  test('a hash is of the whole file, or of its beginning', async () => {
    const path = file(Buffer.from('abcdef'));
    const { signal } = new AbortController();
    const sum = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(await hashFile(path, signal)).toBe(sum('abcdef'));
    expect(await hashFile(path, signal, 'sha256', 3)).toBe(sum('abc'));
    expect(await hashFile(path, signal, 'sha256', 0)).toBe(sum(''));
    expect(await hashFile(path, signal, 'sm3')).toMatch(/^[0-9a-f]{64}$/);
  });

  test('an empty file is put aside', async () => {
    await expect(read(Buffer.alloc(0), 'utf-8')).rejects.toThrow('EMPTY: the file is empty');
  });
});
