/** Secrets in files: made once, by one process, for the owner's eyes; a file that everybody can read is refused. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AuditError, systemCode } from './audit-error.ts';
import { syncDirectory } from './segment.ts';

/**
 * Reads the file, or creates it (mode 0600) with what `make` returns. Of several processes that start together,
 * one creates it and all read the same.
 * @throws AuditError AUDIT_KEY_UNSAFE if others than owner and group have any access
 */
export async function readOrCreateKeyFile(path: string, make: () => Buffer): Promise<Buffer> {
  try {
    return await readKeyFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await createFile(path, make(), 0o600);
  return readKeyFile(path);
}

/** Creates a file whole or not at all; keeps one that exists. Durable when it returns. */
export async function createFile(path: string, content: Buffer, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}.new`;
  const file = await open(draft, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  await syncDirectory(dirname(path));
}

/** @throws AuditError AUDIT_KEY_UNSAFE if everybody can read or change the file; the system error of reading it */
export async function readKeyFile(path: string): Promise<Buffer> {
  const content = await readFile(path);
  if (((await stat(path)).mode & 0o007) !== 0) {
    throw new AuditError('AUDIT_KEY_UNSAFE', `${path} can be read or changed by everybody: chmod 600 it`);
  }
  return content;
}
