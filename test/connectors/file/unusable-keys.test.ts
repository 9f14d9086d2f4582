// Rows of a delivery whose key is nobody's: repaired where that is certain, else counted and told by line, and nobody is
// clear by the delivery while there are more of them than its manifest allows.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Connector, type Subject, gapFor } from '../../../connectors/contract.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type KeyCensus, unwatched } from '../../../connectors/watch.ts';
import { ask, numbersOf } from '../../contract/bench.ts';
import { deliver } from '../../contract/file-bench.ts';
import { type DropStage, changes, csv, listing, now, openDropStage, subject } from './drop-stage.ts';
import { acceptDelivery, listDeliveries } from '../../../connectors/file/register.ts';
import { reportPath } from '../../../connectors/file/delivery-report.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const one = subject(1);
const two = subject(2);
const proven = `check: { trailer: 'END{rows}' }`;
const keyed = (key: string, doc: string): string => `${key},${doc},1,2026-03-01,0`;
const trailed = (...rows: string[]): Buffer =>
  Buffer.concat([csv(...rows), Buffer.from(`END${rows.length}\r\n`)]);

let stage: DropStage;
beforeAll(async () => {
  stage = await openDropStage();
});
afterAll(() => stage.stop());
beforeEach(() => stage.reset());
afterEach(() => stage.closeAll());

const put = (name: string, content: Buffer): Promise<unknown> => deliver(stage.drop(), name, content);
async function gapOf(gateway: Connector, who: Subject = one): Promise<string | undefined> {
  const answer = await ask(gateway, [who], { Listing: ['number'] });
  return gapFor(answer.gaps, 'Listing', who.id);
}
async function inUse() {
  const [found] = (await listDeliveries(stage.database)).filter(({ state }) => state === 'active');
  return found!;
}

describe('a key in another writing is repaired, and is its subject’s', () => {
  const orgCode = usccAt('91', 1).slice(8, 17);
  test.each([
    ['an apostrophe in front', `'${one.id}`],
    ['small letters', one.id.toLowerCase()],
    ['blanks around it', `  ${one.id} `],
    ['an ideographic blank and full width', `　９１${one.id.slice(2)}`],
    ['a label', `统一社会信用代码：${one.id}`],
    ['hyphens', `${one.id.slice(0, 8)}-${one.id.slice(8)}`],
    ['text of a formula', `"=""${one.id}"""`],
    ['the organisation code', `${orgCode.slice(0, 8)}-${orgCode.slice(8)}`],
  ])('%s', async (_title, key) => {
    await put('listings-20260308-01.csv', trailed(keyed(key, 'A'), listing(two, 'B')));
    const gateway = await stage.start(proven);
    const answer = await ask(gateway, [one, two], { Listing: ['number'] });
    expect(numbersOf(answer, one.id)).toEqual(['A']);
    expect(answer.gaps).toEqual([]);
  });
});

describe('a key that is none of the declared forms', () => {
  test.each([
    ['of seventeen places', one.id.slice(0, 17), 'LENGTH'],
    ['with a wrong check place', `${one.id.slice(0, 17)}${one.id.endsWith('X') ? 'Y' : 'X'}`, 'CHECK_DIGIT'],
    ['whose zeros a spreadsheet ate', '1234567', 'EATEN_ZEROS'],
    ['made a number', '9.19900001E+17', 'EXPONENT'],
    ['that is none', '', 'EMPTY'],
    ['that is a name', '样例有限公司', 'OTHER'],
    ['of two codes', `${one.id}、${two.id}`, 'SEVERAL'],
    ['masked whole', '******************', 'MASKED'],
  ])('%s is told with line and reason, and nobody is clear', async (_title, key, fault) => {
    await put('listings-20260308-01.csv', trailed(listing(two, 'B'), keyed(key, 'A')));
    const counted: KeyCensus[] = [];
    const watch = { ...unwatched, keysCounted: (census: KeyCensus) => void counted.push(census) };
    const gateway = await stage.start(proven, { watch });
    expect(await gapOf(gateway)).toBe('UNUSABLE_KEYS');
    // What is known stands.
    expect(await stage.numbers(gateway, two)).toEqual(['B']);
    const delivery = await inUse();
    expect(delivery).toMatchObject({ rows: 2, keys: { spoilt: 1, unusable: { [fault]: 1 } } });
    expect(delivery.findings).toMatchObject([
      { fault: 'UNUSABLE_KEY', column: 'code', count: 1, lines: [3] },
    ]);
    expect(delivery.findings[0]!.reason).toContain(fault);
    expect(counted).toMatchObject([
      { source: 'probe', record: 'Listing', rows: 2, unusable: { [fault]: 1 }, gaps: ['UNUSABLE_KEYS'] },
    ]);
    const report = await readFile(reportPath(join(stage.drop(), 'listings-20260308-01.csv')), 'utf8');
    expect(report).toContain('主体标识无法识别');
    expect(report).not.toContain(two.id);
  });

  test('goes with a delivery of changes that corrects it, and its report with it', async () => {
    const deltas = `deltas: { pattern: 'listings-delta-*.csv', operation: { column: 操作, upsert: 新增, delete: 删除 }, key: [doc] }, ${proven}`;
    await put('listings-20260308-01.csv', trailed(listing(two, 'B'), keyed('9199', 'A')));
    const gateway = await stage.start(deltas);
    expect(await gapOf(gateway)).toBe('UNUSABLE_KEYS');
    await stage.closeAll();
    const change = Buffer.concat([changes(`新增,${listing(one, 'A')}`), Buffer.from('END1\r\n')]);
    await put('listings-delta-20260309-02.csv', change);
    const next = await stage.start(deltas);
    expect(await stage.numbers(next, one)).toEqual(['A']);
    expect(await gapOf(next)).toBeUndefined();
    expect((await inUse()).keys).toMatchObject({ masked: 0, spoilt: 0, unusable: {} });
  });
});

