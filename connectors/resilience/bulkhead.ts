// How many calls a source may have at once and how many may wait. Beyond that, and when a call could not be served
// before its deadline, it is turned away at once, so that a slow agency cannot hold the others' requests.
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { SourceError } from '../source-error.ts';
import { OwnDelay } from './deadline.ts';

/** `left`: milliseconds until the call's deadline. */
export type Bulkhead = <T>(signal: AbortSignal, ask: () => Promise<T>, left?: number) => Promise<T>;

/** Turned away here: says nothing of the source. */
export class TurnedAway extends SourceError {
  constructor(detail: string) {
    super('SOURCE_OVERLOADED', detail);
  }
}

/** Calls whose time must be known before anything is told from it. */
const ENOUGH_CALLS = 10;
/** Share of its time below which a call that has waited is not made any more: nobody could answer it. */
const HOPELESS = 0.05;
/** Weight of the latest call in the typical time. */
const LATEST = 0.2;

/**
 * `queue`: calls that may wait for one of `concurrency` places. `now` in milliseconds, monotonic.
 * @throws TurnedAway
 */
export function openBulkhead(
  concurrency: number,
  queue: number,
  now: () => number = () => performance.now(),
): Bulkhead {
  const places = bulkhead(concurrency, queue);
  let calls = 0;
  let typical = 0;
  const timed = async <T>(ask: () => Promise<T>): Promise<T> => {
    const started = now();
    try {
      return await ask();
    } finally {
      const took = now() - started;
      calls += 1;
      // The mean at first, so that one slow call does not stand for all.
      typical += (took - typical) * Math.max(LATEST, 1 / calls);
    }
  };
  return async (signal, ask, left = Infinity) => {
    const asked = now();
    if (places.executionSlots <= 0 && calls >= ENOUGH_CALLS) {
      const waiting = queue - places.queueSlots;
      const expected = typical * ((waiting + 1) / concurrency + 1);
      if (expected > left) {
        throw new TurnedAway(`${waiting} waiting, ${Math.round(expected)} ms expected`);
      }
    }
    try {
      return await places.execute(() => {
        // A call whose time ran out while it waited must not reach the source any more.
        signal.throwIfAborted();
        if (left - (now() - asked) < left * HOPELESS) throw new OwnDelay(left);
        return timed(ask);
      });
    } catch (error) {
      if (error instanceof BulkheadRejectedError) {
        throw new TurnedAway(`${concurrency} calls running and ${queue} waiting`);
      }
      throw error;
    }
  };
}
