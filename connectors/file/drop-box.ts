// Looks into the directory where an agency drops its deliveries. A file still being written is left for the next
// look; one that was renamed into place, or has rested, is ready.
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileRecord } from '../manifest.ts';
import { readDeliveryName } from './delivery-name.ts';
import type { FoundDelivery } from './staging.ts';

export interface DropBoxLook {
  /** Record type → deliveries that are ready, in no order. */
  readonly ready: ReadonlyMap<string, readonly FoundDelivery[]>;
  /** Whether something is still being written. */
  readonly unsettled: boolean;
}

export interface DropBox {
  /** @throws Error when the directory cannot be read */
  look(): Promise<DropBoxLook>;
}

/** A file not written to for this long, in milliseconds, is whole. */
const REST_MS = 1000;

export function openDropBox(directory: string, records: Iterable<FileRecord>): DropBox {
  const patterns = [...records].map(({ record, delivery }) => ({ record, pattern: delivery.pattern }));
  let seenBefore = new Map<string, string>();

  const look = async (): Promise<DropBoxLook> => {
    const ready = new Map<string, FoundDelivery[]>();
    const seen = new Map<string, string>();
    let unsettled = false;
    for (const file of await readdir(directory)) {
      for (const { record, pattern } of patterns) {
        const name = readDeliveryName(pattern, file);
        if (name === undefined) continue;
        const path = join(directory, file);
        // Gone since the listing: a later look will tell.
        const stats = await stat(path, { bigint: true }).catch(() => undefined);
        if (stats?.isFile() !== true) continue;
        const mark = `${stats.size}:${stats.mtimeNs}`;
        seen.set(file, mark);
        // Modification times are the file system's, so they are held against the same clock, not the gateway's;
        // and where that clock differs (network drives), two looks that see the same are as good.
        const rests = Date.now() - Number(stats.mtimeMs) >= REST_MS || seenBefore.get(file) === mark;
        if (!rests) {
          unsettled = true;
          continue;
        }
        const found = { ...name, path, size: Number(stats.size), modified: String(stats.mtimeNs) };
        ready.set(record, [...(ready.get(record) ?? []), found]);
      }
    }
    seenBefore = seen;
    return { ready, unsettled };
  };
  return { look };
}

/**
 * Calls `look` one at a time: when the directory changes, and every `interval` milliseconds, because not every file
 * system tells of changes. `look` resolves with the longest time it can wait for the next one.
 */
export function keepLooking(
  directory: string,
  interval: number,
  look: () => Promise<number>,
): { close(): Promise<void> } {
  let closed = false;
  let changed = false;
  let wake: () => void = () => undefined;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(directory, { persistent: false }, () => {
      changed = true;
      wake();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // The directory may come later; the looks at intervals will find it.
  }
  const loop = async (): Promise<void> => {
    while (!closed) {
      const started = performance.now();
      changed = false;
      const most = Math.min(interval, await look());
      if (closed) return;
      // A burst of changes is one look, not one each.
      const least = Math.max(0, 50 - (performance.now() - started));
      await pause(least);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, most);
        timer.unref();
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (closed || changed) wake();
      });
    }
  };
  const looping = loop();
  return {
    close: async () => {
      closed = true;
      watcher?.close();
      wake();
      await looping;
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
