// How many calls a source may have at once and how many may wait: beyond that a call is turned away at once, so
// that a slow agency cannot hold the others' requests.
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { SourceError } from '../source-error.ts';

export type Bulkhead = <T>(signal: AbortSignal, ask: () => Promise<T>) => Promise<T>;

/** `queue`: calls that may wait for one of `concurrency` places. @throws SourceError SOURCE_OVERLOADED */
export function openBulkhead(concurrency: number, queue: number): Bulkhead {
  const places = bulkhead(concurrency, queue);
  return async (signal, ask) => {
    try {
      return await places.execute(() => {
        // A call whose time ran out while it waited must not reach the source any more.
        signal.throwIfAborted();
        return ask();
      });
    } catch (error) {
      if (error instanceof BulkheadRejectedError) {
        throw new SourceError('SOURCE_OVERLOADED', `${concurrency} calls running and ${queue} waiting`);
      }
      throw error;
    }
  };
}
