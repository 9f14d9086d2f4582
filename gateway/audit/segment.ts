/** The files of the log: their names, their order, and appending to one so that it survives a power cut. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** `audit-000001.jsonl` is number 1; numbers have no gaps. */
export interface Segment {
  readonly number: number;
  readonly name: string;
  readonly path: string;
}

const NAME = /^audit-(\d{6,})\.jsonl$/;

export function segmentOf(directory: string, number: number): Segment {
  const name = `audit-${String(number).padStart(6, '0')}.jsonl`;
  return { number, name, path: join(directory, name) };
}

/** The segments of the directory in order; other files are not looked at. @throws the system error of `readdir` */
export async function listSegments(directory: string): Promise<readonly Segment[]> {
  const names = await readdir(directory);
  const found = names.map((name) => ({ name, segment: segmentOf(directory, Number(NAME.exec(name)?.[1])) }));
  return found
    .filter(({ name, segment }) => name === segment.name && segment.number > 0)
    .map(({ segment }) => segment)
    .sort((a, b) => a.number - b.number);
}

/** An open segment that only grows. `write` returns when all bytes are handed over, `sync` when they are on disk. */
export interface SegmentFile {
  write(bytes: Buffer): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export type OpenSegment = (path: string, flags: 'a' | 'ax') => Promise<SegmentFile>;

/** Opens a segment for appending: `ax` creates it and refuses an existing one. */
export const openSegment: OpenSegment = async (path, flags) => {
  const file = await open(path, flags, 0o600);
  return {
    async write(bytes) {
      for (let written = 0; written < bytes.length;) {
        written += (await file.write(bytes, written)).bytesWritten;
      }
    },
    sync: () => file.datasync(),
    close: () => file.close(),
  };
};

/** Makes the names in a directory durable; a new file's bytes are of no use under no name. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
