// Lists as offices write them and publications have them: read where it is certain what is meant, and nothing is left out
// without being counted.
import { readFileSync } from 'node:fs';
import iconv from 'iconv-lite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { joinHeader } from '../../../connectors/file/header-rows.ts';
import { valueAt } from '../../../connectors/file/json-values.ts';
import { listDeliveries } from '../../../connectors/file/register.ts';
import { missing } from '../../../connectors/transport.ts';
import { deliver } from '../../contract/file-bench.ts';
import { type DropStage, listing, openDropStage, subject } from './drop-stage.ts';

const [one, two] = [subject(1), subject(2)];
const header = 'code,doc,amt,day,st';

let stage: DropStage;
beforeAll(async () => {
  stage = await openDropStage();
});
afterAll(() => stage.stop());
beforeEach(() => stage.reset());
afterEach(() => stage.closeAll());

/** Delivers the text and gives back the numbers of both subjects, with what was counted. */
async function taken(text: string, words = 'shrink: 50%') {
  await deliver(stage.drop(), 'listings-20260308-01.csv', iconv.encode(text, 'gb18030'));
  const gateway = await stage.start(words);
  const [delivery] = await listDeliveries(stage.database);
  return {
    one: await stage.numbers(gateway, one).catch(() => []),
    two: await stage.numbers(gateway, two).catch(() => []),
    state: delivery?.state,
    keys: delivery?.keys,
    rows: delivery?.rows,
    faults: delivery?.findings.map(({ fault }) => fault),
  };
}
const both = { one: ['A'], two: ['B'], state: 'active', rows: 2, faults: [] };

describe('a CSV as offices write it is read', () => {
  test.each([
    ['a header with CRLF over rows with LF', `${header}\r\n${listing(one, 'A')}\n${listing(two, 'B')}\n`],
    ['a header with LF over rows with CRLF', `${header}\n${listing(one, 'A')}\r\n${listing(two, 'B')}\r\n`],
    ['line ends of CR alone', `${header}\r${listing(one, 'A')}\r${listing(two, 'B')}\r`],
    ['the mark of DOS at its end', `${header}\r\n${listing(one, 'A')}\r\n${listing(two, 'B')}\r\n\x1a`],
    [
      'that mark and a line end after it',
      `${header}\r\n${listing(one, 'A')}\r\n${listing(two, 'B')}\r\n\x1a\r\n`,
    ],
    [
      'rows of delimiters below the data',
      `${header}\r\n${listing(one, 'A')}\r\n${listing(two, 'B')}\r\n,,,,\r\n, ,,,\r\n`,
    ],
    [
      'rows of delimiters between them',
      `${header}\r\n${listing(one, 'A')}\r\n,,,,\r\n${listing(two, 'B')}\r\n`,
    ],
    [
      'a delimiter at the end of every line',
      `${header},\r\n${listing(one, 'A')},\r\n${listing(two, 'B')},\r\n`,
    ],
    [
      'a delimiter at the end of some lines',
      `${header}\r\n${listing(one, 'A')},\r\n${listing(two, 'B')}\r\n`,
    ],
    [
      'blanks that do not break around names',
      `\u00A0code,doc\u00A0,amt,day,st\r\n${listing(one, 'A')}\r\n${listing(two, 'B')}`,
    ],
  ])('with %s', async (_title, text) => expect(await taken(text)).toMatchObject(both));

  test.each(['', ',,,,\r\n', '\x1a\r\n', ' \r\n,,,,\r\n\x1a'])(
    'and a trailer is the last line that holds anything: before %j',
    async (after) => {
      const text = `${header}\r\n${listing(one, 'A')}\r\n${listing(two, 'B')}\r\nEND,2\r\n${after}`;
      expect(await taken(text, `check: { trailer: 'END,{rows}' }`)).toMatchObject(both);
    },
  );

  test('and its trailer counts records, with those without a key and without what is no record', async () => {
    const text = `${header}\r\n${listing(one, 'A')}\r\n,自然人,1,2026-03-01,0\r\n合计,,1,,\r\n,,,,\r\nEND,`;
    const words = `keyless: skip, drop: [{ starts: [合计] }], check: { trailer: 'END,{rows}' }`;
    expect(await taken(`${text}2`, words)).toMatchObject({
      state: 'active',
      keys: { leftOut: { dropped: 1, keyless: 1 } },
    });
    await stage.closeAll();
    await stage.reset();
    expect(await taken(`${text}3`, words)).toMatchObject({ state: 'quarantined', faults: ['COUNT'] });
  });

  test('and what stands beyond its header is told, not dropped', async () => {
    const found = await taken(`${header}\r\n${listing(one, 'A')},hidden\r\n${listing(two, 'B')}\r\n`);
    expect(found).toMatchObject({ state: 'quarantined', faults: ['SHORT_ROW'] });
  });

  test('and a mark of DOS in its midst is no end', async () => {
    const found = await taken(`${header}\r\n${listing(one, 'A')}\r\n\x1a${listing(two, 'B')}\r\n`);
    expect(found).toMatchObject({ one: ['A'], rows: 2, keys: { spoilt: 1 } });
  });
});

