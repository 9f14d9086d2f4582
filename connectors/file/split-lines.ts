// Text or bytes cut into lines at line feeds, across chunks, without the carriage return before one.
import { problem } from './delivery-problem.ts';

const LONGEST_LINE = 1_000_000;
const LF = 0x0a;
const CR = 0x0d;

export interface TextLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface BytesLine {
  readonly line: number;
  readonly bytes: Buffer;
}

/** @throws DeliveryProblem when a line is longer than any row may be */
export async function* splitLines(text: AsyncIterable<string>): AsyncGenerator<TextLine> {
  let line = 0;
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE)
      throw problem('UNREADABLE', 'is too long', { line: line + lines.length + 1 });
    for (const written of lines) yield { line: (line += 1), text: withoutReturn(written) };
  }
  if (rest !== '') yield { line: line + 1, text: withoutReturn(rest) };
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

/**
 * The same for bytes of UTF-8 and GB18030, where no part of a longer character looks like a line feed.
 * @throws DeliveryProblem
 */
export async function* splitBytes(chunks: AsyncIterable<Buffer>): AsyncGenerator<BytesLine> {
  let line = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, from)) {
      yield {
        line: (line += 1),
        bytes: bytes.subarray(from, bytes[at - 1] === CR && at > from ? at - 1 : at),
      };
      from = at + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > LONGEST_LINE) throw problem('UNREADABLE', 'is too long', { line: line + 1 });
  }
  if (rest.length > 0) {
    yield { line: line + 1, bytes: rest.at(-1) === CR ? rest.subarray(0, -1) : rest };
  }
}
