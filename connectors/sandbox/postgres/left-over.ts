// A killed sandbox leaves its PostgreSQL running, or a postmaster.pid of a server that is gone. Both end here,
// and a process that merely has that number is left alone.
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Stops the server that runs on this cluster, if one does. Returns its process id. */
export async function stopLeftOver(dataDirectory: string): Promise<number | undefined> {
  const pidFile = join(dataDirectory, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  if (!(await isPostmaster(pid, dataDirectory))) {
    // The server would refuse to start if the number now belongs to another process of its user.
    await rm(pidFile, { force: true });
    return undefined;
  }
  for (const [signal, patience] of [
    ['SIGINT', 5_000],
    ['SIGQUIT', 3_000],
    ['SIGKILL', 3_000],
  ] as const) {
    send(pid, signal);
    for (let waited = 0; waited < patience; waited += 20) {
      if (!(await isPostmaster(pid, dataDirectory))) return pid;
      await pause(20);
    }
  }
  throw new Error(`PostgreSQL process ${pid} uses ${dataDirectory} and does not stop.`);
}

async function isPostmaster(pid: number, dataDirectory: string): Promise<boolean> {
  const line = await commandLine(pid);
  return line.includes('postgres') && line.includes(dataDirectory);
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
  }
  if (process.platform === 'win32') return '';
  return promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
