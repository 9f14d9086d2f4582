import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { readCsv } from '../../../connectors/file/read-csv.ts';
import { readJsonLines } from '../../../connectors/file/read-jsonl.ts';
import { readText } from '../../../connectors/file/read-text.ts';

async function* chunks(...parts: string[]): AsyncGenerator<string> {
  yield* parts;
}
const rowsOf = async (rows: AsyncIterable<unknown>): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const row of rows) found.push(row);
  return found;
};
const csv = (text: string, ...columns: string[]) => rowsOf(readCsv(chunks(text), columns));
const jsonl = (text: string, ...columns: string[]) => rowsOf(readJsonLines(chunks(text), columns));

describe('a CSV delivery', () => {
  test('gives the wanted columns in their order, whatever the order of the file', async () => {
    expect(await csv('\uFEFFa, b ,c\r\n1,"x, ""y""",3\r\n\r\n4,,6\r\n', 'c', 'b')).toEqual([
      ['3', 'x, "y"'],
      ['6', ''],
    ]);
  });

  test.each([
    ['duplicate headers', 'a,b,a\n1,2,3\n', 'DUPLICATE_HEADER: column a appears twice'],
    ['a short row', 'a,b\n1,2\n3\n', 'SHORT_ROW: record 2 is shorter than the header'],
    ['a long row', 'a,b\n1,2,3\n', 'SHORT_ROW: record 1 is longer than the header'],
    ['a missing column', 'a,c\n1,2\n', 'MISSING_COLUMN: column b is missing'],
    ['an open quote', 'a,b\n1,"2\n', 'UNREADABLE: not CSV near line 2 (CSV_QUOTE_NOT_CLOSED)'],
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
    const rows = readJsonLines(chunks('{"a"', ': "1"}\n{"a": "2', '"}\n'), ['a']);
    expect(await rowsOf(rows)).toEqual([['1'], ['2']]);
  });

  test('a name such as __proto__ is a name', async () => {
    expect(await jsonl('{"__proto__": {"a": "x"}, "b": "y"}\n{"a": "z"}', 'a', 'b')).toEqual([
      [null, 'y'],
      ['z', null],
    ]);
  });

  test.each([
    ['a cut line', '{"a": "1"}\n{"a": "secre', 'UNREADABLE: line 2 is not JSON'],
    ['a list', '[1]', 'UNREADABLE: line 1 is not an object'],
    ['an object as a value', '{"a": {}}', 'UNREADABLE: line 1: a is not a single value'],
    [
      'an inexact number',
      '{"a": 12345678901234567890}',
      'UNREADABLE: line 1: a is a number too long to be exact',
    ],
    ['a column on no line', '{"b": 1}', 'MISSING_COLUMN: column a is on no line'],
  ])('with %s is put aside', async (_title, text, reason) => {
    await expect(jsonl(text, 'a')).rejects.toThrow(reason);
  });
});

describe('the text of a delivery', () => {
  const file = (bytes: Buffer): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'text-')), 'delivery');
    writeFileSync(path, bytes);
    return path;
  };
  const read = async (bytes: Buffer, encoding: 'utf-8' | 'gb18030'): Promise<string> => {
    const parts = await rowsOf(
      readText(file(bytes), encoding, createHash('sha256'), new AbortController().signal),
    );
    return parts.join('');
  };

  test('GB18030 is read across chunks, rare characters included', async () => {
    const text = `${'债务率，'.repeat(200_000)}𠀀㐂`;
    expect((await read(iconv.encode(text, 'gb18030'), 'gb18030')) === text).toBe(true);
  });

  test.each([
    ['GB18030 read as UTF-8', iconv.encode('统一社会信用代码', 'gb18030'), 'utf-8'],
    ['a byte that is not GB18030', Buffer.from([0x61, 0xff, 0x62]), 'gb18030'],
    ['half a character at the end', Buffer.from([0x61, 0xb2]), 'gb18030'],
    ['a zero byte', Buffer.from([0x61, 0x00]), 'utf-8'],
  ] as const)('%s is put aside', async (_title, bytes, encoding) => {
    await expect(read(bytes, encoding)).rejects.toThrow(/^ENCODING: /);
  });

  test('an empty file is put aside', async () => {
    await expect(read(Buffer.alloc(0), 'utf-8')).rejects.toThrow('EMPTY: the file is empty');
  });
});
