/** Judges whether an entry continues the chain, and if not, which entry is the first bad one and why. */
import type { Frame, Head } from './entry.ts';

/** The entry that the next one must follow. `prev` is missing at genesis. */
export interface Link extends Head {
  readonly prev?: string;
}

/** `where` says whether the bad line is the one just read or the one before it. */
export interface Break {
  readonly seq: number;
  readonly where: 'here' | 'before';
  readonly reason: string;
}

/** Compares the next line's frame with the chain so far; undefined if it continues it. */
export function findBreak(last: Link, frame: Frame | undefined): Break | undefined {
  const expected = last.seq + 1;
  const here = (reason: string): Break => ({ seq: expected, where: 'here', reason });
  const before = (reason: string): Break => ({ seq: last.seq, where: 'before', reason });

  if (frame === undefined) return here('this line does not have the form of an audit entry');
  if (!frame.intact) return here('edited: its content does not match its hash');
  if (frame.seq === expected) {
    if (frame.prev === last.hash) return undefined;
    return last.seq === 0
      ? here('the chain does not start here: this entry does not follow the genesis hash')
      : before(`replaced or inserted: entry ${frame.seq} follows a different entry ${last.seq}`);
  }
  if (frame.seq > expected) return here(`missing or moved: entry ${frame.seq} stands in its place`);
  if (frame.seq === last.seq && frame.hash !== last.hash && frame.prev === last.prev) {
    return before(`inserted: two different entries claim the number ${last.seq}`);
  }
  return here(`inserted or moved: entry ${frame.seq} stands in its place`);
}
