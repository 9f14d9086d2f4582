// Asks once more where that helps: the source was not reached, so it has not answered and has done no work. A budget
// keeps retries a small share of the calls, so that they never add to an outage.
import { setTimeout as wait } from 'node:timers/promises';
import { SourceError } from '../source-error.ts';
import type { SourceFailureCode } from '../contract.ts';
import type { RetrySettings } from './manifest-part.ts';

/** Retries saved up at most. */
const MOST_SAVED = 10;

export interface Retry {
  /** All reads are idempotent, so that asking twice is safe. Never asks when `signal` has fired. */
  run<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function openRetry(
  { budget, pause }: RetrySettings,
  told: (code: SourceFailureCode) => void = () => undefined,
): Retry {
  // One to begin with: a source that is seldom asked may have its connection closed in between.
  let saved = 1;
  return {
    run: async (ask, signal) => {
      saved = Math.min(saved + budget, MOST_SAVED);
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof SourceError) || !error.unanswered || saved < 1 || signal.aborted) throw error;
        saved -= 1;
        told(error.code);
        try {
          await wait(pause, undefined, { signal });
        } catch {
          throw error;
        }
        return ask();
      }
    },
  };
}
