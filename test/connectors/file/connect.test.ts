import { mkdtempSync } from 'node:fs';
import { readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeConnector } from '../../../connectors/connector.ts';
import type { Connector, Subject } from '../../../connectors/contract.ts';
import { type FileOptions, openFile } from '../../../connectors/file/connect.ts';
import type { FileManifest } from '../../../connectors/manifest.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type Postgres, startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { type Bench, ask, numbersOf, probeManifest } from '../../contract/bench.ts';
import { deliver } from '../../contract/file-bench.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };
const two: Subject = { kind: 'Organization', id: usccAt('91', 2) };
const now = new Date('2026-03-10T12:00:00+08:00');

let root: string;
let server: Postgres;
let database: pg.Pool;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'files-'));
  server = await startPostgres({ directory: root, port: 0 });
  database = new pg.Pool({ connectionString: server.url('postgres'), max: 2 });
  database.on('error', () => undefined);
});
afterAll(async () => {
  await database.end();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

let drop: string;
let open: Connector[];
let said: { readonly message: string; readonly reason?: unknown }[];
beforeEach(async () => {
  await database.query('DROP SCHEMA IF EXISTS staging CASCADE');
  drop = mkdtempSync(join(tmpdir(), 'drop-'));
  open = [];
  said = [];
});
afterEach(async () => {
  await Promise.all(open.map((connector) => connector.close()));
  await rm(drop, { recursive: true, force: true });
});

function manifest(pattern = 'listings-*.csv'): FileManifest {
  const bench = {
    environment: { PROBE_ADDRESS: drop },
    manifest: () => ({
      top: 'transport: file',
      listings: `delivery: { pattern: ${pattern}, format: csv, encoding: gb18030 }`,
      awards: 'delivery: { pattern: awards-*.jsonl, format: jsonl }',
    }),
  } as unknown as Bench;
  return probeManifest(bench) as FileManifest;
}

async function start(options: Partial<FileOptions> = {}): Promise<Connector> {
  const say = (context: Readonly<Record<string, unknown>>, message: string): void => {
    said.push({ message, ...context });
  };
  const log = { info: say, warn: say, error: say };
  const given = {
    stagingUrl: server.url('postgres'),
    clock: () => now,
    log,
    interval: 100,
    grace: 200,
    ...options,
  };
  const transport = openFile(manifest(), given);
  const connector = makeConnector(manifest(), transport, { clock: () => now, log });
  open.push(connector);
  await transport.ready;
  return connector;
}

const csv = (...rows: string[]): Buffer =>
  iconv.encode(['code,doc,amt,day,st,备注', ...rows, ''].join('\r\n'), 'gb18030');
const listing = (subject: Subject, doc: string): string => `${subject.id},${doc},1,2026-03-01,0,备注`;
const listings = { Listing: ['number'] };
const numbers = async (connector: Connector, subject = one): Promise<unknown[]> =>
  numbersOf(await ask(connector, [subject], listings), subject.id);
const registered = async (): Promise<unknown[]> => {
  const found = await database.query<{ file: string; state: string; reason: string | null }>(
    `SELECT file, state, reason FROM staging.delivery WHERE record = 'Listing' ORDER BY id`,
  );
  return found.rows.map(({ file, state, reason }) =>
    reason === null ? [file, state] : [file, state, reason],
  );
};
const tables = async (): Promise<number> => {
  const found = await database.query(
    `SELECT 1 FROM pg_tables WHERE schemaname = 'staging' AND tablename LIKE 'probe_Listing%'`,
  );
  return found.rowCount ?? 0;
};

test('without any delivery the source is unavailable, and not ready', async () => {
  const probe = await start();
  const answer = await ask(probe, [one], listings);
  expect(answer).toMatchObject({
    state: 'UNAVAILABLE',
    failure: { code: 'SOURCE_UNREACHABLE', detail: 'no delivery of Listing yet' },
  });
  expect(await probe.probe(new AbortController().signal)).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
});

test('the newest delivery by date and sequence counts, and speaks of its day', async () => {
  await deliver(drop, 'listings-20260308-02.csv', csv(listing(one, 'old')));
  await deliver(drop, 'listings-20260309-01.csv', csv(listing(one, 'older')));
  await deliver(drop, 'listings-20260309-02.csv', csv(listing(one, 'newest')));
  const probe = await start();
  const answer = await ask(probe, [one], listings);
  expect(answer).toMatchObject({ state: 'OK', asOf: '2026-03-09T00:00:00+08:00' });
  expect(numbersOf(answer, one.id)).toEqual(['newest']);
  expect(await registered()).toEqual([['listings-20260309-02.csv', 'active']]);
});

test('an old delivery is stale, and says its age', async () => {
  await deliver(drop, 'listings-20260301-01.csv', csv(listing(one, 'A')));
  expect(await ask(await start(), [one], listings)).toMatchObject({
    state: 'STALE',
    asOf: '2026-03-01T00:00:00+08:00',
  });
});

test('a new delivery takes over, and the table before it goes', async () => {
  await deliver(drop, 'listings-20260308-01.csv', csv(listing(one, 'first'), listing(two, 'gone')));
  const probe = await start();
  expect(await numbers(probe)).toEqual(['first']);
  await deliver(drop, 'listings-20260309-01.csv', csv(listing(one, 'second')));
  await vi.waitFor(async () => expect(await numbers(probe)).toEqual(['second']), { timeout: 5000 });
  expect(await numbers(probe, two)).toEqual([]);
  await vi.waitFor(async () => expect(await tables()).toBe(1), { timeout: 5000 });
});

test('every look-up during a switch sees one whole delivery', async () => {
  const whole = (mark: string): Buffer =>
    csv(...Array.from({ length: 40 }, (_, at) => listing(one, `${mark}-${at}`)));
  await deliver(drop, 'listings-20260301-01.csv', whole('1'));
  const probe = await start();
  const marks = new Set<string>();
  for (let sequence = 2; sequence <= 5; sequence += 1) {
    await deliver(drop, `listings-20260301-0${sequence}.csv`, whole(String(sequence)));
    await vi.waitFor(
      async () => {
        const seen = (await numbers(probe)).map((doc) => String(doc).split('-')[0]!);
        expect(seen).toHaveLength(40);
        expect(new Set(seen).size).toBe(1);
        marks.add(seen[0]!);
        expect(seen[0]).toBe(String(sequence));
      },
      { timeout: 5000, interval: 1 },
    );
  }
  expect(marks.size).toBeGreaterThan(1);
});

describe('a bad delivery is put aside with its reason, and the one before stays', () => {
  test.each([
    [
      'duplicate headers',
      iconv.encode(`code,doc,amt,day,st,st\n`, 'gb18030'),
      'DUPLICATE_HEADER: column st appears twice, on line 1',
    ],
    [
      'a missing column',
      iconv.encode(`code,doc,amt,day\n`, 'gb18030'),
      'MISSING_COLUMN: column st is missing, on line 1',
    ],
    ['a short row', csv(listing(one, 'x'), `${one.id},y`), 'SHORT_ROW: shorter than the header, on line 3'],
    [
      'no row that is anybody’s',
      csv(listing(one, 'x').replace(one.id, '')),
      /^SHRUNKEN: no rows that are somebody’s, after 1 .*; UNUSABLE_KEY: column code EMPTY: no key, on line 2$/,
    ],
    ['another encoding', Buffer.concat([csv(), Buffer.from([0xff])]), /^ENCODING: not gb18030 near byte/],
    ['no rows at all', csv(), 'SHRUNKEN: no rows, after 1 in the delivery before'],
    ['nothing', Buffer.alloc(0), 'EMPTY: the file is empty'],
  ])('%s', async (_title, content, reason) => {
    await deliver(drop, 'listings-20260308-01.csv', csv(listing(one, 'good')));
    const probe = await start();
    await deliver(drop, 'listings-20260309-01.csv', content);
    await vi.waitFor(
      async () =>
        expect(await registered()).toEqual([
          ['listings-20260308-01.csv', 'active'],
          ['listings-20260309-01.csv', 'quarantined', expect.stringMatching(reason)],
        ]),
      { timeout: 5000 },
    );
    expect(await numbers(probe)).toEqual(['good']);
    expect(await tables()).toBe(1);
  });

  test('one older than the active one', async () => {
    await deliver(drop, 'listings-20260308-01.csv', csv(listing(one, 'good')));
    const probe = await start();
    await deliver(drop, 'listings-20260307-01.csv', csv(listing(one, 'older')));
    await vi.waitFor(
      async () =>
        expect(await registered()).toContainEqual([
          'listings-20260307-01.csv',
          'quarantined',
          'OLDER: the active delivery is listings-20260308-01.csv',
        ]),
      { timeout: 5000 },
    );
    expect(await numbers(probe)).toEqual(['good']);
  });

  test('one from the future', async () => {
    await deliver(drop, 'listings-20260311-01.csv', csv(listing(one, 'too soon')));
    expect((await ask(await start(), [one], listings)).state).toBe('UNAVAILABLE');
    expect(await registered()).toEqual([
      ['listings-20260311-01.csv', 'quarantined', 'FUTURE: the date in its name has not come'],
    ]);
  });

  test('and the good one before it is used when both lie ready at the start', async () => {
    await deliver(drop, 'listings-20260308-01.csv', csv(listing(one, 'good')));
    await deliver(drop, 'listings-20260309-01.csv', Buffer.from('nonsense'));
    expect(await numbers(await start())).toEqual(['good']);
  });
});

test('a restart reads neither what is staged nor what was put aside again', async () => {
  await deliver(drop, 'listings-20260308-01.csv', csv(listing(one, 'staged')));
  await deliver(drop, 'listings-20260309-01.csv', Buffer.from('nonsense'));
  await (await start()).close();
  open = [];
  const before = await registered();
  said = [];
  const probe = await start();
  expect(await numbers(probe)).toEqual(['staged']);
  expect(said.map(({ message }) => message)).toEqual([
    'nobody is clear by this delivery',
    'this delivery was put aside before',
  ]);
  expect(await registered()).toEqual(before);
});

test('a staged delivery outlives its file', async () => {
  await deliver(drop, 'listings-20260308-01.csv', csv(listing(one, 'staged')));
  await (await start()).close();
  open = [];
  for (const file of await readdir(drop)) await unlink(join(drop, file));
  expect(await numbers(await start())).toEqual(['staged']);
});

test('a file still being written is left alone until it rests', async () => {
  const probe = await start();
  const path = join(drop, 'listings-20260308-01.csv');
  const whole = csv(listing(one, 'A'), listing(one, 'B'));
  await writeFile(path, whole.subarray(0, 60));
  await vi.waitFor(async () => expect(await readdir(drop)).toHaveLength(1));
  await writeFile(path, whole);
  await vi.waitFor(async () => expect(await numbers(probe)).toEqual(['A', 'B']), { timeout: 5000 });
  expect(await registered()).toEqual([['listings-20260308-01.csv', 'active']]);
});

test('several gateways share one staging: one loads, all answer', async () => {
  await deliver(drop, 'listings-20260308-01.csv', csv(listing(one, 'first')));
  const gateways = await Promise.all([start(), start(), start()]);
  for (const gateway of gateways) expect(await numbers(gateway)).toEqual(['first']);
  await deliver(drop, 'listings-20260309-01.csv', csv(listing(one, 'second')));
  for (const gateway of gateways) {
    await vi.waitFor(async () => expect(await numbers(gateway)).toEqual(['second']), { timeout: 5000 });
  }
  expect(await registered()).toEqual([
    ['listings-20260308-01.csv', 'retired'],
    ['listings-20260309-01.csv', 'active'],
  ]);
});

test('keys are found however the delivery writes them', async () => {
  const wide = one.id.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
  await deliver(
    drop,
    'listings-20260308-01.csv',
    csv(` ${one.id.toLowerCase()} ,A,1,2026-03-01,0,`, `${wide},B,1,2026-03-01,0,`),
  );
  expect(await numbers(await start())).toEqual(['A', 'B']);
});

test('columns the manifest does not map are not kept', async () => {
  await deliver(drop, 'listings-20260308-01.csv', csv(listing(one, 'A')));
  await start();
  const columns = await database.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relname LIKE 'probe_Listing%' AND c.relkind = 'r' AND attnum > 0 ORDER BY attnum`,
  );
  expect(columns.rows.map(({ name }) => name)).toEqual([' key0', ' fault', 'doc', 'amt', 'day', 'st']);
});
