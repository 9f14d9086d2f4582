// Rows of a fixed-width delivery: columns by the widths of the manifest, in characters or in bytes of the encoding.
// Systems that write GB18030 count bytes, two to an ideograph.
import type { Complain, DeliveredRow, Wanted } from './delivered-row.ts';
import { problem } from './delivery-problem.ts';
import { openRowDropper } from './drop-rows.ts';
import { withoutEndMark } from './end-mark.ts';
import type { Encoding } from './manifest-part.ts';
import { readText } from './read-text.ts';
import { splitBytes, splitLines } from './split-lines.ts';

export interface FixedWidthOptions {
  readonly encoding: Encoding;
  readonly widths: 'characters' | 'bytes';
  /** Lines above the first row. */
  readonly skip: number;
  /** All columns, in the order of the file. */
  readonly columns: readonly { readonly name: string; readonly width: number }[];
}

interface Place {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Yields rows in file order, cells trimmed. Blank lines are skipped; lines of another width are left out.
 * @throws DeliveryProblem
 */
export async function* readFixedWidth(
  bytes: AsyncIterable<Buffer>,
  options: FixedWidthOptions,
  wanted: Wanted,
  complain: Complain,
): AsyncGenerator<DeliveredRow> {
  const { encoding, skip } = options;
  let whole = 0;
  const laidOut = options.columns.map(({ name, width }): Place => {
    return { name, from: whole, to: (whole += width) };
  });
  const places = wanted.columns.map((column) => {
    const place = laidOut.find(({ name }) => name === column);
    if (place === undefined)
      throw problem('MISSING_COLUMN', 'is not among the columns of the manifest', { column });
    return place;
  });
  const fits = (width: number, line: number): boolean => {
    if (width === whole) return true;
    complain('SHORT_ROW', `${width < whole ? 'shorter' : 'longer'} than the columns together`, line);
    return false;
  };
  const dropper = openRowDropper<string>(
    wanted.drop,
    (text) => ({ first: text.trim(), cell: () => '' }),
    wanted.leftOut,
  );
  // Nothing is held back here: rows at the end cannot be named in this format.
  const isOut = (text: string): boolean => dropper.push(text)[0]?.out === true;
  if (options.widths === 'characters') {
    for await (const { line, text } of splitLines(readText(bytes, encoding))) {
      if (line <= skip || isBlank(text)) continue;
      // Rare ideographs are two units of a JavaScript string and one character.
      const characters = SURROGATES.test(text) ? [...text] : text;
      const out = isOut(text);
      // Whatever its width, a line that is to be left out is looked through for keys.
      if (!out && !fits(characters.length, line)) continue;
      const cut = ({ from, to }: Place): string => {
        const cell = characters.slice(from, to);
        return (typeof cell === 'string' ? cell : cell.join('')).trim();
      };
      yield { line, values: places.map(cut), ...(out ? { out } : {}) };
    }
    return;
  }
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const lenient = new TextDecoder(encoding, { ignoreBOM: true });
  const decode = (part: Uint8Array, line: number, name?: string): string => {
    try {
      return decoder.decode(part);
    } catch {
      if (name === undefined) throw problem('ENCODING', `is not ${encoding}`, { line });
      throw problem('ENCODING', 'cuts a character in two', { line, column: name });
    }
  };
  for await (const { line, bytes: written } of splitBytes(withoutEndMark(withoutMark(bytes)))) {
    if (line <= skip) continue;
    const text = decode(written, line);
    if (text.includes('\0')) throw problem('ENCODING', 'holds a zero byte', { line });
    if (isBlank(text)) continue;
    const out = isOut(text);
    if (!out && !fits(written.length, line)) continue;
    const plain = text.length === written.length;
    yield {
      line,
      ...(out ? { out } : {}),
      values: places.map(({ name, from, to }) => {
        if (plain) return text.slice(from, to).trim();
        const cell = written.subarray(from, to);
        // A note knows of no columns: it may have a character across two of them.
        return (out ? lenient.decode(cell) : decode(cell, line, name)).trim();
      }),
    };
  }
}

const SURROGATES = /[\uD800-\uDFFF]/;

const isBlank = (text: string): boolean => text.trim() === '';

/** A byte order mark is no part of the first column. */
async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    const marked18030 =
      first && chunk[0] === 0x84 && chunk[1] === 0x31 && chunk[2] === 0x95 && chunk[3] === 0x33;
    first = false;
    yield marked ? chunk.subarray(3) : marked18030 ? chunk.subarray(4) : chunk;
  }
}
