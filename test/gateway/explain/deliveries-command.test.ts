import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type DeliveriesIo, runDeliveries } from '../../../gateway/explain/deliveries-command.ts';
import {
  type DropStage,
  csv,
  listing,
  now,
  openDropStage,
  subject,
} from '../../connectors/file/drop-stage.ts';
import { deliver } from '../../contract/file-bench.ts';

let stage: DropStage;
beforeAll(async () => {
  stage = await openDropStage();
});
afterAll(() => stage.stop());
beforeEach(() => stage.reset());

async function run(
  argv: readonly string[],
  more: Partial<DeliveriesIo> = {},
): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runDeliveries(argv, {
    stdout: { write: (text) => void (said.out += text) },
    stderr: { write: (text) => void (said.err += text) },
    databaseUrl: stage.url,
    user: 'operator',
    now,
    open: (connectionString) => new pg.Pool({ connectionString, max: 1 }),
    ...more,
  });
  return { code, ...said };
}
const many = (count: number): Buffer =>
  csv(...Array.from({ length: count }, (_, at) => listing(subject(1), `A${at}`)));

test('a person sees what is in use and what was put aside, reads why, and releases what only shrank', async () => {
  await deliver(stage.drop(), 'listings-20260308-01.csv', many(10));
  const gateway = await stage.start('shrink: 20%');
  await deliver(stage.drop(), 'listings-20260309-01.csv', many(2));
  await deliver(stage.drop(), 'listings-20260309-02.csv', Buffer.from('nonsense'));
  await vi.waitFor(async () => expect(await readdir(stage.drop())).toHaveLength(5), { timeout: 8000 });

  const listed = await run(['list']);
  expect(listed.code).toBe(0);
  expect(listed.out).toMatch(/^probe +Listing +listings-20260308-01\.csv +in use 在用 +10 +2 d +UNPROVEN$/m);
  expect(listed.out).toMatch(
    /^probe +Listing +listings-20260309-01\.csv +put aside 隔离 .* 36 h +SHRUNKEN$/m,
  );
  expect(listed.out).toMatch(/listings-20260309-02\.csv .* MISSING_COLUMN$/m);
  expect((await run(['report', 'listings-20260309-01.csv'])).out).toMatch(
    /SHRUNKEN.*行数较上一批大幅减少[\s\S]*release it/,
  );

  expect(await run(['accept', 'listings-20260309-02.csv'])).toMatchObject({ code: 1, out: '' });
  expect(await run(['accept', 'listings-20260309-01.csv'])).toMatchObject({ code: 0, err: '' });
  await vi.waitFor(async () => expect(await stage.numbers(gateway, subject(1))).toHaveLength(2), {
    timeout: 8000,
  });
  expect((await run(['list'])).out).toMatch(/listings-20260309-01\.csv +in use 在用 \(operator\) +2 /);
  await vi.waitFor(async () =>
    expect(await readdir(stage.drop())).not.toContain('listings-20260309-01.csv.report.txt'),
  );
});

test('what is asked wrongly, or of the wrong database, is said in one line', async () => {
  expect(await run(['list'], { databaseUrl: undefined })).toMatchObject({
    code: 2,
    err: 'Set DATABASE_URL. 请设置 DATABASE_URL。\n',
  });
  expect((await run(['list'])).err).toMatch(/^No gateway has staged deliveries here yet/);
  expect((await run(['list'], { databaseUrl: 'postgres://postgres@127.0.0.1:1/x' })).err).toMatch(
    /^The database cannot be asked \(ECONNREFUSED\)/,
  );
  for (const argv of [[], ['report'], ['list', 'x'], ['drop', 'x'], ['accept', 'x', '--force']])
    expect(await run(argv), argv.join(' ')).toMatchObject({ code: 2, out: '' });
  expect((await run(['--help'])).out).toContain('npm run -s deliveries -- accept <file>');
  await stage.start('shrink: 20%');
  expect(await run(['report', 'nothing.csv'])).toMatchObject({ code: 1 });
  expect((await run(['list'])).out).toBe('No deliveries. 没有文件交付。\n');
});