describe('a CSV of which it is not certain what is meant is refused with the cure, in Chinese first', () => {
  const row = listing(two, 'B');
  test.each([
    ['an open quote', `${header}\n${one.id},"A,1,2026-03-01,0\n${row}\n`, '引号使用有误', '引号须成对'],
    ['a quote inside a cell', `${header}\n${one.id},A"x,1,2026-03-01,0\n`, '引号使用有误', '须写两个'],
    ['another delimiter', `${header};\n`.replaceAll(',', ';'), '没有按约定的分隔符分列', 'CSV（逗号分隔）'],
    ['a cell beyond the header', `${header}\n${row},hidden\n`, '超出表头', '请删除超出表头的内容'],
    ['a row cut short', `${header}\n${one.id},A\n`, '列数少于表头', '请补齐该行缺少的分隔符'],
    ['UTF-16', Buffer.from(`\ufeff${header}\n${row}\n`, 'utf16le'), '另一种编码', '请按约定编码另存'],
  ])('%s', async (_title, text, detail, cure) => {
    const file = 'listings-20260308-01.csv';
    await deliver(stage.drop(), file, typeof text === 'string' ? iconv.encode(text, 'gb18030') : text);
    await stage.start('shrink: 50%');
    const report = readFileSync(`${stage.drop()}/${file}.report.txt`, 'utf8');
    expect(report).toMatch(
      new RegExp(`说明 detail: [^·\n]*${detail}[^·\n]* · [^\n]*\n   处理办法 cure: [^\n]*${cure}`),
    );
    expect(report).not.toContain(one.id);
  });
});

