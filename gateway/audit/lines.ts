/** Reads a file line by line in large blocks, with the byte position of every line and nothing copied. */
import { open } from 'node:fs/promises';

export interface Line {
  /** The line without its LF. A view: valid until the next block is asked for. */
  readonly bytes: Buffer;
  /** Counted from 1. */
  readonly number: number;
  /** Byte position of the line in its file. */
  readonly offset: number;
  /** False for a last line that lacks its LF. */
  readonly complete: boolean;
}

const BLOCK_BYTES = 1024 * 1024;
const LF = 0x0a;

/** Yields the lines of the file in blocks of about a megabyte; memory grows only with the longest line. */
export async function* readLines(path: string): AsyncGenerator<readonly Line[]> {
  const file = await open(path, 'r');
  try {
    let buffer = Buffer.allocUnsafe(BLOCK_BYTES);
    let filled = 0;
    let offset = 0;
    let number = 0;
    for (;;) {
      if (filled === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
      const scanFrom = filled;
      filled += bytesRead;
      if (bytesRead === 0) {
        const bytes = buffer.subarray(0, filled);
        if (filled > 0) yield [{ bytes, number: number + 1, offset, complete: false }];
        return;
      }
      const lines: Line[] = [];
      let start = 0;
      let end = buffer.subarray(0, filled).indexOf(LF, scanFrom);
      while (end !== -1) {
        number += 1;
        lines.push({ bytes: buffer.subarray(start, end), number, offset: offset + start, complete: true });
        start = end + 1;
        end = buffer.subarray(0, filled).indexOf(LF, start);
      }
      if (lines.length > 0) yield lines;
      buffer.copyWithin(0, start, filled);
      filled -= start;
      offset += start;
    }
  } finally {
    await file.close();
  }
}

/** The last line of a file, complete or torn, read from its end; undefined if the file is empty. */
export async function readLastLine(path: string): Promise<Omit<Line, 'number'> | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size === 0) return undefined;
    for (let span = 64 * 1024; ; span *= 4) {
      const from = Math.max(0, size - span);
      const buffer = Buffer.alloc(size - from);
      await file.read(buffer, 0, buffer.length, from);
      const complete = buffer.at(-1) === LF;
      const end = complete ? buffer.length - 1 : buffer.length;
      const start = end === 0 ? 0 : buffer.lastIndexOf(LF, end - 1) + 1;
      if (start > 0 || from === 0)
        return { bytes: buffer.subarray(start, end), offset: from + start, complete };
    }
  } finally {
    await file.close();
  }
}
