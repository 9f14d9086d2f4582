// A MariaDB server of a test's own, on a free port of loopback with its own data, where the machine has the program.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { unprivilegedUser } from '../../../connectors/sandbox/postgres/system-user.ts';

export interface PrivateMariadb {
  readonly port: number;
  stop(): Promise<void>;
}

const PROGRAM = ['/usr/sbin/mariadbd', '/usr/sbin/mysqld'].find((path) => existsSync(path));
export const hasMariadbProgram = PROGRAM !== undefined;

export async function startPrivateMariadb(
  directory: string,
  port: number,
  flags: readonly string[],
): Promise<PrivateMariadb> {
  const data = join(directory, 'mariadb');
  mkdirSync(data);
  const user = await unprivilegedUser();
  if (user) chownSync(data, user.uid, user.gid);
  chmodSync(directory, 0o755);
  const asUser = user ? [`--user=${user.name}`] : [];
  const common = ['--no-defaults', `--datadir=${data}`, ...asUser];
  execFileSync(
    'mariadb-install-db',
    [...common, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { stdio: 'ignore' },
  );
  const server = spawn(
    PROGRAM!,
    [
      ...common,
      ...['--bind-address=127.0.0.1', `--port=${port}`, `--socket=${join(data, 'socket')}`],
      ...['--innodb-buffer-pool-size=8M', '--innodb-log-file-size=4M', '--performance-schema=off'],
      ...flags,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((done) => server.once('exit', () => done()));
  while (!(await listens(port))) {
    if (server.exitCode !== null) throw new Error('mariadbd did not start');
    await pause(50);
  }
  return {
    port,
    stop: async () => {
      server.kill('SIGTERM');
      await ended;
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
