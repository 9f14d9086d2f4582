// Calls a look at a directory again and again: when the directory changes, and at intervals, because not every file
// system tells of changes and a directory may vanish and come back.
import { type FSWatcher, watch } from 'node:fs';

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
