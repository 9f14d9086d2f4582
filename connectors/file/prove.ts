// Whether a delivery is what its agency sent: the hash in the file beside it, the number or hash in its last line. All
// this before any row is read.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { hashFile } from './delivery-bytes.ts';
import { problem } from './delivery-problem.ts';
import type { DeliveryOptions, Encoding } from './manifest-part.ts';
import type { FoundDelivery } from './register.ts';
import { readTrailer } from './trailer-template.ts';

export interface Proof {
  readonly sha256: string;
  /** Bytes before the trailer's line. */
  readonly end: number;
  /** Rows the trailer speaks of. */
  readonly rows: number | undefined;
  /** Whether anything shows that nothing is missing. */
  readonly whole: boolean;
}

/** @throws DeliveryProblem when it is not whole */
export async function proveDelivery(
  found: FoundDelivery,
  { format, encoding, check, delimiter }: DeliveryOptions,
  signal: AbortSignal,
): Promise<Proof> {
  const sha256 = await hashFile(found.path, signal);
  if (check.sidecar !== undefined) {
    const said = await readSidecar(`${found.path}.${check.sidecar}`);
    const is = check.sidecar === 'sha256' ? sha256 : await hashFile(found.path, signal, check.sidecar);
    if (said !== is) throw problem('HASH', `is not what its .${check.sidecar} file says`);
  }
  if (check.trailer === undefined || format === 'xlsx' || found.size === 0)
    return { sha256, end: found.size, rows: undefined, whole: isProven(check) };
  const last = await readLastLine(found, encoding, format === 'csv' ? delimiter : undefined);
  const said = readTrailer(check.trailer, last.text);
  if (said === undefined) throw problem('TRUNCATED', 'does not end with its trailer line');
  if (said.sha256 !== undefined && said.sha256 !== (await hashFile(found.path, signal, 'sha256', last.from)))
    throw problem('HASH', 'is not what its trailer says');
  return { sha256, end: last.from, rows: said.rows, whole: true };
}

/** A delivery that its manifest wants proven in no way proves nothing. */
const isProven = ({ sidecar, trailer }: DeliveryOptions['check']): boolean =>
  sidecar !== undefined || trailer !== undefined;

const LONGEST_TAIL = 4096;
const NO_LINKS = constants.O_RDONLY | constants.O_NOFOLLOW;

/** `<hash>` or `<hash>  <file>`, as sha256sum writes it. */
async function readSidecar(path: string): Promise<string | undefined> {
  const file = await open(path, NO_LINKS);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_TAIL), 0, LONGEST_TAIL, 0);
    const text = buffer.toString('latin1', 0, bytesRead).replace(/^\xef\xbb\xbf/, '');
    return /^\s*\\?([0-9A-Fa-f]{64})(?:\s|$)/.exec(text)?.[1]?.toLowerCase();
  } finally {
    await file.close();
  }
}

/** The last line that is more than blanks and delimiters, and the byte it begins at. */
async function readLastLine(
  { path, size }: FoundDelivery,
  encoding: Encoding,
  delimiter: string | undefined,
): Promise<{ readonly text: string; readonly from: number }> {
  // An even distance from the beginning, so that no character of UTF-16 is cut.
  const start = Math.max(0, size - LONGEST_TAIL - (size % 2));
  const file = await open(path, NO_LINKS);
  let tail: Buffer;
  try {
    tail = Buffer.alloc(size - start);
    await file.read(tail, 0, tail.length, start);
  } finally {
    await file.close();
  }
  const feed = encoding === 'utf-16le' ? [0x0a, 0] : encoding === 'utf-16be' ? [0, 0x0a] : [0x0a];
  const decoder = new TextDecoder(encoding);
  const isBlank = (text: string): boolean =>
    (delimiter === undefined ? text : text.replaceAll(delimiter === '\\t' ? '\t' : delimiter, '')).trim() ===
    '';
  let to = tail.length;
  while (to > 0) {
    let from = to - feed.length;
    while (from > 0 && !feed.every((byte, at) => tail[from - feed.length + at] === byte)) from -= feed.length;
    from = Math.max(0, from);
    const text = decoder
      .decode(tail.subarray(from, to))
      .trim()
      .replace(/\x1a+$/, '')
      .trim();
    if (!isBlank(text)) return { text, from: start + from };
    to = from;
  }
  return { text: '', from: size };
}
