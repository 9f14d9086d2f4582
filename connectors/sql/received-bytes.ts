// Counts what comes over a connection while one answer is read, so that a single huge row, which a driver would
// collect whole before anybody saw it, is cut off, too.
import type { Readable } from 'node:stream';

/** Framing, column names and short values: bytes an answer may have beyond twice its texts. */
const FRAMING = 64 * 1024;

/** Calls `over` once when an answer of at most `bytes` cannot be in what has come. Returns what ends the counting. */
export function watchBytes(stream: Readable, bytes: number, over: () => void): () => void {
  let left = 2 * bytes + FRAMING;
  const count = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left >= 0) return;
    stop();
    over();
  };
  const stop = (): void => void stream.off('data', count);
  stream.on('data', count);
  return stop;
}
