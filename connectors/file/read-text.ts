// A delivery's bytes as text, streamed; the hash is taken on the way. A byte that is not of the declared encoding ends
// it: a reader that replaced it would change names and codes without a word.
import { type Hash, createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { DeliveryOptions } from './manifest-part.ts';
import { DeliveryProblem } from './delivery-problem.ts';

/** Yields text chunks; `hash` is updated with every byte read. */
export async function* readText(
  path: string,
  encoding: DeliveryOptions['encoding'],
  hash: Hash,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let offset = 0;
  const decode = (bytes?: Uint8Array): string => {
    let text: string;
    try {
      text = bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch {
      throw new DeliveryProblem('ENCODING', `not ${encoding} near byte ${offset}`);
    }
    if (text.includes('\0')) throw new DeliveryProblem('ENCODING', `a zero byte near byte ${offset}`);
    return text;
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024, signal })) {
    const bytes = chunk as Buffer;
    hash.update(bytes);
    yield decode(bytes);
    offset += bytes.byteLength;
  }
  if (offset === 0) throw new DeliveryProblem('EMPTY', 'the file is empty');
  yield decode();
}

/** SHA-256 of a file, in hex. */
export async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
