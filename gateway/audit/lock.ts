/**
 * One writer for a directory. Each writer puts down an empty file whose name says who it is
 * (`writer-<pid>-<start>-<boot>.lock`) and only then looks for others, so two can never both miss each other,
 * and a file whose process is gone counts for nothing: kill -9 and a reboot leave no lock behind.
 * The directory belongs to one host and one process namespace; over a network share nobody can tell who is alive.
 */
import { readFileSync } from 'node:fs';
import { mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditError, systemCode } from './audit-error.ts';

export interface DirectoryLock {
  release(): Promise<void>;
}

/** A process as its lock file names it; `start` (clock ticks after boot) and `boot` are `0` where unknown. */
interface Writer {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
}

const NAME = /^writer-(\d+)-(\d+)-([0-9a-f]+)\.lock$/;

/** Creates the directory if need be and takes it. @throws AuditError AUDIT_LOCKED if a live process holds it. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const self: Writer = { pid: process.pid, start: processStart(process.pid) ?? '0', boot: bootId() };
  const ownName = `writer-${self.pid}-${self.start}-${self.boot}.lock`;
  const ownPath = join(directory, ownName);
  try {
    await (await open(ownPath, 'wx', 0o600)).close();
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw locked(directory, self.pid);
    throw error;
  }
  const release = (): Promise<void> => unlink(ownPath);
  for (const name of await readdir(directory)) {
    const [, pid, start, boot] = NAME.exec(name) ?? [];
    if (name === ownName || pid === undefined || start === undefined || boot === undefined) continue;
    if (isAlive({ pid: Number(pid), start, boot })) {
      await release();
      throw locked(directory, Number(pid));
    }
    await unlink(join(directory, name)).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
  }
  return { release };
}

function locked(directory: string, pid: number): AuditError {
  return new AuditError('AUDIT_LOCKED', `process ${pid} already writes the audit log in ${directory}`);
}

/** A pid alone may meanwhile belong to another process; its start time and the host's boot tell them apart. */
function isAlive(writer: Writer): boolean {
  const boot = bootId();
  if (boot !== '0' && writer.boot !== '0' && boot !== writer.boot) return false;
  try {
    process.kill(writer.pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
  }
  const start = processStart(writer.pid);
  return start === undefined || writer.start === '0' || start === writer.start;
}

/** Start time from /proc; `-1` for a zombie, which writes no more; undefined where there is no /proc. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name, in brackets, may hold spaces and brackets: fields are counted from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? '-1' : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
  } catch {
    return '0';
  }
}