test('a delivery that proves nothing is in use, and clears nobody until a person says that it is whole', async () => {
  await put('listings-20260308-01.csv', csv(listing(one, 'A')));
  const gateway = await stage.start('shrink: 50%');
  expect(await stage.numbers(gateway, one)).toEqual(['A']);
  expect(await gapOf(gateway, two)).toBe('UNPROVEN');
  expect(await acceptDelivery(stage.database, 'listings-20260308-01.csv', 'office')).toBe(1);
  await stage.closeAll();
  expect(await gapOf(await stage.start('shrink: 50%'), two)).toBeUndefined();
});

test('a delivery that waits for its hash is looked through at once, and taken when a person stands for it', async () => {
  const sidecar = 'check: { sidecar: sha256 }';
  await put('listings-20260308-01.csv', csv(listing(two, 'B'), keyed('9199', 'A')));
  await stage.start(sidecar);
  await stage.closeAll();
  const [waits] = await listDeliveries(stage.database);
  expect(waits).toMatchObject({
    state: 'waiting',
    rows: 2,
    keys: { spoilt: 1, unusable: { EATEN_ZEROS: 1 } },
  });
  expect(waits!.findings.map(({ fault }) => fault)).toEqual(['UNPROVEN', 'UNUSABLE_KEY']);
  expect(await acceptDelivery(stage.database, 'listings-20260308-01.csv', 'office')).toBe(1);
  const gateway = await stage.start(sidecar);
  expect(await stage.numbers(gateway, two)).toEqual(['B']);
  expect(await gapOf(gateway, two)).toBe('UNUSABLE_KEYS');
});

test('a masked key in a file is a candidate for whoever it could be, whatever sign covers it', async () => {
  const covered = ['*', '×', '●', 'X', '＊'].map(
    (sign) => `${one.id.slice(0, 8)}${sign.repeat(6)}${one.id.slice(14)}`,
  );
  const rows = [...covered, `${one.id.slice(0, 8)}…${one.id.slice(14)}`].map((key, at) =>
    keyed(key, `M${at}`),
  );
  await put('listings-20260308-01.csv', trailed(listing(two, 'B'), ...rows));
  const answer = await ask(await stage.start(proven), [one, two], { Listing: ['number'] });
  expect(numbersOf(answer, one.id)).toEqual([]);
  const candidates = answer.candidates?.get('Listing')?.get(one.id) ?? [];
  expect(candidates.map((row) => row['number']).sort()).toEqual(['M0', 'M1', 'M2', 'M3', 'M4', 'M5']);
  expect(answer.candidates?.get('Listing')?.has(two.id)).toBe(false);
  expect(answer.gaps).toEqual([]);
});

test('a delivery in which most keys became nobody’s is held for a person', async () => {
  const rows = Array.from({ length: 10 }, (_, at) => subject(at + 1));
  await put('listings-20260308-01.csv', trailed(...rows.map((who) => listing(who, 'x'))));
  await put(
    'listings-20260309-01.csv',
    trailed(...rows.map((who, at) => keyed(who.id.slice(0, at < 7 ? 15 : 18), 'x'))),
  );
  const gateway = await stage.start(proven);
  expect(await gapOf(gateway)).toBe('UNUSABLE_KEYS');
  await stage.closeAll();
  await put('listings-20260310-01.csv', trailed(...rows.map((who) => keyed(who.id.slice(0, 15), 'x'))));
  const next = await stage.start(proven, { clock: () => now });
  expect(await gapOf(next)).toBe('UNUSABLE_KEYS');
  expect(JSON.stringify(await stage.registered())).toContain('SHRUNKEN');
});
