// Bytes as text, without the mark with which DOS programs ended a file. A byte that is not of the declared encoding ends the delivery: a reader that replaced it would change
// names and codes without a word.
import { problem } from './delivery-problem.ts';
import type { Encoding } from './manifest-part.ts';

/** Yields text chunks without the byte order mark. @throws DeliveryProblem */
export async function* readText(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
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
  // Whether a mark ends the file shows when nothing follows it.
  let marks = '';
  const withoutMarks = (text: string): string => {
    const all = marks + text;
    const [found = ''] = /\x1a*$/.exec(all) ?? [];
    marks = found;
    return all.slice(0, all.length - found.length);
  };
  for await (const chunk of bytes) {
    yield withoutMarks(decode(chunk));
    offset += chunk.byteLength;
  }
  yield withoutMarks(decode());
}
