// PostgreSQL refuses to run as root, so root hands it to an unprivileged user of the machine, without creating
// one. Owns who that is and which paths that user can reach.
import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * `postgres` if the machine has that user, else `nobody`; undefined when this process is not root, and then
 * the server simply runs as the current user.
 * @throws Error when root finds neither
 */
export async function unprivilegedUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const entry = lines.find(([name]) => name === wanted);
    if (entry) return { name: wanted, uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and /etc/passwd has neither "postgres" nor "nobody".');
}

/** Whether the user may walk down to `path`, whose last part need not exist yet. */
export async function isReachable(user: SystemUser, path: string): Promise<boolean> {
  let folder = dirname(await realpath(path).catch(() => resolve(path)));
  for (;;) {
    const info = await stat(folder).catch(() => undefined);
    if (info) {
      const shift = info.uid === user.uid ? 6 : info.gid === user.gid ? 3 : 0;
      if (((info.mode >> shift) & 0o1) === 0) return false;
    }
    const parent = dirname(folder);
    if (parent === folder) return true;
    folder = parent;
  }
}

/**
 * A folder of ours below the temporary directory, the same one for the same `directory` each time.
 * @throws Error when somebody else has put something there
 */
export async function reachableStandIn(user: SystemUser, directory: string): Promise<string> {
  const name = `credit-sandbox-${createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 16)}`;
  for (const base of [tmpdir(), '/var/tmp', '/tmp']) {
    const folder = join(base, name);
    if (!(await isReachable(user, join(folder, 'x')))) continue;
    await mkdir(folder, { mode: 0o711 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    // A temporary directory is open to everybody: a folder of another owner, or a link, is not ours.
    const info = await lstat(folder);
    if (!info.isDirectory() || info.uid !== process.getuid?.()) {
      throw new Error(`${folder} exists and belongs to somebody else: remove it.`);
    }
    return folder;
  }
  throw new Error(`User ${user.name} can reach neither ${directory} nor a temporary directory.`);
}
