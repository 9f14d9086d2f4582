import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { deliveryFaults } from '../../../connectors/file/delivery-problem.ts';
import { faultWords } from '../../../connectors/file/fault-words.ts';
import { detailWords } from '../../../connectors/file/detail-words.ts';
import { intakeTroubles } from '../../../connectors/file/intake-trouble.ts';
import { filePart } from '../../../connectors/file/manifest-part.ts';
import type { FileManifest } from '../../../connectors/manifest.ts';
import { type Bench, probeManifest } from '../../contract/bench.ts';

const page = readFileSync('docs/manifests.md', 'utf8');
const section = /^## File deliveries$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(page)![1]!;

/** A manifest whose listings have these lines. @throws Error with its problems */
function manifest(listings: string): FileManifest {
  const bench = {
    environment: { PROBE_ADDRESS: '/drop' },
    manifest: () => ({
      top: 'transport: file',
      listings: listings.trim().replaceAll('\n', '\n    '),
      awards: 'delivery: { pattern: awards-*.jsonl, format: jsonl }',
    }),
  } as unknown as Bench;
  return probeManifest(bench) as FileManifest;
}

describe('the manual of file deliveries', () => {
  const examples = [...section.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text!);

  test.each(examples)('has an example that is a manifest: %s', (text) => {
    expect(manifest(text).records.get('Listing')!.delivery.pattern).toContain('*');
  });

  test('has an example of each format but the plainest, and names every key', () => {
    const formats = examples.map((text) => manifest(text).records.get('Listing')!.delivery.format);
    expect(new Set(formats)).toEqual(new Set(['csv', 'xlsx', 'fixed-width']));
    const keys = Object.keys(filePart.record.delivery.shape);
    for (const key of keys) expect(section).toMatch(new RegExp(`^\\| \`${key}[\`.]`, 'm'));
    for (const key of ['sidecar', 'trailer']) expect(section).toContain(`| \`check.${key}\` |`);
  });

  test('lists every fault and every trouble, and no other', () => {
    const tables = section.slice(section.indexOf('| Fault |'));
    const named = [...tables.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code),
    );
    expect(named.sort()).toEqual([...deliveryFaults, ...intakeTroubles].sort());
  });
});

test('every fault is explained in English and Chinese', () => {
  for (const fault of deliveryFaults) {
    for (const words of [faultWords[fault].what, faultWords[fault].cure]) {
      expect(words.en, fault).toMatch(/[a-z]/);
      expect(words.zh, fault).toMatch(/\p{Script=Han}/u);
    }
  }
});

describe('what exactly is wrong is said in Chinese, too', () => {
  const folders = ['connectors/file', 'connectors/file/xlsx'];
  const sources = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(`${folder}/${file}`, 'utf8')),
  );
  const GIVEN = /(?:problem|complain)\(\s*'[A-Z_]+',\s*(?:'([^']+)'|`([^`]+)`)/g;
  const OF_CELLS = /fault: '[A-Z_]+',\s*reason: '([^']+)'/g;
  const reasons = sources.flatMap((source) =>
    [GIVEN, OF_CELLS].flatMap((expression) =>
      [...source.matchAll(expression)].map(([, plain, template]) => {
        const alternatives = (plain ?? template!).replace(/\$\{[^}]*'(\w+)' : '\w+'\}/g, '$1');
        return alternatives.replaceAll('${encoding}', 'gb18030').replace(/\$\{[^}]+\}/g, '7');
      }),
    ),
  );
  const others = [
    ...['shorter than the header', 'longer than the header', 'has a value in a column without a name'],
    ...['is not a single value', 'is a number too long to be exact'],
    '3 rows, after 9 in the delivery before; 20% fewer is the most',
    'no rows, after 9 in the delivery before',
    'number 7 is missing (2 in all)',
    'no full delivery has come before it',
  ];

  test('once for each: no words are those of another', () => {
    expect(detailWords('is not JSON')?.zh).toContain('JSON');
    expect(detailWords('is not gb18030')?.zh).toContain('编码');
  });

  test('found them', () => expect(reasons.length).toBeGreaterThan(40));

  test.each([...new Set([...reasons, ...others])])('%s', (reason) => {
    const words = detailWords(reason);
    expect(words?.zh).toMatch(/\p{Script=Han}/u);
    if (words?.cure !== undefined) {
      expect(words.cure.zh).toMatch(/\p{Script=Han}/u);
      expect(words.cure.en).toMatch(/[a-z]/);
    }
  });
});

describe('a manifest is refused', () => {
  const fixed = 'columns: [{ name: code, width: 18 }]';
  test.each([
    ['columns: [code], format: fixed-width', 'give each column a name and a width'],
    [`format: csv, ${fixed}`, 'a width is for fixed-width alone'],
    ['format: fixed-width', 'name the columns, in the order of the file'],
    ['format: csv, header: false', 'name the columns, in the order of the file'],
    ['format: csv, columns: [a, a]', 'a column is named twice'],
    ['format: csv, delimiter: "|", quote: "|"', 'must differ from the delimiter'],
    ['format: csv, sheet: x', 'has no meaning in csv'],
    ['format: xlsx, encoding: gb18030', 'xlsx knows its encoding itself'],
    ['format: jsonl, delimiter: ";"', 'has no meaning in jsonl'],
    [`format: fixed-width, encoding: utf-16le, widths: bytes, ${fixed}`, 'UTF-16 is measured in characters'],
    ['format: csv, check: { trailer: END }', 'write {rows} or {sha256} where the number or hash stands'],
    ['format: csv, check: { trailer: "{rows}{rows}" }', 'each place stands once'],
    ['format: xlsx, check: { trailer: "{sha256}" }', 'cannot hold the hash of its file'],
    ['format: jsonl, drop: [{ first: 1 }]', 'has no rows but records in jsonl'],
    ['format: jsonl, header: { rows: 2 }', 'has no meaning in jsonl'],
    [`format: fixed-width, drop: [{ last: 1 }], ${fixed}`, 'takes { first } and { starts } in fixed-width'],
    [`format: fixed-width, header: { rows: 2 }, ${fixed}`, 'is one line in fixed-width'],
    ['format: csv, drop: [{ fisrt: 1 }]', 'write { first: 2 }'],
    ['format: csv, keyles: skip', 'keyless'],
    ['format: csv, shrink: 0.2', 'shrink'],
    ['format: csv, shrink: 120%', 'write a share such as 20%'],
    [
      'format: csv, deltas: { pattern: x-*.csv, operation: { column: o, upsert: U, delete: D }, key: [a] }',
      'must differ from that of full deliveries',
    ],
    ['format: csv, deltas: { pattern: y-*.csv, operation: { column: o, upsert: U, delete: D } }', 'key'],
  ])('that says %s', (keys, reason) => {
    expect(() => manifest(`delivery: { pattern: x-*.csv, ${keys} }`)).toThrow(reason);
  });
});