describe('rows that are no records are left out and counted', () => {
  const rows = `${listing(one, 'A')}\r\n${listing(two, 'B')}\r\n`;
  test.each([
    ['below the header', '[{ first: 1 }]', `${header}\r\n18位,文号,万元,日期,状态\r\n${rows}`, 1],
    ['at the end', '[{ last: 2 }]', `${header}\r\n${rows}合计,2,,,\r\n制表人：某某\r\n`, 2],
    [
      'by how they begin',
      '[{ starts: [合计, 备注] }]',
      `${header}\r\n${rows},备注：仅供参考\r\n合计,2,,,\r\n`,
      2,
    ],
    ['by a cell', '[{ column: doc, is: [示例] }]', `${header}\r\n${listing(one, '示例')}\r\n${rows}`, 1],
  ])('%s', async (_title, drop, text, dropped) => {
    expect(await taken(text, `drop: ${drop}`)).toMatchObject({ ...both, keys: { leftOut: { dropped } } });
  });

  test.each([
    ['where the hints are missing', '[{ first: 1 }]', `${header}\r\n${rows}`],
    ['where the note is missing', '[{ last: 1 }]', `${header}\r\n${rows}`],
    [
      'whose subject is called so',
      '[{ starts: [合计] }]',
      `doc,code,amt,day,st\r\n合计科技,${one.id},1,2026-03-01,0\r\n`,
    ],
  ])('but none that holds a key: %s', async (_title, drop, text) => {
    expect(await taken(text, `drop: ${drop}`)).toMatchObject({ state: 'quarantined', faults: ['LEFT_OUT'] });
  });

  test('but none that holds a key, though it is of another width', async () => {
    const fixed = 'format: fixed-width, columns: [{ name: code, width: 18 }, { name: doc, width: 4 }, ';
    const rest = '{ name: amt, width: 4 }, { name: day, width: 10 }, { name: st, width: 1 }]';
    const found = await taken(`${one.id}A\r\n`, `${fixed}${rest}, drop: [{ first: 1 }]`);
    expect(found).toMatchObject({ state: 'quarantined', faults: ['LEFT_OUT'] });
  });

  test('by a column that is there', async () => {
    const found = await taken(`${header}\r\n${rows}`, 'drop: [{ column: typo, is: [示例] }]');
    expect(found).toMatchObject({ state: 'quarantined', faults: ['MISSING_COLUMN'] });
  });

  test('and a value in a column without a name is told, not dropped', async () => {
    const found = await taken(`code,,doc,amt,day,st\r\n${one.id},hidden,A,1,2026-03-01,0\r\n`);
    expect(found).toMatchObject({ state: 'quarantined', faults: ['SHORT_ROW'] });
  });

  test('and a delivery in which no row holds a key is put aside', async () => {
    const found = await taken(`${header}\r\n,A,1,2026-03-01,0\r\n,B,1,2026-03-01,0\r\n`, 'keyless: skip');
    expect(found).toMatchObject({ state: 'quarantined', faults: ['UNUSABLE_KEY'] });
  });

  test('and so are rows without any key, where the manifest says so', async () => {
    const text = `${header}\r\n${rows},自然人,1,2026-03-01,0\r\n无,自然人,1,2026-03-01,0\r\n-,自然人,1,2026-03-01,0\r\n`;
    expect(await taken(text, 'keyless: skip')).toMatchObject({
      ...both,
      keys: { leftOut: { keyless: 3 }, spoilt: 0 },
    });
    await stage.closeAll();
    await stage.reset();
    expect(await taken(text)).toMatchObject({ rows: 5, keys: { spoilt: 3, unusable: { EMPTY: 3 } } });
  });
});

describe('a header over several rows', () => {
  test('is joined as merged cells make it', () => {
    const upper = ['代码', '处罚', '', '金额', ''];
    const lower = ['', '日期', '机关', '万元', '币种'];
    expect(joinHeader([upper, lower])).toEqual(['代码', '处罚/日期', '处罚/机关', '金额/万元', '金额/币种']);
    expect(
      joinHeader([
        ['a', ''],
        ['', 'b'],
      ]),
    ).toEqual(['a', 'b']);
  });

  test('names the columns of a delivery', async () => {
    const text = `code,x,,,st\r\n,doc,amt,day,\r\n${listing(one, 'A')}\r\n`;
    expect(await taken(text, 'header: { rows: 2 }')).toMatchObject({ faults: ['MISSING_COLUMN'] });
    await stage.closeAll();
    await stage.reset();
    const plain = `code,,,,st\r\n,doc,amt,day,\r\n${listing(one, 'A')}\r\n`;
    expect(await taken(plain, 'header: { rows: 2 }')).toMatchObject({ one: ['A'], rows: 1 });
  });
});

describe('a path into an object of JSON Lines', () => {
  const object = {
    id: 'x',
    'a.b': 'whole name',
    properties: { name: ['甲', '乙'], country: 'cn' },
    ids: [{ code: '1' }, { code: '2' }, { other: '3' }],
  };
  test.each([
    ['id', 'x'],
    ['a.b', 'whole name'],
    ['properties.country', 'cn'],
    ['properties.name', ['甲', '乙']],
    ['properties.name[1]', '乙'],
    ['ids.code', ['1', '2']],
    ['ids[0].code', '1'],
    ['ids[7].code', missing],
    ['properties.none', missing],
    ['__proto__.x', missing],
  ])('%s', (path, value) => expect(valueAt(object, path)).toEqual(value));
});
