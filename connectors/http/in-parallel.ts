// Runs tasks with a bounded number on their way; the first failure stops the others.

/** Results in the order of `items`. Rejects with the first failure, whose siblings' signals fire. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  signal: AbortSignal,
  run: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<readonly R[]> {
  if (items.length === 1) return [await run(items[0]!, signal)];
  const siblings = new AbortController();
  const stop = (): void => siblings.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const results: R[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const at = next;
      next += 1;
      results[at] = await run(items[at]!, siblings.signal);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(width, items.length) }, work));
    return results;
  } catch (error) {
    siblings.abort(error);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
