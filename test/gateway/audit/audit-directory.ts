/** Audit logs for tests: a fresh directory for each, with helpers to fill it and to tamper with its files. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AuditBody, AuditEntry } from '../../../gateway/audit/entry.ts';
import { openAuditLog, type AuditLog, type AuditLogOptions } from '../../../gateway/audit/log.ts';

export async function freshDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'audit-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A clock that starts on 1 May 2026 and advances by one hour with each look. */
export function hourlyClock(): () => Date {
  let hours = 0;
  return () => new Date(Date.UTC(2026, 4, 1, hours++));
}

export function openLog(
  directory: string,
  options: Partial<AuditLogOptions> = {},
): ReturnType<typeof openAuditLog> {
  return openAuditLog({
    directory,
    clock: hourlyClock(),
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });
}

/** Appends bodies one by one, each durable before the next, so that rotation falls where sizes say. */
export async function appendAll(log: AuditLog, bodies: readonly AuditBody[]): Promise<void> {
  for (const body of bodies) await log.durable(log.append(body));
}

export function bodies(count: number): AuditBody[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'intent',
    request: `r-${index + 1}`,
    note: '记录',
  }));
}

/** A closed log of `count` intents. */
export async function writtenLog(count: number, options: Partial<AuditLogOptions> = {}): Promise<string> {
  const directory = await freshDirectory();
  const { log } = await openLog(directory, options);
  await appendAll(log, bodies(count));
  await log.close();
  return directory;
}

export async function segmentNames(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).sort();
}

/** All entries of all segments, as they are in the files. */
export async function readEntries(directory: string): Promise<AuditEntry[]> {
  const files = await Promise.all(
    (await segmentNames(directory)).map((name) => readFile(join(directory, name), 'utf8')),
  );
  const lines = files.join('').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as AuditEntry);
}

/** Rewrites the lines of one segment. */
export async function tamper(
  directory: string,
  segment: number,
  change: (lines: string[]) => readonly string[],
): Promise<void> {
  const path = join(directory, `audit-${String(segment).padStart(6, '0')}.jsonl`);
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  await writeFile(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}
