// Child processes of the bench: started, pinned to a core, weighed, and all of them gone at the end.
import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const running = new Set<ChildProcess>();

/** Starts `<folder>/<entry>` and resolves with the first message that `pick` accepts. Rejects if it ends before. */
export function launch<T>(
  folder: string,
  entry: string,
  environment: NodeJS.ProcessEnv,
  pick: (message: Readonly<Record<string, unknown>>) => T | undefined,
  flags: readonly string[] = [],
): Promise<{ readonly child: ChildProcess; readonly first: T }> {
  const child = fork(join(folder, entry), {
    env: environment,
    // Ctrl-C reaches the whole group: this process tells the children when.
    detached: true,
    execArgv: [...process.execArgv, ...flags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${entry} ended with ${code ?? 'a signal'}`)));
    child.on('message', (message) => {
      const given = message as Readonly<Record<string, unknown>>;
      if (typeof given['failed'] === 'string') reject(new Error(given['failed']));
      const first = pick(given);
      if (first !== undefined) resolve({ child, first });
    });
  });
}

/** Sends an order and resolves with the first message that `pick` accepts. */
export function ask<T>(
  child: ChildProcess,
  order: string,
  pick: (message: Readonly<Record<string, unknown>>) => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const listen = (message: unknown): void => {
      const given = message as Readonly<Record<string, unknown>>;
      const picked = pick(given);
      if (picked === undefined && typeof given['failed'] !== 'string') return;
      child.off('message', listen);
      if (picked === undefined) reject(new Error(String(given['failed'])));
      else resolve(picked);
    };
    child.on('message', listen);
    child.send(order);
  });
}

/** A process that takes whatever processor time it can get. */
export interface Busy {
  end(): void;
}

export function makeBusy(): Busy {
  const child = spawn(process.execPath, ['-e', 'while (true) {}'], { stdio: 'ignore' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return { end: () => void child.kill('SIGKILL') };
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(patience);
}

/** Stops every child, the last started first: the sandbox outlives its gateways. */
export async function stopAll(): Promise<void> {
  for (const child of [...running].reverse()) await stop(child);
}

/** Whether processes can be kept to a core here: Linux with taskset and two cores or more. */
export async function canPin(): Promise<boolean> {
  if (process.platform !== 'linux' || availableParallelism() < 2) return false;
  return pin(process.pid, 1);
}

/** Keeps every thread of a process on one core. */
export async function pin(pid: number, core: number): Promise<boolean> {
  return promisify(execFile)('taskset', ['-a', '-c', '-p', String(core), String(pid)]).then(
    () => true,
    () => false,
  );
}

/** Milliseconds of processor time a process has used, all its threads; NaN where /proc does not tell. */
export async function processorTimeOf(pid: number): Promise<number> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Behind the name in brackets; user and system time in hundredths of a second.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a process in MB: now and at its highest. Undefined where /proc does not tell. */
export async function memoryOf(
  pid: number,
): Promise<{ readonly now: number; readonly highest: number } | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
  return status === '' ? undefined : { now: megabytes('VmRSS'), highest: megabytes('VmHWM') };
}
