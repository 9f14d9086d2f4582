// A delivery's bytes, streamed. Links are not followed, and a file that begins with
// another encoding's mark, or is plainly UTF-8 where GB18030 was agreed, ends here.
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { problem } from './delivery-problem.ts';
import type { Encoding } from './manifest-part.ts';

export interface BytesOptions {
  readonly path: string;
  readonly encoding: Encoding;
  /** Bytes to read; what follows is the trailer. */
  readonly end: number;
  readonly signal: AbortSignal;
}

const CHUNK = 256 * 1024;
const NO_LINKS = constants.O_RDONLY | constants.O_NOFOLLOW;

export async function* readBytes(options: BytesOptions): AsyncGenerator<Buffer> {
  const { path, encoding, end, signal } = options;
  if (end === 0) throw problem('EMPTY', 'the file is empty');
  let first = true;
  // Node takes numeric flags here; its types know only the text ones.
  const flags = NO_LINKS as unknown as string;
  for await (const chunk of createReadStream(path, { flags, highWaterMark: CHUNK, end: end - 1, signal })) {
    const bytes = chunk as Buffer;
    if (first) lookAtBeginning(bytes, encoding);
    first = false;
    yield bytes;
  }
}

const MARKS = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  ['gb18030', [0x84, 0x31, 0x95, 0x33]],
] as const;

const ZIP = [0x50, 0x4b, 0x03, 0x04] as const;
/** Beyond this many characters, text that reads as UTF-8 is UTF-8. */
const PLAINLY = 8;

function lookAtBeginning(bytes: Buffer, encoding: Encoding): void {
  const begins = (mark: readonly number[]): boolean => mark.every((byte, at) => bytes[at] === byte);
  for (const [other, mark] of MARKS) {
    if (other !== encoding && begins(mark)) {
      throw problem('ENCODING', `begins with the mark of ${other}, not ${encoding}`);
    }
  }
  if (begins(ZIP)) throw problem('UNREADABLE', 'is a zip or xlsx file, not text');
  if (encoding === 'gb18030' && isPlainlyUtf8(bytes)) {
    throw problem('ENCODING', 'is written in utf-8, not gb18030');
  }
}

/** Most UTF-8 also decodes as GB18030, into other characters; hardly any GB18030 decodes as UTF-8. */
function isPlainlyUtf8(bytes: Buffer): boolean {
  let characters = 0;
  for (const byte of bytes) if (byte >= 0xc2) characters += 1;
  if (characters < PLAINLY) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Hash of a file in hex; of its first `end` bytes where given. Links are not followed. */
export async function hashFile(
  path: string,
  signal: AbortSignal,
  algorithm: 'sha256' | 'sm3' = 'sha256',
  end = Infinity,
): Promise<string> {
  const hash = createHash(algorithm);
  if (end === 0) return hash.digest('hex');
  const flags = NO_LINKS as unknown as string;
  for await (const chunk of createReadStream(path, { flags, highWaterMark: CHUNK, end: end - 1, signal }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}
