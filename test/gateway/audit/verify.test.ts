import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { appendFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeEntry, parseEntry, type AuditEntry, type Head } from '../../../gateway/audit/entry.ts';
import { verifyAuditLog } from '../../../gateway/audit/verify.ts';
import {
  appendAll,
  freshDirectory,
  openLog,
  readEntries,
  segmentNames,
  tamper,
  writtenLog,
} from './audit-directory.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const foreign = generateKeyPairSync('ed25519');

/** Writes entries anew from `from` on, with right hashes, as somebody with the files but without the key would. */
function rechain(
  lines: readonly string[],
  from: number,
  change: (entry: AuditEntry) => Partial<AuditEntry>,
): string[] {
  let head: Head = from === 0 ? { seq: 0, hash: '0'.repeat(64) } : parseEntry(Buffer.from(lines[from - 1]!));
  return lines.map((line, index) => {
    if (index < from) return line;
    const { seq, time, prev: _p, hash: _h, ...body } = parseEntry(Buffer.from(line));
    const changed = index === from ? change({ seq, ...body } as unknown as AuditEntry) : body;
    const { seq: _s, ...rest } = changed;
    const encoded = encodeEntry(head, time, rest as never);
    head = encoded.head;
    return encoded.line.slice(0, -1);
  });
}

const rehashed = (line: string, change: (entry: AuditEntry) => Partial<AuditEntry>): string =>
  rechain([line.replace(/"seq":\d+/, '"seq":1')], 0, change)[0]!;

