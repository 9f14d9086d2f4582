// The zip container of a workbook: parts by name, streamed. What is unpacked is counted and checked against the
// container's own sums, so that neither a bomb nor a damaged file gets through.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, type ZipFile, fromFdPromise } from 'yauzl';
import { DeliveryProblem, problem } from '../delivery-problem.ts';

export interface WorkbookPackage {
  has(part: string): boolean;
  /** Bytes of a part. @throws DeliveryProblem when it is missing, damaged or too large */
  read(part: string): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

export interface PackageLimits {
  /** Bytes all parts that are read may have, unpacked. */
  readonly unpacked: number;
  /** How many times its packed size a large part may have. */
  readonly ratio: number;
}

/** A million rows of twenty columns take a quarter of this; deflate itself could do 1,000 to 1. */
export const packageLimits: PackageLimits = { unpacked: 4e9, ratio: 250 };

const MOST_PARTS = 10_000;
/** Small parts may be as repetitive as they like. */
const LARGE = 64e6;

/** @throws DeliveryProblem when it is no zip file */
export async function openPackage(
  path: string,
  signal: AbortSignal,
  limits: PackageLimits = packageLimits,
): Promise<WorkbookPackage> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const parts = new Map<string, Entry>();
  let zip: ZipFile;
  try {
    zip = await asProblem(fromFdPromise(handle.fd, { autoClose: false, lazyEntries: true }));
    if (zip.entryCount > MOST_PARTS) throw problem('TOO_LARGE', 'has too many parts');
    for await (const entry of eachEntry(zip)) {
      if (parts.has(entry.fileName)) throw problem('UNREADABLE', 'has two parts of one name');
      if (entry.isEncrypted()) throw problem('UNREADABLE', 'is protected by a password');
      parts.set(entry.fileName, entry);
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  let left = limits.unpacked;
  return {
    has: (part) => parts.has(part),
    read: async function* (part) {
      const entry = parts.get(part);
      if (entry === undefined) throw problem('UNREADABLE', 'lacks a part every workbook has');
      const stream = await asProblem(zip.openReadStreamPromise(entry));
      let sum = 0;
      let size = 0;
      try {
        for await (const chunk of stream) {
          signal.throwIfAborted();
          const bytes = chunk as Buffer;
          size += bytes.length;
          left -= bytes.length;
          if (left < 0 || (size > LARGE && size > entry.compressedSize * limits.ratio)) {
            throw problem('TOO_LARGE', 'unpacks to more than any honest workbook');
          }
          sum = crc32(bytes, sum);
          yield bytes;
        }
      } catch (error) {
        if (error instanceof DeliveryProblem || signal.aborted) throw error;
        throw damaged();
      } finally {
        stream.destroy();
      }
      if (sum !== entry.crc32) throw damaged();
    },
    close: () => handle.close(),
  };
}

const damaged = (): DeliveryProblem => problem('UNREADABLE', 'is damaged inside');

async function* eachEntry(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    for await (const entry of zip.eachEntry()) yield entry;
  } catch (error) {
    throw error instanceof DeliveryProblem ? error : notZip();
  }
}

async function asProblem<T>(opening: Promise<T>): Promise<T> {
  return opening.catch(() => {
    throw notZip();
  });
}

/** The older .xls, a workbook with a password and a cut-off file all end here. */
const notZip = (): DeliveryProblem =>
  problem('UNREADABLE', 'is not a whole xlsx workbook (cut off, an older xls, or protected by a password)');
