// The mark with which DOS programs ended a file (0x1A), read away at the end of a delivery and nowhere else.

const MARK = 0x1a;
const CR = 0x0d;
const LF = 0x0a;
/** Nobody ends a file with more of them; what is held back between two reads is no longer. */
const LONGEST = 1024;

/** Where marks, and line ends after the first of them, begin at the end; the length where there are none. */
function markIn(length: number, unitAt: (place: number) => number): number {
  let from = length;
  for (let place = length - 1; place >= Math.max(0, length - LONGEST); place -= 1) {
    const unit = unitAt(place);
    if (unit === MARK) from = place;
    else if (unit !== CR && unit !== LF) break;
  }
  return from;
}

/** Whether a mark ends the file shows when nothing follows it. */
export async function* withoutTextEndMark(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let held = '';
  for await (const chunk of chunks) {
    if (chunk === '') continue;
    const all = held + chunk;
    const from = markIn(all.length, (place) => all.charCodeAt(place));
    held = all.slice(from);
    if (from > 0) yield all.slice(0, from);
  }
}

/** The same for bytes of UTF-8 and GB18030, where no part of a longer character looks like the mark. */
export async function* withoutEndMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    const all = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const from = markIn(all.length, (place) => all[place]!);
    held = all.subarray(from);
    if (from > 0) yield all.subarray(0, from);
  }
}