describe('an untouched log', () => {
  test('verifies, with its signed checkpoints', async () => {
    const directory = await writtenLog(25, { signingKey: privateKey, checkpointEvery: 10 });
    expect(await verifyAuditLog(directory, { publicKey })).toEqual({
      entries: 28,
      segments: 1,
      head: { seq: 28, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      tornBytes: 0,
      checkpoints: 3,
      coveredSeq: 27,
      signatures: 'checked',
    });
  });

  test('verifies while its last line is being written', async () => {
    const directory = await writtenLog(3);
    await appendFile(join(directory, 'audit-000001.jsonl'), '{"seq":4,');
    const report = await verifyAuditLog(directory);
    expect(report).toMatchObject({ entries: 3, tornBytes: 9 });
    expect(report.problem).toBeUndefined();
  });

  test('verifies under the old and the new key after a change of keys', async () => {
    const directory = await writtenLog(5, { signingKey: privateKey });
    expect(await verifyAuditLog(directory, { publicKey: [foreign.publicKey, publicKey] })).not.toHaveProperty(
      'problem',
    );
  });

  test('verifies with an entry larger than a read block', async () => {
    const directory = await freshDirectory();
    const { log } = await openLog(directory);
    const large = { kind: 'document', text: randomBytes(1_200_000).toString('hex') };
    await appendAll(log, [{ kind: 'start' }, large, large, { kind: 'stop' }]);
    await log.close();
    expect(await verifyAuditLog(directory)).toMatchObject({ entries: 4, head: { seq: 4 } });
    const { log: again, recovered } = await openLog(directory);
    expect(recovered.lastSeq).toBe(4);
    await again.close();
  });
});

describe('the first bad entry is named when', () => {
  const CASES: [string, (lines: string[]) => readonly string[], number, number, RegExp][] = [
    ['one is edited', (l) => l.map((line) => line.replace('r-4', 'r-8')), 4, 4, /edited/],
    ['one and a later one are edited', (l) => l.map((line) => line.replace(/r-[37]/, 'r-9')), 3, 3, /edited/],
    ['the first is edited', (l) => l.map((line) => line.replace('r-1"', 'r-8"')), 1, 1, /edited/],
    ['the last is edited', (l) => l.map((line) => line.replace('r-10', 'r-99')), 10, 10, /edited/],
    ['a hash is edited', (l) => l.with(5, l[5]!.replace(/.{5}"}$/, '00000"}')), 6, 6, /edited/],
    ['one is removed', (l) => l.toSpliced(5, 1), 6, 6, /missing/],
    ['the first is removed', (l) => l.slice(1), 1, 1, /missing/],
    ['several are removed', (l) => l.toSpliced(2, 4), 3, 3, /missing/],
    ['a copy is inserted', (l) => l.toSpliced(6, 0, l[2]!), 7, 7, /inserted/],
    ['a copy is inserted right after itself', (l) => l.toSpliced(3, 0, l[2]!), 4, 4, /inserted/],
    ['two change places', (l) => l.with(4, l[5]!).with(5, l[4]!), 5, 5, /missing or moved/],
    ['all are turned round', (l) => l.toReversed(), 1, 1, /moved/],
    ['one is damaged', (l) => l.with(7, 'not an entry'), 8, 8, /form/],
    ['one is emptied', (l) => l.with(7, ''), 8, 8, /form/],
    ['two lines become one', (l) => l.toSpliced(3, 2, l[3]! + l[4]!), 4, 4, /edited|form/],
    [
      'one is edited and its own hash recomputed',
      (l) => l.with(4, rechain(l.slice(0, 5), 4, (entry) => ({ ...entry, request: 'x' }))[4]!),
      5,
      5,
      /replaced/,
    ],
    [
      'one is made up and inserted where it fits',
      (l) =>
        l.toSpliced(
          5,
          0,
          encodeEntry(parseEntry(Buffer.from(l[4]!)), '2026-05-01', { kind: 'intent' }).line.trim(),
        ),
      6,
      6,
      /inserted/,
    ],
    [
      'the log is begun anew',
      (l) => [rehashed(l[0]!, (entry) => ({ ...entry, request: 'x' })), ...l.slice(1)],
      1,
      1,
      /replaced/,
    ],
  ];
  test.each(CASES)('%s', async (_title, change, seq, line, reason) => {
    const directory = await writtenLog(10);
    const whole = await readFile(join(directory, 'audit-000001.jsonl'), 'utf8');
    await tamper(directory, 1, change);
    const { problem, entries } = await verifyAuditLog(directory);
    expect(problem).toMatchObject({
      seq,
      line,
      file: 'audit-000001.jsonl',
      reason: expect.stringMatching(reason),
    });
    expect(entries).toBeLessThanOrEqual(seq);
    const before = whole.split('\n').slice(0, line - 1);
    expect(problem?.byte).toBe(Buffer.byteLength(before.map((text) => `${text}\n`).join('')));
  });

  test('a segment is missing in the middle', async () => {
    const directory = await writtenLog(10, { segmentBytes: 700 });
    await rm(join(directory, 'audit-000003.jsonl'));
    expect((await verifyAuditLog(directory)).problem).toMatchObject({ seq: 5, file: 'audit-000003.jsonl' });
  });

  test('the first segment is missing', async () => {
    const directory = await writtenLog(10, { segmentBytes: 700 });
    await rm(join(directory, 'audit-000001.jsonl'));
    expect((await verifyAuditLog(directory)).problem).toMatchObject({ seq: 1, file: 'audit-000001.jsonl' });
  });

  test('a missing segment is covered up by renaming the later ones', async () => {
    const directory = await writtenLog(10, { segmentBytes: 700 });
    await rm(join(directory, 'audit-000002.jsonl'));
    for (const n of [3, 4, 5]) {
      await rename(join(directory, `audit-00000${n}.jsonl`), join(directory, `audit-00000${n - 1}.jsonl`));
    }
    expect((await verifyAuditLog(directory)).problem).toMatchObject({
      seq: 3,
      file: 'audit-000002.jsonl',
      line: 1,
    });
  });

  test('an earlier segment loses its last entry, or half of it', async () => {
    const directory = await writtenLog(10, { segmentBytes: 700 });
    const path = join(directory, 'audit-000002.jsonl');
    const content = await readFile(path);
    await truncate(path, content.length - 10);
    expect((await verifyAuditLog(directory)).problem).toMatchObject({
      seq: 4,
      line: 2,
      reason: expect.stringMatching(/cut off/),
    });
    await writeFile(path, content.subarray(0, content.indexOf('\n') + 1));
    expect((await verifyAuditLog(directory)).problem).toMatchObject({ seq: 4, file: 'audit-000003.jsonl' });
  });

  test('the last entry of a segment is replaced and the next segment still names the old one', async () => {
    const directory = await writtenLog(10, { segmentBytes: 700 });
    await tamper(directory, 2, (l) => rechain(['', ...l], 2, (e) => ({ ...e, request: 'x' })).slice(1));
    expect((await verifyAuditLog(directory)).problem).toMatchObject({
      seq: 4,
      file: 'audit-000002.jsonl',
      line: 2,
    });
  });
});

describe('a chain that was recomputed', () => {
  const forged = async (): Promise<string> => {
    const directory = await writtenLog(25, { signingKey: privateKey, checkpointEvery: 10 });
    await tamper(directory, 1, (lines) => rechain(lines, 14, (entry) => ({ ...entry, request: 'x' })));
    return directory;
  };

  test('fails at the next checkpoint, which still names the old hash', async () => {
    const { problem } = await verifyAuditLog(await forged(), { publicKey });
    expect(problem).toMatchObject({ seq: 22, reason: expect.stringMatching(/forged/) });
  });

  test('fails at its signature if the checkpoint was rewritten too', async () => {
    const directory = await forged();
    await tamper(directory, 1, (lines) => {
      const { hash } = parseEntry(Buffer.from(lines[20]!));
      return rechain(lines, 21, (entry) => ({ ...entry, coversHash: hash }));
    });
    const { problem } = await verifyAuditLog(directory, { publicKey });
    expect(problem).toMatchObject({
      seq: 22,
      reason: expect.stringMatching(/bad signature.*entry from 11 on/),
    });
  });

  test('fails when the checkpoint is signed by another key', async () => {
    const directory = await writtenLog(5, { signingKey: foreign.privateKey });
    expect((await verifyAuditLog(directory, { publicKey })).problem).toMatchObject({
      seq: 6,
      reason: expect.stringMatching(/bad signature/),
    });
    const unchecked = await verifyAuditLog(directory);
    expect(unchecked).toMatchObject({ checkpoints: 1, signatures: 'unchecked' });
  });
});

describe('an anchor', () => {
  const anchored = async (): Promise<{ directory: string; anchorFile: string }> => {
    const anchorFile = join(await freshDirectory(), 'anchor.jsonl');
    const directory = await writtenLog(25, { signingKey: privateKey, checkpointEvery: 10, anchorFile });
    return { directory, anchorFile };
  };

  test('agrees with the log it was made of', async () => {
    const { directory, anchorFile } = await anchored();
    expect(await verifyAuditLog(directory, { publicKey, anchorFile })).toMatchObject({
      anchors: 3,
      entries: 28,
    });
  });

  test('shows that the end of the log was removed', async () => {
    const { directory, anchorFile } = await anchored();
    await tamper(directory, 1, (lines) => lines.slice(0, 15));
    expect((await verifyAuditLog(directory, { publicKey })).problem).toBeUndefined();
    expect((await verifyAuditLog(directory, { publicKey, anchorFile })).problem).toMatchObject({
      seq: 16,
      line: 16,
      reason: expect.stringMatching(/removed: the log ends at entry 15, the anchor vouches .* up to 27/),
    });
  });

  test('shows that the whole log was written anew without checkpoints', async () => {
    const { directory, anchorFile } = await anchored();
    await tamper(directory, 1, (lines) => rechain(lines, 3, () => ({ kind: 'intent' })).slice(0, 10));
    expect((await verifyAuditLog(directory, { publicKey, anchorFile })).problem).toMatchObject({
      seq: 10,
      reason: expect.stringMatching(/rewritten/),
    });
  });

  test('shows that every segment is gone', async () => {
    const { directory, anchorFile } = await anchored();
    for (const name of await segmentNames(directory)) await rm(join(directory, name));
    expect((await verifyAuditLog(directory, { anchorFile })).problem).toMatchObject({ seq: 1 });
  });

  test('with a forged line is refused, and its torn last line is passed over', async () => {
    const { directory, anchorFile } = await anchored();
    await appendFile(anchorFile, '{"coversSeq":');
    expect(await verifyAuditLog(directory, { publicKey, anchorFile })).toMatchObject({ anchors: 3 });
    await appendFile(anchorFile, '1}\n');
    await expect(verifyAuditLog(directory, { publicKey, anchorFile })).rejects.toMatchObject({
      code: 'AUDIT_ANCHOR_INVALID',
      message: expect.stringMatching(/line 4/),
    });
  });

  test('that cannot be written is reported in the log, which goes on', async () => {
    const anchorFile = join(await freshDirectory(), 'no-such-folder', 'anchor.jsonl');
    const directory = await writtenLog(5, { signingKey: privateKey, anchorFile });
    expect((await readEntries(directory)).at(-1)).toMatchObject({
      seq: 7,
      kind: 'anchor-failed',
      coversSeq: 5,
      code: 'ENOENT',
    });
    expect(await verifyAuditLog(directory, { publicKey })).toMatchObject({ entries: 7, checkpoints: 1 });
  });
});
