/**
 * The anchor: a file of checkpoints, one JSON object a line, meant to lie outside the host (another machine's
 * mount, a write-once store). It shows what the log itself cannot: that its end was removed.
 */
import { open } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import { AuditError } from './audit-error.ts';
import { checkpointSchema, isSigned, type Checkpoint } from './checkpoint.ts';
import { readLines } from './lines.ts';

/** Appends one checkpoint and syncs it. @throws the system error */
export async function appendAnchor(path: string, checkpoint: Checkpoint): Promise<void> {
  const file = await open(path, 'a', 0o644);
  try {
    await file.writeFile(`${JSON.stringify(checkpoint)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/**
 * The anchored hashes by entry number. A torn last line is passed over: the next checkpoint repeats all it said.
 * @throws AuditError AUDIT_ANCHOR_INVALID for a damaged line, a contradiction, or, with keys, a wrong signature
 */
export async function readAnchors(
  path: string,
  publicKeys: readonly KeyObject[],
): Promise<ReadonlyMap<number, string>> {
  const anchors = new Map<number, string>();
  for await (const lines of readLines(path)) {
    for (const { bytes, number, complete } of lines) {
      if (!complete || bytes.length === 0) continue;
      const invalid = (reason: string): AuditError =>
        new AuditError('AUDIT_ANCHOR_INVALID', `${path} line ${number}: ${reason}`);
      const parsed = checkpointSchema.safeParse(parseJson(bytes));
      if (!parsed.success) throw invalid('not an audit checkpoint');
      const { coversSeq, coversHash } = parsed.data;
      if (publicKeys.length > 0 && !isSigned(parsed.data, publicKeys))
        throw invalid('its signature is wrong');
      if ((anchors.get(coversSeq) ?? coversHash) !== coversHash) {
        throw invalid(`a second, different checkpoint for entry ${coversSeq}`);
      }
      anchors.set(coversSeq, coversHash);
    }
  }
  return anchors;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
