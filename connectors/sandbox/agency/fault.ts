// The ways in which a sandbox agency can be told to misbehave.
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * down: connection reset. slow: the right answer after `ms`. html, garbage (cut JSON), empty-body: 200 with
 * something else. foreign: rows of a subject nobody asked for. nobody: a well-formed answer without rows, whoever is asked
 * about. huge: an answer that does not end before 64 MB. wrong-type: right shape, wrong values. stale: the right answer
 * with data of ten days ago.
 */
export type Fault = { readonly mode: 'slow'; readonly ms: number } | { readonly mode: PlainMode };

const PLAIN_MODES = [
  ...(['none', 'down', 'html', 'garbage', 'empty-body', 'error-500'] as const),
  ...(['foreign', 'nobody', 'huge', 'wrong-type', 'stale'] as const),
] as const;
type PlainMode = (typeof PLAIN_MODES)[number];

/** Reads a fault from JSON text; undefined when it is none. */
export function faultIn(text: string): Fault | undefined {
  let value: { mode?: unknown; ms?: unknown } | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return undefined;
  }
  if (value?.mode === 'slow') {
    return typeof value.ms === 'number' && value.ms >= 0 ? { mode: 'slow', ms: value.ms } : undefined;
  }
  const mode = PLAIN_MODES.find((one) => one === value?.mode);
  return mode && { mode };
}

/** Columns that say whose row it is: left alone, so that only the values are wrong. */
const KEYS = new Set(['cardNum', 'subjectCode']);

/** Replaces every value of every row by an object, and an empty list by a string. */
export function distort(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((row) => distortRow(row));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, distort(inner)]));
}

function distortRow(row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return { unexpected: true };
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      KEYS.has(name) ? (value as unknown) : { unexpected: true },
    ]),
  );
}

/** The same for XML: every text of a record but its key becomes an element, and so does the absence of records. */
export function distortXml(xml: string): string {
  const distorted = xml.replace(/<((?:\w+:)?(\w+))>([^<]+)<\/\1>/g, (whole, tag: string, name: string) =>
    KEYS.has(name) || name === 'asOf' ? whole : `<${tag}><unexpected>true</unexpected></${tag}>`,
  );
  return distorted === xml ? xml.replace(/<\/(\w+:)?asOf>/, '$&<unexpected>true</unexpected>') : distorted;
}

const HUGE = 64 * 1024 * 1024;

/** Streams one endless-looking string at the pace of the reader, who is expected to hang up. */
export async function writeHuge(response: ServerResponse, type: string): Promise<void> {
  const piece = Buffer.alloc(256 * 1024, 'x');
  const [before, after] = type.includes('json')
    ? ['{"code":0,"message":"ok","data":{"asOf":"', '"}}']
    : ['<?xml version="1.0" encoding="utf-8"?><huge>', '</huge>'];
  const pieces = function* (): Generator<Buffer> {
    yield Buffer.from(before);
    for (let sent = 0; sent < HUGE; sent += piece.length) yield piece;
    yield Buffer.from(after);
  };
  response.writeHead(200, { 'content-type': type });
  await pipeline(Readable.from(pieces()), response).catch(() => undefined);
}
