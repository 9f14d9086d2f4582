// Case numbers and users as people really write them, over a real HTTP connection: a header is bytes.
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientError } from '../../../gateway/errors.ts';
import { declaredName } from '../../../gateway/request/declared-names.ts';

const server = createServer((incoming, response) => {
  const [value] = incoming.headersDistinct['credit-user'] ?? [''];
  try {
    response.end(declaredName(value!, 'USER_INVALID'));
  } catch (error) {
    response.statusCode = 400;
    response.end(error instanceof ClientError ? error.code : 'another error');
  }
});
beforeAll(() => new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready)));
afterAll(() => new Promise((done) => server.close(done)));

/** What is read of a header whose bytes are these. */
function read(bytes: Buffer): Promise<string> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const headers = { 'credit-user': bytes.toString('latin1') };
    request({ port, host: '127.0.0.1', headers, agent: false }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk: string) => (text += chunk)).on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

const names = [
  '阿卜杜拉·买买提', // once refused: the dot is in the name
  '阿卜杜拉•买买提',
  '阿卜杜拉・买买提',
  '阿卜杜拉‧买买提',
  '司马 相如',
  "Aisha O'Neill-Wang",
  'D’Angelo',
  'José Núñez',
  'Jose\u0301',
  'ئابدۇللا مەمەت',
  'བསྟན་འཛིན་རྒྱ་མཚོ',
  'ᠪᠠᠲᠤ\u202fᠶᠢᠨ',
  '𠮷野家',
  '王\u{E0100}',
  '\uE863某',
  '\u{323B0}某',
  '张三（代）',
  'reviewer.01@office-2_b',
  'ꍏꇙ',
  '𠮷'.repeat(100),
];

describe('a user', () => {
  test.each(names)('%s is taken as it is written, raw and percent-encoded', async (name) => {
    expect(await read(Buffer.from(name))).toBe(name);
    expect(await read(Buffer.from(encodeURIComponent(name)))).toBe(name);
  });

  test('may have its blanks encoded and the rest raw', async () => {
    expect(await read(Buffer.from('司马%20相如'))).toBe('司马 相如');
  });

  test('loses the blanks around it', async () => {
    expect(await read(Buffer.from('%20张三　'))).toBe('张三');
  });

  test.each([
    ['a line break', '张三%0a李四'],
    ['a line break at the end', '张三%0a'],
    ['a carriage return', '张三%0D李四'],
    ['a NUL', '张三%00'],
    ['a control character of the second set', '张\u0085三'],
    ['a line separator', '张\u2028三'],
    ['a turn of direction', '张\u202e三'],
    ['an isolate', '张\u2066三'],
    ['a direction mark', '张\u200f三'],
    ['a blank of no width', 'ad\u200bmin'],
    ['a joiner between letters that do not join', 'ad\u200dmin'],
    ['a tag', 'ab\u{E0041}'],
    ['markup', '<b>张三'],
    ['quotation marks', '张"三'],
    ['dots alone', '···'],
    ['one character', '张'],
    ['101 characters', '张'.repeat(101)],
    ['blanks alone', '%20%20%20'],
    ['half an encoding', '张%E5'],
    ['an encoded half of a pair', '%ED%A0%80ab'],
  ])('with %s is refused', async (_what, text) => {
    expect(await read(Buffer.from(text))).toBe('USER_INVALID');
  });

  test.each([
    ['GBK', Buffer.from([0xd5, 0xc5, 0xc8, 0xfd])],
    ['Latin-1', Buffer.from('José', 'latin1')],
  ])('in bytes of %s is refused, not written down as another', async (_what, bytes) => {
    expect(await read(bytes)).toBe('USER_INVALID');
  });
});

describe('a case number', () => {
  test.each([
    '（2026）干审字第12号',
    '〔2026〕干审字第 12 号',
    '【2026】𠮷执10号',
    '［2026］鲁执10号之一',
    '(2026)鲁9901执10号',
    'GB-2026/0012–3',
    '黄信用办：2026、12',
  ])('%s is taken', (text) => {
    expect(declaredName(encodeURIComponent(text), 'CASE_INVALID')).toBe(text);
  });

  test.each(['GB<script>', '（2026）\u202e干审', '（2026）\n干审', '----', '号12', '号'.repeat(65)])(
    '%j is refused',
    (text) => {
      expect(() => declaredName(encodeURIComponent(text), 'CASE_INVALID')).toThrow(
        new ClientError('CASE_INVALID'),
      );
    },
  );
});
