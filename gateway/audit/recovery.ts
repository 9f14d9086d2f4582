/**
 * What a start finds on disk. The last segment's chain is walked from its start; a torn last line, which no answer
 * can depend on, is cut. Any other damage is left exactly as it is, and refused.
 */
import { open } from 'node:fs/promises';
import { AuditError } from './audit-error.ts';
import { findBreak, type Break, type Link } from './chain.ts';
import { GENESIS, readFrame } from './entry.ts';
import { readLastLine, readLines, type Line } from './lines.ts';
import { listSegments, syncDirectory, type Segment } from './segment.ts';

export interface Recovery {
  /** The segment to append to; undefined in a new directory. */
  readonly segment: Segment | undefined;
  readonly segmentBytes: number;
  readonly head: Link;
  readonly cutBytes: number;
  /** Entries after the last checkpoint of the segment, or all of them if it holds none. */
  readonly sinceCheckpoint: number;
}

/** @throws AuditError AUDIT_CHAIN_BROKEN, naming the first bad entry, its file and line. */
export async function recover(directory: string): Promise<Recovery> {
  const segments = await listSegments(directory);
  const segment = segments.at(-1);
  if (segment === undefined) {
    return { segment, segmentBytes: 0, head: GENESIS, cutBytes: 0, sinceCheckpoint: 0 };
  }
  segments.forEach(({ number, name }, index) => {
    if (number !== index + 1) throw broken(name, undefined, `segment ${index + 1} is missing before it`);
  });

  const before = segments.at(-2);
  let head: Link = before === undefined ? GENESIS : await lastEntry(before);
  let good = 0;
  let sinceCheckpoint = 0;
  let suspect: { readonly found: Break; readonly line: Line; readonly parses: boolean } | undefined;
  for await (const lines of readLines(segment.path)) {
    for (const line of lines) {
      if (suspect !== undefined)
        throw broken(segment.name, suspect.line, suspect.found.reason, suspect.found);
      if (!line.complete) continue;
      const frame = readFrame(line.bytes);
      const found = findBreak(head, frame);
      if (found !== undefined) {
        suspect = { found, line, parses: isJson(line.bytes) };
      } else if (frame !== undefined) {
        head = frame;
        good = line.offset + line.bytes.length + 1;
        sinceCheckpoint = frame.kind === 'checkpoint' ? 0 : sinceCheckpoint + 1;
      }
    }
  }
  if (suspect?.parses === true) throw broken(segment.name, suspect.line, suspect.found.reason, suspect.found);
  const cutBytes = await cutTail(segment, good, directory);
  return { segment, segmentBytes: good, head, cutBytes, sinceCheckpoint };
}

/** Also syncs what the last run wrote but may not have synced: the chain goes on from it. */
async function cutTail(segment: Segment, good: number, directory: string): Promise<number> {
  const file = await open(segment.path, 'r+');
  try {
    const cutBytes = (await file.stat()).size - good;
    if (cutBytes > 0) await file.truncate(good);
    await file.sync();
    await syncDirectory(directory);
    return cutBytes;
  } finally {
    await file.close();
  }
}

/** The chain goes on from the last entry of the segment before; only the full verifier walks that one. */
async function lastEntry(segment: Segment): Promise<Link> {
  const last = await readLastLine(segment.path);
  const frame = last?.complete === true ? readFrame(last.bytes) : undefined;
  if (frame?.intact !== true) throw broken(segment.name, undefined, 'its last line is not an intact entry');
  return frame;
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function broken(file: string, line: Line | undefined, reason: string, found?: Break): AuditError {
  const number = line === undefined ? undefined : line.number - (found?.where === 'before' ? 1 : 0);
  const place =
    number === undefined
      ? file
      : number === 0
        ? `end of the segment before ${file}`
        : `${file} line ${number}`;
  const entry = found === undefined ? '' : ` at entry ${found.seq}`;
  return new AuditError('AUDIT_CHAIN_BROKEN', `the audit log is broken${entry} (${place}): ${reason}`);
}
