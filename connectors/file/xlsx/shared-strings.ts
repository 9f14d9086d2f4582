// The texts of a workbook, which its sheets refer to by number: kept in a file of their own that nobody else can see and
// that is gone when the process is, so that millions of texts take no memory.
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problem } from '../delivery-problem.ts';
import { unescapeText } from './escaped-text.ts';
import { readXml } from './xml-reader.ts';

export interface SharedStrings {
  readonly count: number;
  /** Undefined: there is no such text. */
  get(index: number): string | undefined;
  close(): void;
}

/** Holds the longest text of a cell (32,767 characters) in UTF-8. */
const PAGE = 128 * 1024;
const PAGES_KEPT = 128;
/** Eight columns of a full sheet, no text twice. */
const MOST_TEXTS = 8_388_608;
const LENGTH = 4;

export function openSharedStrings(): SharedStrings & { add(text: string): void } {
  const path = join(tmpdir(), `credit-gateway-${process.pid}-${randomBytes(8).toString('hex')}`);
  const file = openSync(path, 'wx+', 0o600);
  // Without a name, nothing is left behind whatever happens.
  unlinkSync(path);
  let places = new Float64Array(1024);
  let count = 0;
  let last = Buffer.alloc(PAGE);
  let lastNumber = 0;
  let used = 0;
  const kept = new Map<number, Buffer>();

  const pageOf = (number: number): Buffer => {
    if (number === lastNumber) return last;
    let page = kept.get(number);
    if (page === undefined) {
      page = Buffer.alloc(PAGE);
      readSync(file, page, 0, PAGE, number * PAGE);
    } else kept.delete(number);
    kept.set(number, page);
    if (kept.size > PAGES_KEPT) kept.delete(kept.keys().next().value!);
    return page;
  };

  return {
    get count() {
      return count;
    },
    add: (text) => {
      const size = Buffer.byteLength(text) + LENGTH;
      if (size > PAGE) throw problem('TOO_LARGE', 'holds a text longer than any cell');
      if (count === MOST_TEXTS) throw problem('TOO_LARGE', 'holds too many texts');
      if (used + size > PAGE) {
        writeSync(file, last, 0, PAGE, lastNumber * PAGE);
        last = Buffer.alloc(PAGE);
        lastNumber += 1;
        used = 0;
      }
      if (count === places.length) {
        const more = new Float64Array(places.length * 2);
        more.set(places);
        places = more;
      }
      last.writeUInt32LE(size - LENGTH, used);
      last.write(text, used + LENGTH);
      places[count] = lastNumber * PAGE + used;
      count += 1;
      used += size;
    },
    get: (index) => {
      if (!Number.isInteger(index) || index < 0 || index >= count) return undefined;
      const place = places[index]!;
      const page = pageOf(Math.floor(place / PAGE));
      const from = (place % PAGE) + LENGTH;
      return page.toString('utf8', from, from + page.readUInt32LE(from - LENGTH));
    },
    close: () => closeSync(file),
  };
}

/** Reads the part that holds them. Runs of a text are joined; phonetic hints are left out. */
export async function readSharedStrings(bytes: AsyncIterable<Buffer> | undefined): Promise<SharedStrings> {
  const strings = openSharedStrings();
  let text = '';
  let begun = 0;
  let inText = false;
  let inHint = false;
  try {
    if (bytes !== undefined) {
      await readXml(bytes, {
        open: (name) => {
          if (name === 'si') text = '';
          if (name === 'rPh') inHint = true;
          inText = name === 't' && !inHint;
          begun = text.length;
        },
        text: (found) => {
          if (inText) text += found;
          if (text.length > PAGE) throw problem('TOO_LARGE', 'holds a text longer than any cell');
        },
        close: (name) => {
          if (name === 't') {
            if (inText) text = text.slice(0, begun) + unescapeText(text.slice(begun));
            inText = false;
          }
          if (name === 'rPh') inHint = false;
          if (name === 'si') strings.add(text);
        },
      });
    }
  } catch (error) {
    strings.close();
    throw error;
  }
  return strings;
}
