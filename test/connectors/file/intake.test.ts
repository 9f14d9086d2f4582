import { createHash } from 'node:crypto';
import { readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ask } from '../../contract/bench.ts';
import { deliver } from '../../contract/file-bench.ts';
import { type DropStage, changes, csv, listing, openDropStage, subject } from './drop-stage.ts';

const [one, two, three] = [subject(1), subject(2), subject(3)];
const eventually = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 8000, interval: 20 });

let stage: DropStage;
beforeAll(async () => {
  stage = await openDropStage();
});
afterAll(() => stage.stop());
beforeEach(() => stage.reset());
const put = (file: string, content: Buffer): Promise<void> => deliver(stage.drop(), file, content);
const reportOf = (file: string): Promise<string> =>
  readFile(join(stage.drop(), `${file}.report.txt`), 'utf8');

describe('deliveries of changes', () => {
  const delivery =
    'deltas: { pattern: listings-delta-*.csv, operation: { column: 操作, upsert: [新增, 修改], delete: 删除 }, key: [doc] }';

  test('are applied in their order, each whole, and the source speaks of the last day', async () => {
    await put('listings-20260308-01.csv', csv(listing(one, 'A'), listing(one, 'B'), listing(two, 'C')));
    await put('listings-delta-20260309-03.csv', changes(`新增,${listing(three, 'E')}`));
    await put(
      'listings-delta-20260309-02.csv',
      changes(`删除,,B,,,`, `修改,${listing(two, 'A')}`, `新增,${listing(one, 'D')}`),
    );
    const gateway = await stage.start(delivery);
    expect(await stage.numbers(gateway, one)).toEqual(['D']);
    expect((await stage.numbers(gateway, two)).sort()).toEqual(['A', 'C']);
    expect(await stage.numbers(gateway, three)).toEqual(['E']);
    expect(await stage.registered()).toEqual([
      ['listings-delta-20260309-03.csv', 'active'],
      ['listings-delta-20260309-02.csv', 'applied'],
      ['listings-delta-20260309-03.csv', 'applied'],
    ]);
    const active = await stage.database.query(
      `SELECT rows::int FROM staging.delivery WHERE state = 'active' AND record = 'Listing'`,
    );
    expect(active.rows).toEqual([{ rows: 4 }]);
  });

  test('of two changes to one row in one delivery, the later counts', async () => {
    await put('listings-20260308-01.csv', csv(listing(one, 'A')));
    await put(
      'listings-delta-20260309-02.csv',
      changes(`新增,${listing(one, 'B')}`, '删除,,B,,,', '删除,,A,,,', `新增,${listing(two, 'A')}`),
    );
    const gateway = await stage.start(delivery);
    expect([await stage.numbers(gateway, one), await stage.numbers(gateway, two)]).toEqual([[], ['A']]);
  });

  test('wait with a report while one before them is missing, and go on when it comes', async () => {
    await put('listings-20260308-01.csv', csv(listing(one, 'A')));
    await put('listings-delta-20260309-04.csv', changes(`新增,${listing(one, 'D')}`));
    await put('listings-delta-20260309-03.csv', changes(`新增,${listing(one, 'C')}`));
    const gateway = await stage.start(delivery);
    expect(await stage.numbers(gateway, one)).toEqual(['A']);
    expect(await stage.registered()).toContainEqual([
      'listings-delta-20260309-04.csv',
      'waiting',
      'GAP: number 2 is missing (2 in all)',
    ]);
    expect(await reportOf('listings-delta-20260309-03.csv')).toMatch(/GAP.*此前的批次尚未收到/);
    await put('listings-delta-20260309-02.csv', changes(`新增,${listing(one, 'B')}`));
    await eventually(async () =>
      expect((await stage.numbers(gateway, one)).sort()).toEqual(['A', 'B', 'C', 'D']),
    );
    await eventually(async () =>
      expect((await readdir(stage.drop())).filter((name) => name.endsWith('.txt'))).toEqual([]),
    );
    expect((await stage.registered()).map((row) => (row as string[])[1])).not.toContain('waiting');
  });

  test('that waited are history when a full delivery comes, and before any they wait', async () => {
    await put('listings-delta-20260308-03.csv', changes(`新增,${listing(one, 'old')}`));
    const gateway = await stage.start(delivery);
    expect(await stage.registered()).toEqual([
      ['listings-delta-20260308-03.csv', 'waiting', 'GAP: no full delivery has come before it'],
    ]);
    await put('listings-20260309-04.csv', csv(listing(one, 'A')));
    await eventually(async () =>
      expect(await stage.registered()).toEqual([['listings-20260309-04.csv', 'active']]),
    );
    expect(await stage.numbers(gateway, one)).toEqual(['A']);
  });

  test('that come again change nothing; numbers that begin anew are a mistake', async () => {
    await put('listings-20260308-01.csv', csv(listing(one, 'A')));
    await put('listings-delta-20260308-02.csv', changes('删除,,A,,,', `新增,${listing(one, 'B')}`));
    const gateway = await stage.start(delivery);
    await put('listings-delta-20260308-02.csv', changes('删除,,B,,,'));
    await put('listings-delta-20260309-01.csv', changes('删除,,B,,,'));
    await eventually(async () =>
      expect(await stage.registered()).toContainEqual([
        'listings-delta-20260309-01.csv',
        'quarantined',
        'OLDER: the active delivery is listings-delta-20260308-02.csv',
      ]),
    );
    expect(await stage.numbers(gateway, one)).toEqual(['B']);
  });

  test('are seen whole or not at all by look-ups on their way', async () => {
    const whole = (mark: number): string[] =>
      Array.from({ length: 40 }, (_, at) => `修改,${listing(one, `A${at}`).replace(',1,', `,${mark},`)}`);
    await put('listings-20260308-01.csv', csv(...whole(1).map((line) => line.slice(3))));
    const gateway = await stage.start(delivery);
    const seen = new Set<string>();
    for (let mark = 2; mark <= 4; mark += 1) {
      await put(`listings-delta-20260308-0${mark}.csv`, changes(...whole(mark)));
      await vi.waitFor(
        async () => {
          const answer = await ask(gateway, [one], { Listing: ['amount'] });
          const amounts = answer.rows
            .get('Listing')!
            .get(one.id)!
            .map(({ amount }) => amount as string);
          expect(amounts).toHaveLength(40);
          expect(new Set(amounts).size).toBe(1);
          seen.add(amounts[0]!);
          expect(amounts[0]).toBe(`${mark}.00`);
        },
        { timeout: 8000, interval: 1 },
      );
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  test('after a restart nothing is applied twice', async () => {
    await put('listings-20260308-01.csv', csv(listing(one, 'A')));
    await put('listings-delta-20260309-02.csv', changes(`新增,${listing(one, 'B')}`));
    await stage.start(delivery);
    await stage.closeAll();
    const before = await stage.registered();
    const gateway = await stage.start(delivery);
    expect((await stage.numbers(gateway, one)).sort()).toEqual(['A', 'B']);
    expect(await stage.registered()).toEqual(before);
  });

  test.each([
    [
      'an unknown operation',
      changes(`改,${listing(one, 'B')}`),
      'UNKNOWN_OPERATION: column 操作 is none of the words of the manifest, on line 2',
    ],
    ['a row without its key', changes('删除,,,,,'), 'NO_KEY: column doc is empty, on line 2'],
    ['no operation', csv(listing(one, 'B')), 'MISSING_COLUMN: column 操作 is missing, on line 1'],
    ['more deletions than may be', changes('删除,,A,,,', '删除,,B,,,'), /^SHRUNKEN: no rows, after 2/],
  ])('with %s are put aside whole', async (_title, content, reason) => {
    await put('listings-20260308-01.csv', csv(listing(one, 'A'), listing(one, 'B')));
    await put('listings-delta-20260309-02.csv', content);
    const gateway = await stage.start(delivery);
    expect(await stage.registered()).toContainEqual([
      'listings-delta-20260309-02.csv',
      'quarantined',
      expect.stringMatching(reason),
    ]);
    expect((await stage.numbers(gateway, one)).sort()).toEqual(['A', 'B']);
  });

  test('need full deliveries in which no two rows have one key', async () => {
    await put('listings-20260308-01.csv', csv(listing(one, 'A'), listing(two, 'A')));
    await stage.start(delivery);
    expect(await stage.registered()).toEqual([
      ['listings-20260308-01.csv', 'quarantined', 'DUPLICATE_KEY: two rows have the same doc'],
    ]);
  });
});

describe('a delivery that proves itself', () => {
  const good = csv(listing(one, 'A'), listing(two, 'B'));
  const sum = (bytes: Buffer, algorithm = 'sha256') => createHash(algorithm).update(bytes).digest('hex');

  test.each(['sha256', 'sm3'])('by its .%s file waits for it, and is held against it', async (algorithm) => {
    await put('listings-20260308-01.csv', good);
    const gateway = await stage.start(`check: { sidecar: ${algorithm} }`);
    expect(await stage.registered()).toEqual([
      ['listings-20260308-01.csv', 'waiting', `UNPROVEN: waits for its .${algorithm} file`],
    ]);
    await put(
      `listings-20260308-01.csv.${algorithm}`,
      Buffer.from(`${sum(good, algorithm).toUpperCase()}  listings.csv\n`),
    );
    await eventually(async () => expect(await stage.numbers(gateway, one)).toEqual(['A']));
    await put('listings-20260309-01.csv', csv(listing(one, 'swapped'), listing(two, 'B')));
    await put(`listings-20260309-01.csv.${algorithm}`, Buffer.from(sum(good, algorithm)));
    await eventually(async () =>
      expect(await stage.registered()).toContainEqual([
        'listings-20260309-01.csv',
        'quarantined',
        `HASH: is not what its .${algorithm} file says`,
      ]),
    );
    expect(await stage.numbers(gateway, one)).toEqual(['A']);
  });

  const trailed = (trailer: string, rows = good): Buffer =>
    Buffer.concat([rows, Buffer.from(`${trailer}\r\n\r\n`)]);
  test.each([
    ['says as many rows', trailed('#END,002'), '#END,{rows}', 'active', undefined],
    [
      'says more rows',
      trailed('#END,3'),
      '#END,{rows}',
      'quarantined',
      'COUNT: 2 rows, where its trailer says 3',
    ],
    ['is missing', good, '#END,{rows}', 'quarantined', 'TRUNCATED: does not end with its trailer line'],
    ['is cut', trailed('#EN'), '#END,{rows}', 'quarantined', 'TRUNCATED: does not end with its trailer line'],
    ['has the hash', trailed(`T2|${sum(good)}`), 'T{rows}|{sha256}', 'active', undefined],
    [
      'has another hash',
      trailed(`T2|${sum(Buffer.from('x'))}`),
      'T{rows}|{sha256}',
      'quarantined',
      'HASH: is not what its trailer says',
    ],
  ])('by a trailer that %s', async (_title, content, trailer, state, reason) => {
    await put('listings-20260308-01.csv', content);
    await stage.start(`check: { trailer: '${trailer}' }`);
    const expected = ['listings-20260308-01.csv', state, ...(reason === undefined ? [] : [reason])];
    expect(await stage.registered()).toEqual([expected]);
  });
});

describe('a delivery that is put aside', () => {
  test('has a report beside it, in both languages, with lines and without values', async () => {
    const secret = '420202199001011237';
    const lines = [
      listing(one, 'A'),
      `${secret},B`,
      `3.10101E+17,C,1,2026-03-01,0`,
      `420202199001011000,D,1,2026-03-01,0`,
    ];
    await put('listings-20260308-01.csv', csv(...lines, `,E,1,2026-03-01,0`));
    await stage.start('shrink: 10%');
    const report = await reportOf('listings-20260308-01.csv');
    expect(report).toContain('本批文件已被隔离');
    expect(report).toMatch(/SHORT_ROW.*行的列数[\s\S]*行 lines: 3 \(共 1 处 1 in all\)/);
    expect(report).toMatch(
      /UNUSABLE_KEY.*标识[\s\S]*列 column: code[\s\S]*行 lines: 4 \(共 1 处[\s\S]*EXPONENT[\s\S]*文本/,
    );
    expect(report).toMatch(/UNUSABLE_KEY[\s\S]*行 lines: 5 [\s\S]*ROUNDED/);
    expect(report).toMatch(/UNUSABLE_KEY[\s\S]*行 lines: 6 [\s\S]*EMPTY/);
    expect(report).not.toMatch(/420202|3\.10101E|9199/);
    expect(stage.told()).toMatchObject([{ outcome: 'quarantined', reason: 'SHORT_ROW', record: 'Listing' }]);
  });

  test('loses its report when it comes again and is right', async () => {
    await put('listings-20260308-01.csv', Buffer.from('nonsense'));
    const gateway = await stage.start('shrink: 10%');
    expect(await reportOf('listings-20260308-01.csv')).toContain('MISSING_COLUMN');
    await put('listings-20260308-01.csv', csv(listing(one, 'A')));
    await eventually(async () => expect(await stage.numbers(gateway, one)).toEqual(['A']));
    await eventually(async () => expect(await readdir(stage.drop())).toEqual(['listings-20260308-01.csv']));
    expect((await stage.registered()).map((row) => (row as string[])[1])).toEqual(['replaced', 'active']);
  });

  test('for shrinking beyond what the manifest allows, and no earlier', async () => {
    const rows = (count: number): Buffer =>
      csv(...Array.from({ length: count }, (_, at) => listing(one, `A${at}`)));
    await put('listings-20260307-01.csv', rows(10));
    const gateway = await stage.start('shrink: 20%');
    await put('listings-20260308-01.csv', rows(8));
    await eventually(async () => expect(await stage.numbers(gateway, one)).toHaveLength(8));
    await put('listings-20260309-01.csv', rows(6));
    await eventually(async () =>
      expect(await stage.registered()).toContainEqual([
        'listings-20260309-01.csv',
        'quarantined',
        'SHRUNKEN: 6 rows, after 8 in the delivery before; 20% fewer is the most',
      ]),
    );
    expect(await stage.numbers(gateway, one)).toHaveLength(8);
  });

  test('because it is a link: what it points to is never read', async () => {
    const outside = join(tmpdir(), `outside-${process.pid}.csv`);
    await writeFile(outside, csv(listing(one, 'outside')));
    await symlink(outside, join(stage.drop(), 'listings-20260308-01.csv'));
    const gateway = await stage.start('shrink: 20%');
    await eventually(async () =>
      expect(await stage.registered()).toEqual([
        ['listings-20260308-01.csv', 'quarantined', 'LINK: links are not followed'],
      ]),
    );
    expect(await stage.numbers(gateway, one)).toEqual([]);
    await rm(outside);
  });
});

describe('what is no fault of the delivery', () => {
  test('a full staging disk is coded, waited for, and the old delivery stays', async () => {
    await put('listings-20260308-01.csv', csv(listing(one, 'old')));
    const gateway = await stage.start('shrink: 20%');
    await stage.database.query(`CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'no space'; END $$`);
    await stage.database.query(
      `CREATE EVENT TRIGGER full_disk ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.refuse()`,
    );
    try {
      await put('listings-20260309-01.csv', csv(listing(one, 'new')));
      await eventually(async () =>
        expect(stage.said()).toContainEqual(
          expect.objectContaining({
            message: 'a delivery could not be loaded',
            error: 'STAGING_FULL',
            file: 'listings-20260309-01.csv',
          }),
        ),
      );
      expect(await stage.numbers(gateway, one)).toEqual(['old']);
    } finally {
      await stage.database.query('DROP EVENT TRIGGER full_disk');
      await stage.database.query('DROP FUNCTION public.refuse()');
    }
    await eventually(async () => expect(await stage.numbers(gateway, one)).toEqual(['new']));
    expect((await stage.registered()).map((row) => (row as string[])[1])).toEqual(['retired', 'active']);
  });

  test('a drop box that vanishes is coded once, answered from what is staged, and found again', async () => {
    await put('listings-20260308-01.csv', csv(listing(one, 'old')));
    const gateway = await stage.start('shrink: 20%');
    const away = `${stage.drop()}-away`;
    await rename(stage.drop(), away);
    const complaints = () => stage.said().filter(({ message }) => message === 'cannot look for deliveries');
    await eventually(async () => expect(complaints()).toHaveLength(1));
    expect(await stage.numbers(gateway, one)).toEqual(['old']);
    await rename(away, stage.drop());
    await put('listings-20260309-01.csv', csv(listing(one, 'new')));
    await eventually(async () => expect(await stage.numbers(gateway, one)).toEqual(['new']));
    expect(complaints()).toMatchObject([{ error: 'DROP_BOX_UNREADABLE' }]);
    expect(stage.said().map(({ message }) => message)).toContain('deliveries can be looked for again');
  });

  test('a gateway that cannot see the drop box follows the one that can, and tells whoever keeps answers', async () => {
    await put('listings-20260308-01.csv', csv(listing(one, 'first')));
    await stage.start('shrink: 20%');
    const blind = await stage.start('shrink: 20%', {}, '/nonexistent/drop');
    expect(await stage.numbers(blind, one)).toEqual(['first']);
    const before = stage.told().length;
    await put('listings-20260309-01.csv', csv(listing(one, 'second')));
    await eventually(async () => expect(await stage.numbers(blind, one)).toEqual(['second']));
    await eventually(async () =>
      expect(stage.told().slice(before)).toMatchObject([{ outcome: 'loaded' }, { outcome: 'loaded' }]),
    );
  });
});
