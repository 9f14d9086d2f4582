// Reads the log on from a position, behind the entries that are durable: for what is derived from it. Every entry is
// checked on the way; memory is bounded by the batch, not by the log.
import { open } from 'node:fs/promises';
import { AuditError } from './audit-error.ts';
import { type AuditEntry, parseEntry, readFrame } from './entry.ts';
import { segmentOf } from './segment.ts';

/** Up to where a log was read: the entry's number, and the byte behind it in its segment. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
  readonly seq: number;
}

export const beginning: Position = { segment: 1, offset: 0, seq: 0 };

export interface Batch {
  /** Entries of the kinds asked for. */
  readonly entries: readonly AuditEntry[];
  /** Behind all that were read, of whatever kind. */
  readonly position: Position;
}

/** What one batch may hold, at most, but for its last entry. */
export interface BatchLimits {
  readonly entries: number;
  readonly bytes: number;
}

const LF = 0x0a;
const blockBytes = 256 * 1024;

/**
 * Reads on up to entry `until`, which must be durable, or as far as the limits let it.
 * @throws AuditError AUDIT_CHAIN_BROKEN where the entry that follows is missing or damaged; the system error of reading
 */
export async function readOn(
  directory: string,
  from: Position,
  until: number,
  kinds: ReadonlySet<string>,
  limits: BatchLimits,
): Promise<Batch> {
  const entries: AuditEntry[] = [];
  let at = from;
  let read = 0;
  let kept = 0;
  const full = (): boolean => at.seq >= until || read >= limits.entries || kept >= limits.bytes;
  while (!full()) {
    const block = await linesFrom(segmentOf(directory, at.segment).path, at);
    if (block.length === 0) {
      at = { segment: at.segment + 1, offset: 0, seq: at.seq };
      continue;
    }
    for (let start = 0; start < block.length && !full();) {
      const end = block.indexOf(LF, start);
      const line = block.subarray(start, end);
      const frame = readFrame(line);
      if (frame?.intact !== true || frame.seq !== at.seq + 1) throw broken(at);
      if (kinds.has(frame.kind)) {
        entries.push(parseEntry(line));
        kept += line.length;
      }
      read += 1;
      at = { segment: at.segment, offset: at.offset + line.length + 1, seq: frame.seq };
      start = end + 1;
    }
  }
  return { entries, position: at };
}

/** The hash of the first entry, by which one log is told from another; undefined while there is none. */
export async function identityOf(directory: string): Promise<string | undefined> {
  const block = await linesFrom(segmentOf(directory, 1).path, beginning);
  return block.length === 0 ? undefined : readFrame(block.subarray(0, block.indexOf(LF)))?.hash;
}

/** Whole lines from a position on, each with its LF; nothing at the end of the segment. */
async function linesFrom(path: string, at: Position): Promise<Buffer> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw (cause as NodeJS.ErrnoException).code === 'ENOENT' ? broken(at) : cause;
  });
  try {
    for (let size = blockBytes; ; size *= 4) {
      const block = Buffer.allocUnsafe(size);
      const { bytesRead } = await file.read(block, 0, size, at.offset);
      const lines = block.subarray(0, block.subarray(0, bytesRead).lastIndexOf(LF) + 1);
      if (lines.length > 0 || bytesRead === 0) return lines;
      if (bytesRead < size) throw broken(at);
    }
  } finally {
    await file.close();
  }
}

function broken({ segment, seq }: Position): AuditError {
  const message = `entry ${seq + 1} of the audit log is not where it was written, in or after segment ${segment}`;
  return new AuditError('AUDIT_CHAIN_BROKEN', message);
}
