// The access index against a real PostgreSQL and real segments: every reading once, whatever dies on the way.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AuditBody } from '../../../gateway/audit/entry.ts';
import type { AuditLog } from '../../../gateway/audit/log.ts';
import { type AccessIndexOptions, followAuditLog } from '../../../gateway/recall/access-index.ts';
import { openReadingStore } from '../../../gateway/recall/reading-store.ts';
import { type GatewayState, openState } from '../../../gateway/state/state.ts';
import { freshDirectory, openLog, tamper } from '../audit/audit-directory.ts';
import { type OwnState, startOwnState } from '../state/own-state.ts';

let own: OwnState;
let state: GatewayState;
beforeAll(async () => {
  own = await startOwnState();
  state = own.state;
});
afterAll(() => own?.stop());
beforeEach(async () => {
  // Logs of one clock begin alike, as no gateway's do: each names its run.
  await state.query('delete from gateway.access_reading');
  await state.query('delete from gateway.access_position');
});

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const follow = (
  folder: string,
  audit: Pick<AuditLog, 'durableSeq'>,
  more: Partial<AccessIndexOptions> = {},
) =>
  followAuditLog({
    directory: folder,
    audit,
    store: openReadingStore(state),
    clock: () => new Date('2026-06-01T00:00:00Z'),
    log: quiet,
    ...more,
  });

/** What the gateway writes of one request about some subjects. */
function request(number: number, subjects: readonly string[], more: Readonly<Record<string, never>> = {}) {
  const intent: AuditBody = {
    kind: 'intent',
    request: `r-${number}`,
    caller: { consumer: 'some-system' },
    purpose: 'some-purpose',
    retain: 'P3Y',
    subjects,
    fetches: { north: { Act: ['day'] }, south: { Debt: ['sum', 'due'] } },
    ...more,
  };
  const outcome: AuditBody = { kind: 'outcome', request: `r-${number}`, errors: [], sources: {} };
  return [intent, { kind: 'checkpoint' }, outcome];
}
const written = async (log: AuditLog, count: number, from = 0): Promise<void> => {
  for (let number = from; number < from + count; number += 1)
    for (const body of request(number, [`s-${number % 7}`, `t-${number}`])) log.append(body);
  await log.durable(log.head.seq);
};
const kept = async (): Promise<{ request: string; subject: string; answered: boolean }[]> => [
  ...(await state.query<{ request: string; subject: string; answered: boolean }>(
    'select request, subject, answered from gateway.access_reading join gateway.access_subject on reading = id',
  )),
];
const expected = (count: number): string[] =>
  Array.from({ length: count }, (_, number) => [`r-${number} s-${number % 7}`, `r-${number} t-${number}`])
    .flat()
    .toSorted();
const pairs = (rows: Awaited<ReturnType<typeof kept>>): string[] =>
  rows.map((row) => `${row.request} ${row.subject}`).toSorted();

test('killed between batches again and again, it loses no reading and keeps none twice', async () => {
  const folder = await freshDirectory();
  const { log } = await openLog(folder, { segmentBytes: 4_000 });
  await written(log, 200);
  const program = join(await freshDirectory(), 'follower.mjs');
  await build({
    entryPoints: ['test/gateway/recall/index-follower.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  let reached = 0;
  for (let run = 0; run < 4; run += 1) {
    const given = [program, folder, own.url, String(log.durableSeq)];
    const child = spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    let said = '';
    for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      said += chunk;
      if (said.split('\n').length > 20) child.kill('SIGKILL');
    }
    expect(await exited).toEqual([null, 'SIGKILL']);
    // It went on from where the one before it was killed, and not from the beginning.
    expect(Number(said.split('\n')[0])).toBeGreaterThan(reached);
    reached = Number(said.trim().split('\n').at(-1));
  }
  expect(reached).toBeLessThan(log.durableSeq);
  const index = follow(folder, log);
  await index.catchUp(30_000);
  await index.close();
  await log.close();
  expect(pairs(await kept())).toEqual(expected(200));
  expect((await kept()).every(({ answered }) => answered)).toBe(true);
});

test('two that follow one log together keep every reading once', async () => {
  const folder = await freshDirectory();
  const { log } = await openLog(folder);
  await written(log, 60);
  const both = [1, 2].map(() => follow(folder, log, { limits: { entries: 4, bytes: 1_000_000 } }));
  await Promise.all(both.map((index) => index.catchUp(30_000)));
  await Promise.all(both.map((index) => index.close()));
  await log.close();
  expect(pairs(await kept())).toEqual(expected(60));
});

test('while the database is away the log goes on, and is caught up with afterwards', async () => {
  const folder = await freshDirectory();
  const { log } = await openLog(folder);
  await written(log, 10);
  const store = openReadingStore(state);
  const nowhere = openState('postgres://nobody@127.0.0.1:1/none');
  let there = false;
  const away = openReadingStore(nowhere);
  const index = follow(folder, log, {
    store: {
      position: (name) => (there ? store : away).position(name),
      keep: (...given) => (there ? store : away).keep(...given),
      forget: (...given) => store.forget(...given),
    },
  });
  await expect(index.catchUp(10_000)).rejects.toThrow();
  await written(log, 10, 10);
  there = true;
  await index.catchUp(10_000);
  await index.close();
  await nowhere.close();
  await log.close();
  expect(pairs(await kept())).toEqual(expected(20));
});

test('a source that was not asked about a subject is not said to have been', async () => {
  const folder = await freshDirectory();
  const { log } = await openLog(folder);
  for (const body of request(1, ['firm', 'person'], { asked: { south: [1] } } as never)) log.append(body);
  // Refused before anything was fetched: named, but not answered.
  log.append(request(2, ['firm'])[0]!);
  log.append({ kind: 'outcome', request: 'r-2', errors: ['CASE_SUBJECTS_EXCEEDED'] });
  await log.durable(log.head.seq);
  const index = follow(folder, log);
  await index.catchUp(10_000);
  await index.close();
  await log.close();
  const rows = await state.query(
    'select request, subject, sources, answered from gateway.access_reading join gateway.access_subject on reading = id order by 1, 2',
  );
  expect(rows).toEqual([
    { request: 'r-1', subject: 'firm', sources: ['north'], answered: true },
    { request: 'r-1', subject: 'person', sources: ['north', 'south'], answered: true },
    { request: 'r-2', subject: 'firm', sources: ['north', 'south'], answered: false },
  ]);
});

test('a damaged entry is not read past', async () => {
  const folder = await freshDirectory();
  const { log } = await openLog(folder);
  await written(log, 5);
  await tamper(folder, 1, (lines) => lines.map((line, at) => (at === 6 ? line.replace('s-', 'x-') : line)));
  const index = follow(folder, log);
  await expect(index.catchUp(10_000)).rejects.toThrow(/entry 7 of the audit log/);
  await index.close();
  await log.close();
});

test('what need not be kept any longer is forgotten', async () => {
  const folder = await freshDirectory();
  const { log } = await openLog(folder);
  await written(log, 3);
  const first = follow(folder, log);
  await first.catchUp(10_000);
  await first.close();
  expect(await kept()).toHaveLength(6);
  const later = follow(folder, log, { clock: () => new Date('2029-05-03T00:00:00Z') });
  await written(log, 1, 3);
  await later.catchUp(10_000);
  await later.close();
  await log.close();
  expect(await kept()).toEqual([]);
});
