// An agency that says when it may be asked again is not asked before: calls until then fail at once, without a
// connection. What it may ask for is bounded, so that a mistake of its clock does not lock it out for a day.
import { SourceError } from '../source-error.ts';
import { RefusedStatus } from './failure.ts';

/** Longest pause that is kept, in milliseconds. */
export const LONGEST_PAUSE_MS = 5 * 60_000;

export interface Pause {
  /** @throws SourceError SOURCE_OVERLOADED while the agency does not want to be asked */
  check(): void;
  /** Takes note of a failure that names a time. */
  learn(error: unknown): void;
}

export function openPause(clock: () => Date): Pause {
  let until = 0;
  return {
    check: () => {
      const left = until - clock().getTime();
      if (left <= 0) return;
      const seconds = Math.ceil(left / 1000);
      throw new SourceError('SOURCE_OVERLOADED', `it asked not to be asked for ${seconds} s more`, {
        unasked: true,
      });
    },
    learn: (error) => {
      if (!(error instanceof RefusedStatus) || (error.status !== 429 && error.status !== 503)) return;
      const now = clock().getTime();
      const wait = waitOf(error.retryAfter, now);
      // Answers that were under way do not shorten what a later one asked for.
      if (wait !== undefined) until = Math.max(until, now + Math.min(wait, LONGEST_PAUSE_MS));
    },
  };
}

/** Milliseconds to wait, of a `Retry-After` in seconds or as an HTTP date; undefined when it is neither. */
export function waitOf(written: string | undefined, now: number): number | undefined {
  const text = written?.trim() ?? '';
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
