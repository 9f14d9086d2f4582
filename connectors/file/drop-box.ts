// Looks into the directory where an agency drops its deliveries. A file still being written is left for the next
// look; one that was renamed into place, or has rested, is ready. Links lead out of the box and are never followed.
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileRecord } from '../manifest.ts';
import { readDeliveryName } from './delivery-name.ts';
import type { FoundDelivery } from './register.ts';

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
  const patterns = [...records].flatMap(({ record, delivery: { pattern, deltas, check } }) => [
    { record, pattern, delta: false, sidecar: check.sidecar },
    ...(deltas === undefined
      ? []
      : [{ record, pattern: deltas.pattern, delta: true, sidecar: check.sidecar }]),
  ]);
  let seenBefore = new Map<string, string>();

  const look = async (): Promise<DropBoxLook> => {
    const ready = new Map<string, FoundDelivery[]>();
    const seen = new Map<string, string>();
    let unsettled = false;
    const rests = (file: string, mark: string, mtimeMs: bigint): boolean => {
      seen.set(file, mark);
      // Modification times are the file system's, so they are held against the same clock, not the gateway's;
      // and where that clock differs (network drives), two looks that see the same are as good.
      return Date.now() - Number(mtimeMs) >= REST_MS || seenBefore.get(file) === mark;
    };
    for (const file of await readdir(directory)) {
      for (const { record, pattern, delta, sidecar } of patterns) {
        const name = readDeliveryName(pattern, file);
        if (name === undefined) continue;
        const path = join(directory, file);
        // Gone since the listing: a later look will tell.
        const stats = await lstat(path, { bigint: true }).catch(() => undefined);
        if (stats?.isFile() !== true && stats?.isSymbolicLink() !== true) continue;
        const proof = sidecar === undefined ? undefined : `${file}.${sidecar}`;
        const proven =
          proof === undefined
            ? undefined
            : await lstat(join(directory, proof), { bigint: true }).catch(() => undefined);
        let whole = rests(file, `${stats.size}:${stats.mtimeNs}`, stats.mtimeMs);
        if (proof !== undefined && proven !== undefined)
          whole = rests(proof, `${proven.size}:${proven.mtimeNs}`, proven.mtimeMs) && whole;
        if (!whole) {
          unsettled = true;
          continue;
        }
        const refused = stats.isSymbolicLink()
          ? ('link' as const)
          : proof !== undefined && proven?.isFile() !== true
            ? ('no sidecar' as const)
            : undefined;
        const found = {
          ...name,
          path,
          delta,
          size: Number(stats.size),
          modified: proven === undefined ? String(stats.mtimeNs) : `${stats.mtimeNs}+${proven.mtimeNs}`,
          ...(refused === undefined ? {} : { refused }),
        };
        ready.set(record, [...(ready.get(record) ?? []), found]);
      }
    }
    seenBefore = seen;
    return { ready, unsettled };
  };
  return { look };
}
