// Runs a private PostgreSQL server for the sandbox: on loopback, with a password of its own, also as root and
// with install scripts off. A server left over from a killed process is stopped first; stop() leaves none.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { prepareBinaries } from './binaries.ts';
import { claimPort } from '../loopback-port.ts';
import { stopLeftOver } from './left-over.ts';
import { isReachable, reachableStandIn, unprivilegedUser, type SystemUser } from './system-user.ts';

export interface PostgresOptions {
  /** Folder of the server: cluster, password, and binaries where they had to be copied. */
  readonly directory: string;
  /** 0: any free port. */
  readonly port: number;
  /** Variable named when the port is in use. */
  readonly portVariable?: string;
  /** Server settings, over those of a small fast sandbox. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Receives what a person should know: copies made, servers stopped. */
  readonly onLine?: (line: string) => void;
}

export interface Postgres {
  readonly port: number;
  readonly pid: number;
  /** The cluster's own folder, where its logs are. */
  readonly dataDirectory: string;
  readonly password: string;
  /** Address of a database, for the superuser `postgres` unless another role is named. */
  url(database: string, user?: string): string;
  /** Settles when the server has ended, whoever ended it. */
  readonly exited: Promise<void>;
  /** Fast shutdown: sessions are cut, data are safe. Resolves when the process has ended. */
  stop(): Promise<void>;
}

/** A sandbox is small, alone on its data and can be made anew: few processes, little memory, no sync per commit. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // A place for every connection of a few gateways: all agencies of the sandbox with a database share this server.
  max_connections: '400',
  shared_buffers: '32MB',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '512MB',
  checkpoint_timeout: '15min',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  jit: 'off',
  lc_messages: 'C',
};

/** @throws PortInUse; Error with the server's own words when it does not start */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const say = options.onLine ?? ((): void => undefined);
  const user = await unprivilegedUser();
  const home = await prepareHome(options.directory, user, say);
  const binaries = await prepareBinaries(user, home);
  if (binaries.copiedTo !== undefined) say(`PostgreSQL binaries copied to ${binaries.copiedTo}.`);
  const dataDirectory = join(home, 'data');
  const stopped = await stopLeftOver(dataDirectory);
  if (stopped !== undefined) say(`Stopped a PostgreSQL (process ${stopped}) left over from an earlier run.`);
  const password = await initialise(binaries.initdb, home, dataDirectory, user);

  for (let attempt = 1; ; attempt += 1) {
    const port = await claimPort(options.port, 'PostgreSQL', options.portVariable ?? 'SANDBOX_POSTGRES_PORT');
    const settings = { ...SETTINGS, ...options.settings, port: String(port) };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // A process group of its own: Ctrl-C in the terminal must not stop the database before its users.
    const child = spawn(binaries.postgres, ['-D', dataDirectory, ...flags], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
      cwd: home,
      ...(user && { uid: user.uid, gid: user.gid }),
      env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC' },
    });
    const outcome = await readiness(child, dataDirectory);
    if (outcome.kind === 'ready') return handle(child, outcome.exited, port, dataDirectory, password);
    // Sessions of a server killed a moment ago hold its shared memory until they notice; a port can be lost
    // between the check and the start.
    const passing = /pre-existing shared memory block|Address already in use/.test(outcome.words);
    if (!passing || attempt === 20) throw new Error(`PostgreSQL did not start: ${outcome.words}`);
    await pause(100);
  }
}

async function prepareHome(
  directory: string,
  user: SystemUser | undefined,
  say: (line: string) => void,
): Promise<string> {
  let home = resolve(directory);
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (user === undefined) return home;
  if (!(await isReachable(user, home))) {
    home = join(await reachableStandIn(user, home), 'postgres');
    await mkdir(home, { recursive: true });
    say(`User ${user.name}, who runs PostgreSQL here, cannot reach ${directory}: its data are in ${home}.`);
  }
  await chown(home, user.uid, user.gid);
  await chmod(home, 0o700);
  return home;
}

/** Creates the cluster at the first start. Returns its password. */
async function initialise(
  initdb: string,
  home: string,
  dataDirectory: string,
  user: SystemUser | undefined,
): Promise<string> {
  const passwordFile = join(home, 'password');
  const existing = await readFile(passwordFile, 'utf8').catch(() => undefined);
  // The password is written last, so a cluster without one is half made and is made again.
  const cluster = await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (existing !== undefined && cluster !== undefined) return existing.trim();
  await rm(dataDirectory, { recursive: true, force: true });
  const password = randomBytes(24).toString('base64url');
  const draft = `${passwordFile}.new`;
  await writeFile(draft, `${password}\n`, { mode: 0o600 });
  if (user) await chown(draft, user.uid, user.gid);
  await promisify(execFile)(
    initdb,
    [
      ...['-D', dataDirectory, '--username=postgres', '--auth=scram-sha-256', `--pwfile=${draft}`],
      ...['--encoding=UTF8', '--locale=C', '--no-instructions', '--no-sync'],
    ],
    {
      cwd: home,
      env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC' },
      ...(user && { uid: user.uid, gid: user.gid }),
    },
  );
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await rm(draft);
  return password;
}

type Readiness =
  | { readonly kind: 'ready'; readonly exited: Promise<void> }
  | { readonly kind: 'ended'; readonly words: string };

/** Ready is what the server itself writes into postmaster.pid; its log may be going elsewhere. */
async function readiness(child: ChildProcess, dataDirectory: string): Promise<Readiness> {
  let words = '';
  let ended = false;
  const exited = new Promise<void>((done) => {
    child.once('error', (error) => {
      words += error.message;
      ended = true;
      done();
    });
    child.once('close', () => {
      ended = true;
      done();
    });
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-4_000);
  });
  const pidFile = join(dataDirectory, 'postmaster.pid');
  while (!ended) {
    const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return { kind: 'ready', exited };
    await Promise.race([pause(10), exited]);
  }
  return { kind: 'ended', words: words.trim() };
}

function handle(
  child: ChildProcess,
  exited: Promise<void>,
  port: number,
  dataDirectory: string,
  password: string,
): Postgres {
  return {
    port,
    pid: child.pid ?? 0,
    dataDirectory,
    password,
    exited,
    url: (database, user = 'postgres') => `postgres://${user}:${password}@127.0.0.1:${port}/${database}`,
    stop: async () => {
      child.kill('SIGINT');
      const slow = setTimeout(() => child.kill('SIGQUIT'), 10_000);
      await exited;
      clearTimeout(slow);
    },
  };
}
