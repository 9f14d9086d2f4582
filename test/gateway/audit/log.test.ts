import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { AuditBody } from '../../../gateway/audit/entry.ts';
import { openSegment, type OpenSegment } from '../../../gateway/audit/segment.ts';
import { verifyAuditLog } from '../../../gateway/audit/verify.ts';
import {
  appendAll,
  bodies,
  freshDirectory,
  openLog,
  readEntries,
  segmentNames,
  tamper,
  writtenLog,
} from './audit-directory.ts';

const FIRST = 'audit-000001.jsonl';

describe('appending', () => {
  test('what is durable is in the file, in order, readable only by the owner', async () => {
    const directory = await freshDirectory();
    const { log, recovered } = await openLog(directory);
    expect(recovered).toEqual({ cutBytes: 0, lastSeq: 0 });
    expect(bodies(3).map((body) => log.append(body))).toEqual([1, 2, 3]);
    await log.durable(3);
    const path = join(directory, FIRST);
    const entries = await readEntries(directory);
    expect(entries.map(({ seq, request }) => `${seq} ${request as string}`)).toEqual([
      '1 r-1',
      '2 r-2',
      '3 r-3',
    ]);
    expect(log.head).toEqual({ seq: 3, hash: entries[2]!.hash });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await log.close();
  });

  test('entries that come during a sync share the next write and the next sync', async () => {
    const writes: number[] = [];
    let syncs = 0;
    const recording: OpenSegment = async (path, flags) => {
      const file = await openSegment(path, flags);
      return {
        ...file,
        write: (bytes) => {
          writes.push(bytes.toString().split('\n').length - 1);
          return file.write(bytes);
        },
        sync: () => {
          syncs += 1;
          if (syncs === 1) bodies(50).forEach((body) => log.append(body));
          return file.sync();
        },
      };
    };
    const { log } = await openLog(await freshDirectory(), { openSegment: recording });
    await log.durable(log.append({ kind: 'start' }));
    await log.durable(51);
    expect(writes).toEqual([1, 50]);
    expect(syncs).toBe(2);
    await log.close();
  });

  test('a full queue refuses with a code, and takes entries again once it is written', async () => {
    const { log } = await openLog(await freshDirectory(), { queueCharacters: 1000 });
    const appended = vi.fn(() => log.append({ kind: 'intent', note: 'x'.repeat(500) }));
    appended();
    appended();
    expect(appended).toThrow(expect.objectContaining({ code: 'AUDIT_QUEUE_FULL' }));
    await log.durable(2);
    expect(appended()).toBe(3);
    await log.close();
  });

  test('an entry that was never appended is never durable', async () => {
    const { log } = await openLog(await freshDirectory());
    await expect(log.durable(1)).rejects.toMatchObject({ code: 'AUDIT_SEQ_UNKNOWN' });
    await expect(log.durable(Number.NaN)).rejects.toMatchObject({ code: 'AUDIT_SEQ_UNKNOWN' });
    await log.close();
  });

  test('a closed log takes nothing, and closing twice is closing once', async () => {
    const { log } = await openLog(await freshDirectory());
    await Promise.all([log.close(), log.close()]);
    expect(log.healthy).toBe(false);
    expect(() => log.append({ kind: 'intent' })).toThrow(expect.objectContaining({ code: 'AUDIT_CLOSED' }));
  });

  test('closing writes what is still queued', async () => {
    const directory = await freshDirectory();
    const { log } = await openLog(directory);
    bodies(20).forEach((body) => log.append(body));
    await log.close();
    expect(await verifyAuditLog(directory)).toMatchObject({ entries: 20 });
  });

  test('random entries over random segment sizes and restarts verify and come back', async () => {
    const body = fc.record({ kind: fc.constant('intent'), value: fc.jsonValue() }) as fc.Arbitrary<AuditBody>;
    const runs = fc.array(fc.array(body, { maxLength: 8 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(runs, fc.integer({ min: 1, max: 2000 }), async (entriesOfRuns, segmentBytes) => {
        const directory = await freshDirectory();
        for (const entries of entriesOfRuns) {
          const { log } = await openLog(directory, { segmentBytes });
          await appendAll(log, entries);
          await log.close();
        }
        const all = entriesOfRuns.flat();
        expect(await verifyAuditLog(directory)).toMatchObject({
          entries: all.length,
          head: { seq: all.length },
        });
        expect((await verifyAuditLog(directory)).problem).toBeUndefined();
        expect((await readEntries(directory)).map(({ value }) => value)).toEqual(
          all.map(({ value }) => JSON.parse(JSON.stringify(value)) as unknown),
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe('rotation', () => {
  test('a full segment is left, and the chain goes on in the next', async () => {
    const directory = await writtenLog(10, { segmentBytes: 700 });
    expect(await segmentNames(directory)).toEqual([1, 2, 3, 4, 5].map((n) => `audit-00000${n}.jsonl`));
    expect(await verifyAuditLog(directory)).toMatchObject({ entries: 10, segments: 5, head: { seq: 10 } });
  });

  test('a crash between a new segment and its first entry is no damage', async () => {
    const directory = await writtenLog(3);
    await appendFile(join(directory, 'audit-000002.jsonl'), '');
    const { log, recovered } = await openLog(directory);
    expect(recovered).toEqual({ cutBytes: 0, lastSeq: 3 });
    await appendAll(log, bodies(1));
    await log.close();
    expect(await verifyAuditLog(directory)).toMatchObject({ entries: 4, segments: 2 });
  });
});

describe('a start after a crash', () => {
  test.each([
    ['half an entry', '{"seq":4,"time":"2026-05', 24],
    ['zeros of a file that grew but was not filled', '\0'.repeat(512), 512],
    ['a whole line that does not parse', '{"seq":4,"ti\n', 13],
  ])('cuts %s and reports it in the log', async (_title, torn, cutBytes) => {
    const directory = await writtenLog(3);
    await appendFile(join(directory, FIRST), torn);
    const { log, recovered } = await openLog(directory);
    expect(recovered).toEqual({ cutBytes, lastSeq: 3 });
    expect(log.head.seq).toBe(4);
    await log.close();
    expect((await readEntries(directory))[3]).toMatchObject({
      seq: 4,
      kind: 'recovered',
      cutBytes,
      segment: FIRST,
    });
    expect(await verifyAuditLog(directory)).toMatchObject({ entries: 4 });
  });

  test('a torn first line of a new segment leaves the segment before as it is', async () => {
    const directory = await writtenLog(3);
    await appendFile(join(directory, 'audit-000002.jsonl'), '{"seq":4');
    const { log, recovered } = await openLog(directory);
    expect(recovered).toEqual({ cutBytes: 8, lastSeq: 3 });
    await log.close();
    expect(await verifyAuditLog(directory)).toMatchObject({ entries: 4, segments: 2 });
  });

  test.each([
    ['an edited entry', (lines: string[]) => lines.map((l) => l.replace('r-2', 'r-9')), /entry 2 .*line 2/],
    [
      'an edited last entry',
      (lines: string[]) => lines.map((l) => l.replace('r-5', 'r-9')),
      /entry 5 .*line 5/,
    ],
    [
      'a damaged line with more after it',
      (lines: string[]) => lines.map((l, i) => (i === 2 ? '{' : l)),
      /entry 3/,
    ],
    ['a removed entry', (lines: string[]) => lines.toSpliced(3, 1), /entry 4 .*line 4/],
  ])('%s is not cut but refused, and the file stays as it was', async (_title, change, message) => {
    const directory = await writtenLog(5);
    await tamper(directory, 1, change);
    const before = await readFile(join(directory, FIRST));
    await expect(openLog(directory)).rejects.toMatchObject({
      code: 'AUDIT_CHAIN_BROKEN',
      message: expect.stringMatching(message),
    });
    expect((await readFile(join(directory, FIRST))).equals(before)).toBe(true);
  });

  test('a last segment that does not continue the one before is refused', async () => {
    const directory = await writtenLog(10, { segmentBytes: 700 });
    await tamper(directory, 4, (lines) => lines.slice(0, 1));
    await expect(openLog(directory)).rejects.toMatchObject({ code: 'AUDIT_CHAIN_BROKEN' });
  });
});

describe('a failing disk', () => {
  const failing = (method: 'write' | 'sync', from: number): OpenSegment => {
    let calls = 0;
    return async (path, flags) => {
      const file = await openSegment(path, flags);
      const real = file[method].bind(file) as (bytes?: Buffer) => Promise<void>;
      const failure = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
      return {
        ...file,
        [method]: (bytes?: Buffer) => (++calls >= from ? Promise.reject(failure) : real(bytes)),
      };
    };
  };

  test.each(['write', 'sync'] as const)(
    'a failed %s ends the log: nothing resolves, said once',
    async (method) => {
      const onFatal = vi.fn();
      const { log } = await openLog(await freshDirectory(), { onFatal, openSegment: failing(method, 2) });
      await log.durable(log.append({ kind: 'start' }));
      const first = log.durable(log.append({ kind: 'intent' }));
      const second = log.durable(log.append({ kind: 'intent' }));
      await expect(first).rejects.toMatchObject({ code: 'AUDIT_FAILED' });
      await expect(second).rejects.toMatchObject({ code: 'AUDIT_FAILED' });
      expect(log.healthy).toBe(false);
      expect(() => log.append({ kind: 'intent' })).toThrow(expect.objectContaining({ code: 'AUDIT_FAILED' }));
      await expect(log.durable(3)).rejects.toMatchObject({ code: 'AUDIT_FAILED' });
      await expect(log.durable(1)).resolves.toBeUndefined();
      await expect(log.close()).rejects.toMatchObject({ code: 'AUDIT_FAILED' });
      expect(onFatal).toHaveBeenCalledOnce();
    },
  );

  test('a failed sync is never tried again', async () => {
    const sync = vi.fn(() => Promise.reject(new Error('EIO')));
    const openFailing: OpenSegment = async (path, flags) => ({ ...(await openSegment(path, flags)), sync });
    const { log } = await openLog(await freshDirectory(), { onFatal: () => {}, openSegment: openFailing });
    await expect(log.durable(log.append({ kind: 'start' }))).rejects.toThrow();
    await expect(log.close()).rejects.toThrow();
    expect(sync).toHaveBeenCalledOnce();
  });

  test('entries that wait while a sync fails are lost with it, not written after it', async () => {
    const directory = await freshDirectory();
    const waiting: Promise<void>[] = [];
    const openFailing: OpenSegment = async (path, flags) => {
      const file = await openSegment(path, flags);
      const sync = async (): Promise<void> => {
        waiting.push(log.durable(log.append({ kind: 'outcome' })));
        throw new Error('EIO');
      };
      return { ...file, sync };
    };
    const { log } = await openLog(directory, { onFatal: () => {}, openSegment: openFailing });
    await expect(log.durable(log.append({ kind: 'intent' }))).rejects.toThrow();
    expect(await Promise.allSettled(waiting)).toMatchObject([{ status: 'rejected' }]);
    await log.close().catch(() => {});
    expect(await readFile(join(directory, FIRST), 'utf8')).not.toContain('outcome');
  });

  test('a segment that cannot be created is as fatal as a failed sync', async () => {
    const onFatal = vi.fn();
    const openOnce: OpenSegment = (path, flags) =>
      path.endsWith(FIRST) ? openSegment(path, flags) : Promise.reject(new Error('ENOSPC'));
    const { log } = await openLog(await freshDirectory(), {
      onFatal,
      segmentBytes: 1,
      openSegment: openOnce,
    });
    await log.durable(log.append({ kind: 'start' }));
    await expect(log.durable(log.append({ kind: 'intent' }))).rejects.toMatchObject({ code: 'AUDIT_FAILED' });
    expect(onFatal).toHaveBeenCalledOnce();
    await log.close().catch(() => {});
  });
});
