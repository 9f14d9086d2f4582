/**
 * Says whether the log is what was written: the chain, every signed checkpoint, and what the anchor vouches for.
 * Names the first bad entry. What stands after the last checkpoint is protected by the chain alone.
 */
import type { KeyObject } from 'node:crypto';
import { readAnchors } from './anchor.ts';
import { checkpointSchema, isSigned } from './checkpoint.ts';
import { GENESIS, parseEntry, type Head } from './entry.ts';
import { listSegments, segmentOf } from './segment.ts';
import { badEntry, walkAuditLog, type ChainedEntry, type BadEntry, type WalkEnd } from './walk.ts';

export interface VerifyOptions {
  /** The keys whose checkpoints count. Without any, checkpoints are counted but their signatures are not checked. */
  readonly publicKey?: KeyObject | readonly KeyObject[];
  /** A file of anchored checkpoints: the only proof that the end of the log has not been removed. */
  readonly anchorFile?: string;
  readonly onProgress?: (entries: number) => void;
}

export interface VerifyReport {
  /** Good entries, up to the problem if there is one. */
  readonly entries: number;
  readonly segments: number;
  readonly head: Head;
  readonly tornBytes: number;
  readonly checkpoints: number;
  /** The last entry that a checkpoint in the log covers; 0 if none does. */
  readonly coveredSeq: number;
  readonly signatures: 'checked' | 'unchecked';
  /** How many anchored checkpoints agree with the log; undefined without an anchor file. */
  readonly anchors?: number;
  readonly problem?: BadEntry;
}

/** Reads everything once. @throws AuditError AUDIT_ANCHOR_INVALID; the system error of a file it cannot read */
export async function verifyAuditLog(directory: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const keys = options.publicKey === undefined ? [] : [options.publicKey].flat();
  const anchors =
    options.anchorFile === undefined ? undefined : new Map(await readAnchors(options.anchorFile, keys));
  const anchorCount = anchors?.size ?? 0;
  let entries = 0;
  let checkpoints = 0;
  let coveredSeq = 0;
  let problem: BadEntry | undefined;
  let end: WalkEnd | undefined;
  let lastGood: ChainedEntry | undefined;

  walk: for await (const step of walkAuditLog(directory)) {
    if (step.kind === 'end') {
      end = step;
      break;
    }
    for (const entry of step.entries) {
      const { seq, hash, kind } = entry.frame;
      const reason =
        (kind === 'checkpoint' ? checkpointFault(entry, keys, coveredSeq) : undefined) ??
        anchorFault(hash, anchors?.get(seq));
      if (reason !== undefined) {
        problem = badEntry(seq, reason, entry.file, entry.line);
        break walk;
      }
      anchors?.delete(seq);
      entries += 1;
      lastGood = entry;
      if (kind === 'checkpoint') {
        checkpoints += 1;
        coveredSeq = seq - 1;
      }
    }
    options.onProgress?.(entries);
  }
  problem ??= end?.problem ?? removedEnd(anchors, lastGood);

  return {
    entries,
    segments: (await listSegments(directory)).length,
    head: { seq: lastGood?.frame.seq ?? 0, hash: lastGood?.frame.hash ?? GENESIS.hash },
    tornBytes: end?.tornBytes ?? 0,
    checkpoints,
    coveredSeq,
    signatures: keys.length > 0 ? 'checked' : 'unchecked',
    ...(anchors === undefined ? {} : { anchors: anchorCount - anchors.size }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function checkpointFault(
  entry: ChainedEntry,
  keys: readonly KeyObject[],
  coveredSeq: number,
): string | undefined {
  let checkpoint;
  try {
    checkpoint = checkpointSchema.safeParse(parseEntry(entry.line.bytes)).data;
  } catch {
    checkpoint = undefined;
  }
  const { seq, prev } = entry.frame;
  if (checkpoint?.coversSeq !== seq - 1 || checkpoint.coversHash !== prev) {
    return 'forged: this checkpoint does not cover the entry before it';
  }
  if (keys.length === 0 || isSigned(checkpoint, keys)) return undefined;
  return (
    `bad signature (key ${checkpoint.keyId}): an entry from ${coveredSeq + 1} on was changed and the hashes after it ` +
    'recomputed, or the checkpoint was made with a key that was not given'
  );
}

function anchorFault(hash: string, anchored: string | undefined): string | undefined {
  if (anchored === undefined || anchored === hash) return undefined;
  return 'rewritten: the anchor vouches for another entry here, so this one or one before it was changed';
}

/** After a whole walk only anchors beyond its end can be left. */
function removedEnd(
  anchors: ReadonlyMap<number, string> | undefined,
  last?: ChainedEntry,
): BadEntry | undefined {
  if (anchors === undefined || anchors.size === 0) return undefined;
  const seq = last?.frame.seq ?? 0;
  const vouched = [...anchors.keys()].reduce((a, b) => Math.max(a, b));
  const reason = `removed: the log ends at entry ${seq}, the anchor vouches for entries up to ${vouched}`;
  const number = (last?.line.number ?? 0) + 1;
  const offset = last === undefined ? 0 : last.line.offset + last.line.bytes.length + 1;
  return badEntry(seq + 1, reason, last?.file ?? segmentOf('', 1).name, { number, offset });
}
