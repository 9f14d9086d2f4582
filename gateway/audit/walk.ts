/** Walks the whole log in order and checks the chain as it goes; stops at the first bad entry. Memory stays flat. */
import { findBreak, type Break, type Link } from './chain.ts';
import { GENESIS, readFrame, type Frame, type Head } from './entry.ts';
import { readLines } from './lines.ts';
import { listSegments, type Segment } from './segment.ts';

/** Where something stands: segment file, line from 1, byte from 0. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly byte: number;
}

/** The first bad entry. */
export interface BadEntry extends Place {
  readonly seq: number;
  readonly reason: string;
}

/** An entry whose place in the chain is right. `bytes` is a view that is valid until the next step. */
export interface ChainedEntry extends Place {
  readonly frame: Frame;
  readonly bytes: Buffer;
}

export interface WalkEnd {
  readonly kind: 'end';
  readonly head: Head;
  /** Length of an unfinished last line: a write under way, or a crash that the next start will report. */
  readonly tornBytes: number;
  readonly problem?: BadEntry;
}

export type WalkStep = { readonly kind: 'entries'; readonly entries: readonly ChainedEntry[] } | WalkEnd;

/** Yields the entries in blocks, then exactly one `end`. @throws the system error of a directory it cannot read */
export async function* walkAuditLog(directory: string): AsyncGenerator<WalkStep> {
  const segments = await listSegments(directory);
  let last: Link = GENESIS;
  let previous: Place = { file: segments[0]?.name ?? '', line: 1, byte: 0 };
  let tornBytes = 0;
  const end = (problem?: BadEntry): WalkEnd => {
    const head = { seq: last.seq, hash: last.hash };
    const report = { kind: 'end', head, tornBytes } as const;
    return problem === undefined ? report : { ...report, problem };
  };

  for (const [index, segment] of segments.entries()) {
    if (segment.number !== index + 1) {
      yield end({ seq: last.seq + 1, ...missing(segment, index + 1) });
      return;
    }
    for await (const lines of readLines(segment.path)) {
      const entries: ChainedEntry[] = [];
      let found: Break | undefined;
      let place = previous;
      for (const line of lines) {
        place = { file: segment.name, line: line.number, byte: line.offset };
        if (!line.complete && segment === segments.at(-1)) {
          tornBytes = line.bytes.length;
          break;
        }
        const frame = line.complete ? readFrame(line.bytes) : undefined;
        found = line.complete
          ? findBreak(last, frame)
          : { seq: last.seq + 1, where: 'here', reason: 'cut off: its line has no end' };
        if (found !== undefined || frame === undefined) break;
        entries.push({ ...place, frame, bytes: line.bytes });
        last = frame;
        previous = place;
      }
      if (entries.length > 0) yield { kind: 'entries', entries };
      if (found !== undefined) {
        yield end({ seq: found.seq, reason: found.reason, ...(found.where === 'here' ? place : previous) });
        return;
      }
    }
  }
  yield end();
}

function missing(next: Segment, number: number): Place & { reason: string } {
  const name = `audit-${String(number).padStart(6, '0')}.jsonl`;
  return { file: name, line: 1, byte: 0, reason: `missing: there is no ${name} before ${next.name}` };
}
