import { generateKeyPairSync } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runAuditCli } from '../../../gateway/audit/command.ts';
import type { AuditBody } from '../../../gateway/audit/entry.ts';
import { createPseudonymiser } from '../../../gateway/audit/pseudonym.ts';
import { appendAll, freshDirectory, hourlyClock, openLog, tamper, writtenLog } from './audit-directory.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

async function run(argv: readonly string[], env: Record<string, string> = {}) {
  let out = '';
  let err = '';
  const code = await runAuditCli(argv, {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    env,
  });
  return { code, out, err };
}

describe('verify', () => {
  test('says how many entries, which head, how many checkpoints', async () => {
    const directory = await writtenLog(25, {
      signingKey: privateKey,
      checkpointEvery: 10,
      segmentBytes: 6000,
    });
    const key = join(directory, 'key.pub');
    await writeFile(key, publicKey.export({ type: 'spki', format: 'pem' }));
    const { code, out, err } = await run(['verify', '--directory', directory, '--public-key', key]);
    expect(out).toMatch(
      /^OK: 28 entries in 2 segments, head 28 sha256:[0-9a-f]{64}, 3 signed checkpoints\n$/,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('says what it did not check', async () => {
    const directory = await writtenLog(3, { signingKey: privateKey });
    const { log } = await openLog(directory);
    await appendAll(log, [{ kind: 'start' }, { kind: 'stop' }]);
    await log.close();
    await appendFile(join(directory, 'audit-000001.jsonl'), '{"seq"');
    const { code, out } = await run(['verify'], { AUDIT_DIRECTORY: directory });
    expect(code).toBe(0);
    expect(out).toContain('signatures of the checkpoints were not checked');
    expect(out).toContain('No checkpoint covers entries 4 to 6 yet');
    expect(out).toContain('unfinished (6 bytes)');
  });

  test('names the first bad entry, its file and line, and exits with 1', async () => {
    const directory = await writtenLog(10);
    await tamper(directory, 1, (lines) => lines.toSpliced(4, 1));
    const { code, out } = await run(['verify', '--directory', directory]);
    expect(code).toBe(1);
    expect(out).toMatch(/^BROKEN at entry 5 \(audit-000001\.jsonl line 5, byte \d+\): missing/);
    const json = await run(['verify', '--directory', directory, '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ entries: 4, problem: { seq: 5, line: 5 } });
  });

  test('with an anchor notices a removed end', async () => {
    const anchorFile = join(await freshDirectory(), 'anchor.jsonl');
    const directory = await writtenLog(10, { signingKey: privateKey, anchorFile });
    const sound = await run(['verify', '--directory', directory, '--anchor', anchorFile]);
    expect(sound).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 anchored checkpoint agreed with'),
    });
    await tamper(directory, 1, (lines) => lines.slice(0, 7));
    const cut = await run(['verify', '--directory', directory, '--anchor', anchorFile]);
    expect(cut).toMatchObject({ code: 1, out: expect.stringMatching(/^BROKEN at entry 8 .*removed/) });
  });
});

describe('find', () => {
  const OFFICIAL = '11010519491231002X';
  const pseudonymKey = Buffer.alloc(32, 9);
  const pseudonymise = createPseudonymiser(pseudonymKey);
  const official = pseudonymise('citizen-id', OFFICIAL);
  const firm = pseudonymise('uscc', '91350100M000100Y43');

  const intent = (request: string, subjects: string[], more: object = {}): AuditBody => ({
    kind: 'intent',
    request,
    subjects,
    caller: { consumer: 'organisation-dept' },
    purpose: 'PROMOTION',
    ...more,
  });

  /** Hours of 1 May 2026, UTC: entry n stands at n - 1 o'clock. */
  async function log(): Promise<{ directory: string; options: string[] }> {
    const directory = await freshDirectory();
    const { log: written } = await openLog(directory, { clock: hourlyClock() });
    await appendAll(written, [
      { kind: 'start' },
      intent('a', [firm, official], { user: 'u-1', case: '（2026）1号' }),
      intent('b', [firm], { caller: { consumer: 'procurement-platform' }, user: 'u-2' }),
      { kind: 'outcome', request: 'b' },
      { kind: 'outcome', request: 'a' },
      {
        kind: 'refusal',
        request: 'c',
        subjects: [official],
        caller: { consumer: 'public' },
        code: 'PURPOSE_REQUIRED',
      },
      intent('d', [official], { user: 'u-1\u001b[2J\nentry 9' }),
      { kind: 'start' },
      { kind: 'outcome', request: 'd' },
    ]);
    await written.close();
    const keyFile = join(directory, 'pseudonym.key');
    await writeFile(keyFile, pseudonymKey, { mode: 0o600 });
    return { directory, options: ['--directory', directory, '--pseudonym-key', keyFile] };
  }

  const numbers = (out: string): number[] =>
    [...out.matchAll(/^entry (\d+) /gm)].map(([, seq]) => Number(seq));

  test('answers who read this official in May: readings with their outcome, and refusals', async () => {
    const { options } = await log();
    const { code, out } = await run(['find', ...options, '--subject', ` ${OFFICIAL.toLowerCase()} `, '--from', '2026-05', '--to', '2026-05']); // prettier-ignore
    expect(code).toBe(0);
    expect(numbers(out)).toEqual([2, 6, 7]);
    expect(out).toContain(
      'entry 2  2026-05-01T01:00:00.000Z  organisation-dept  user u-1  purpose PROMOTION  case （2026）1号  ' +
        'request a  outcome 5 2026-05-01T04:00:00.000Z\n',
    );
    expect(out).toMatch(/^entry 6 .* refused PURPOSE_REQUIRED$/m);
    expect(out).toMatch(/^3 findings in 9 entries\.$/m);
  });

  test('a reading that a crash cut short has no outcome, whatever a later run wrote', async () => {
    const { options } = await log();
    const { out } = await run(['find', ...options, '--subject', OFFICIAL]);
    expect(out).toMatch(/^entry 7 .*no outcome recorded$/m);
  });

  test('what a caller wrote cannot move the cursor or add a line', async () => {
    const { options } = await log();
    const { out } = await run(['find', ...options, '--subject', OFFICIAL]);
    expect(out).not.toContain('\u001b');
    expect(numbers(out)).toEqual([2, 6, 7]);
  });

  test.each([
    [['--consumer', 'procurement-platform'], [3]],
    [['--user', 'u-1'], [2]],
    [['--case', '（2026）1号'], [2]],
    [
      ['--subject', '91350100M000100Y43'],
      [3, 2],
    ],
    [['--subject', '91350100M000100Y43', '--user', 'u-2'], [3]],
    [
      ['--from', '2026-05-01T02:00Z'],
      [3, 6, 7],
    ],
    [['--to', '2026-05-01T02:00Z'], [2]],
    [['--from', '2026-05-01', '--to', '2026-05-01', '--consumer', 'public'], [6]],
    [['--to', '2026-05-01', '--offset', '+18:00', '--consumer', 'public'], [6]],
    [['--to', '2026-05-01', '--offset', '+19:00', '--consumer', 'public'], []],
    [['--from', '2026-05-01', '--offset=-05:30'], [7]],
    [['--from', '2026-05-02'], []],
    [['--consumer', 'nobody'], []],
  ])('%j finds entries %j', async (criteria, expected) => {
    const { options } = await log();
    const { code, out } = await run(['find', ...options, ...criteria]);
    expect(numbers(out)).toEqual(expected);
    expect(code).toBe(expected.length === 0 ? 1 : 0);
  });

  test('says when the log is broken, and that the rest was not searched', async () => {
    const { directory, options } = await log();
    await tamper(directory, 1, (lines) => lines.with(5, lines[5]!.replace('public', 'pub1ic')));
    const { code, out, err } = await run(['find', ...options, '--subject', OFFICIAL]);
    expect(code).toBe(1);
    expect(numbers(out)).toEqual([2]);
    expect(err).toMatch(/^BROKEN at entry 6 .*edited/);
    expect(err).toContain('has not been searched');
  });

  test('gives programs one JSON object a line', async () => {
    const { options } = await log();
    const { out } = await run(['find', ...options, '--consumer', 'procurement-platform', '--json']);
    expect(JSON.parse(out)).toMatchObject({ entry: { seq: 3, kind: 'intent' }, outcome: { seq: 4 } });
  });
});

describe('show and head', () => {
  test('show prints the entry of a number, from whichever segment', async () => {
    const directory = await writtenLog(10, { segmentBytes: 700 });
    for (const seq of [1, 2, 3, 10]) {
      const { code, out } = await run(['show', String(seq), '--directory', directory]);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ seq, request: `r-${seq}` });
    }
    expect(await run(['show', '11', '--directory', directory])).toMatchObject({ code: 1, out: '' });
  });

  test('show says when the content does not match the hash', async () => {
    const directory = await writtenLog(3);
    await tamper(directory, 1, (lines) => lines.with(1, lines[1]!.replace('r-2', 'r-7')));
    const { code, out } = await run(['show', '2', '--directory', directory]);
    expect(code).toBe(1);
    expect(out).toContain('BROKEN');
  });

  test('head prints number and hash of the last entry', async () => {
    const directory = await writtenLog(5, { segmentBytes: 700 });
    await writeFile(join(directory, 'audit-000004.jsonl'), '{"torn');
    const { code, out } = await run(['head', '--directory', directory, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ seq: 5, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});

describe('wrong use', () => {
  test.each([
    [[], 'say what to do'],
    [['burn'], 'no command burn'],
    [['verify', '--no-such-option'], '--no-such-option'],
    [['verify', 'now'], 'unexpected argument now'],
    [['verify', '--directory', '/nowhere'], 'ENOENT'],
    [['find', '--directory', '.'], 'no audit log in .'],
    [['show', 'x'], 'needs the number'],
  ])('%j exits with 2 and says why', async (argv, message) => {
    const { code, out, err } = await run(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  test.each([
    [[], 'needs at least one'],
    [['--from', '2026-02-31'], '--from: not a date'],
    [['--to', 'May'], '--to: not a date'],
    [['--to', '2026-05', '--offset', '8'], 'bad --offset'],
    [['--subject', 'x', '--pseudonym-key', '/nowhere/key'], '/nowhere/key'],
  ])('find %j exits with 2 and says why', async (criteria, message) => {
    const { code, err } = await run(['find', '--directory', await writtenLog(1), ...criteria]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('--help explains every command', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const command of ['verify', 'find', 'show', 'head']) expect(out).toContain(`audit -- ${command}`);
  });
});
