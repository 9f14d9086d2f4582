import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockDirectory } from '../../../gateway/audit/lock.ts';
import { freshDirectory, openLog } from './audit-directory.ts';

const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
const startOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ')[19]!;

describe('the lock of the directory', () => {
  test('a second writer is refused until the first has closed', async () => {
    const directory = await freshDirectory();
    const { log } = await openLog(directory);
    await expect(openLog(directory)).rejects.toMatchObject({ code: 'AUDIT_LOCKED' });
    expect(log.healthy).toBe(true);
    await log.close();
    await (await openLog(directory)).log.close();
    expect((await readdir(directory)).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  test('another live process holds it, and a killed one does not', async () => {
    const directory = await freshDirectory();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
    await writeFile(join(directory, `writer-${other.pid}-${startOf(other.pid!)}-${boot}.lock`), '');
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: 'AUDIT_LOCKED',
      message: expect.stringContaining(String(other.pid)),
    });
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await lockDirectory(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  test.each([
    ['another process that got the same number', `writer-${process.ppid}-1-${boot}.lock`],
    ['before the host was restarted', `writer-${process.ppid}-${startOf(process.ppid)}-00000000a.lock`],
  ])('a lock left by %s is taken over', async (_title, name) => {
    const directory = await freshDirectory();
    await writeFile(join(directory, name), '');
    await (await lockDirectory(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  test('of many openings at once in one process, one gets it', async () => {
    const directory = await freshDirectory();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1);
  });

  test('a log that cannot be opened leaves no lock', async () => {
    const directory = await freshDirectory();
    await writeFile(join(directory, 'audit-000002.jsonl'), '');
    await expect(openLog(directory)).rejects.toMatchObject({ code: 'AUDIT_CHAIN_BROKEN' });
    expect(await readdir(directory)).toEqual(['audit-000002.jsonl']);
  });
});
