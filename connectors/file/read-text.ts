// Bytes as text, without the mark with which DOS programs ended a file. A byte that is not of the declared encoding ends
// the delivery: a reader that replaced it would change names and codes without a word.
import { problem } from './delivery-problem.ts';
import { withoutTextEndMark } from './end-mark.ts';
import type { Encoding } from './manifest-part.ts';

/** Yields text chunks without the byte order mark. @throws DeliveryProblem */
export function readText(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
  return withoutTextEndMark(decoded(bytes, encoding));
}

async function* decoded(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let offset = 0;
  const decode = (chunk?: Uint8Array): string => {
    let text: string;
    try {
      text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw problem('ENCODING', `not ${encoding} near byte ${offset}`);
    }
    if (text.includes('\0')) throw problem('ENCODING', `a zero byte near byte ${offset}`);
    return text;
  };
  for await (const chunk of bytes) {
    yield decode(chunk);
    offset += chunk.byteLength;
  }
  yield decode();
}
