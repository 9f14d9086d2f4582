/** Walks the whole log in order and checks the chain as it goes; stops at the first bad entry. Memory stays flat. */
import { findBreak, type Break, type Link } from './chain.ts';
import { GENESIS, readFrame, type Frame, type Head } from './entry.ts';
import { readLines, type Line } from './lines.ts';
import { listSegments, segmentOf } from './segment.ts';

/** The first bad entry: its number, segment file, line (from 1) and byte (from 0). */
export interface BadEntry {
  readonly seq: number;
  readonly file: string;
  readonly line: number;
  readonly byte: number;
  readonly reason: string;
}

/** An entry whose place in the chain is right. The bytes of `line` are valid until the next step. */
export interface ChainedEntry {
  readonly file: string;
  readonly line: Line;
  readonly frame: Frame;
}

/** What is wrong, and the line that it is wrong at. */
export function badEntry(
  seq: number,
  reason: string,
  file: string,
  line: Omit<Line, 'bytes' | 'complete'>,
): BadEntry {
  return { seq, file, line: line.number, byte: line.offset, reason };
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
  let previous: ChainedEntry | undefined;
  let tornBytes = 0;
  const end = (problem?: BadEntry): WalkEnd => {
    const head = { seq: last.seq, hash: last.hash };
    const report = { kind: 'end', head, tornBytes } as const;
    return problem === undefined ? report : { ...report, problem };
  };

  for (const [index, segment] of segments.entries()) {
    if (segment.number !== index + 1) {
      const { name } = segmentOf(directory, index + 1);
      const reason = `missing: there is no ${name} before ${segment.name}`;
      yield end(badEntry(last.seq + 1, reason, name, { number: 1, offset: 0 }));
      return;
    }
    for await (const lines of readLines(segment.path)) {
      const entries: ChainedEntry[] = [];
      let bad: BadEntry | undefined;
      for (const line of lines) {
        if (!line.complete && segment === segments.at(-1)) {
          tornBytes = line.bytes.length;
          break;
        }
        const frame = line.complete ? readFrame(line.bytes) : undefined;
        const found = line.complete ? findBreak(last, frame) : cutOff(last);
        if (found !== undefined || frame === undefined) {
          const { seq, reason, where } = found ?? cutOff(last);
          const at = where === 'before' ? previous : undefined;
          bad = badEntry(seq, reason, at?.file ?? segment.name, at?.line ?? line);
          break;
        }
        previous = { file: segment.name, line, frame };
        entries.push(previous);
        last = frame;
      }
      if (entries.length > 0) yield { kind: 'entries', entries };
      if (bad !== undefined) {
        yield end(bad);
        return;
      }
    }
  }
  yield end();
}

function cutOff(last: Link): Break {
  return { seq: last.seq + 1, where: 'here', reason: 'cut off: its line has no end' };
}
