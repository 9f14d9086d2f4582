// What stands between a request and a source: breaker, bulkhead, retry, in this order, all within one deadline. A
// call that is refused here costs the source nothing, and time that goes by here is never taken for the source's.
import { SourceError } from '../source-error.ts';
import type { Watch } from '../watch.ts';
import { BreakerOpen, type Bearing, openBreaker } from './breaker.ts';
import { TurnedAway, openBulkhead } from './bulkhead.ts';
import { CallerGaveUp, OwnDelay, stoppedBy, withinDeadline } from './deadline.ts';
import type { Resilience } from './manifest-part.ts';
import { openRetry } from './retry.ts';

export interface GuardOptions {
  readonly source: string;
  readonly concurrency: number;
  readonly queue: number;
  readonly resilience: Resilience;
  readonly watch: Watch;
  /** Milliseconds by a clock that stands still while the process does; the real ones if not given. */
  readonly now?: (() => number) | undefined;
}

/**
 * Runs `ask` within `milliseconds` of now, as `withinDeadline` counts them. Rejects with a SourceError then at the
 * latest, whatever `ask` does; `ask` may be called a second time.
 */
export type Guard = <T>(
  milliseconds: number,
  caller: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

export function openGuard(options: GuardOptions): Guard {
  const { source, concurrency, queue, resilience, watch, now = () => performance.now() } = options;
  const bulkhead = openBulkhead(concurrency, queue, now);
  const breaker =
    resilience.breaker &&
    openBreaker(resilience.breaker, bearingOf, (state, why) => watch.breakerChanged(source, state, why));
  const retry = resilience.retry && openRetry(resilience.retry, (code) => watch.retried(source, code));

  return async <T>(
    milliseconds: number,
    caller: AbortSignal,
    ask: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const started = now();
    let handed: number | undefined;
    const given = (): number => (handed === undefined ? 0 : now() - handed);
    const guarded = async (signal: AbortSignal): Promise<T> => {
      if (breaker?.refuses() === true) throw new BreakerOpen();
      const left = milliseconds - (now() - started);
      // A transport that does not listen must keep neither a place nor the breaker's trial.
      const once = (): Promise<T> => stoppedBy(signal, ask(signal));
      return bulkhead(
        signal,
        () => {
          handed = now();
          if (breaker === undefined) return retry === undefined ? once() : retry.run(once, signal);
          return breaker.run(() =>
            // The trial is a single call.
            retry === undefined || breaker.state !== 'closed' ? once() : retry.run(once, signal),
          );
        },
        left,
      );
    };
    try {
      return await withinDeadline(milliseconds, caller, guarded, { now, given });
    } catch (error) {
      if (error instanceof BreakerOpen) {
        watch.shed(source);
        throw new SourceError('SOURCE_SUSPENDED', 'it kept failing and is not asked at the moment');
      }
      if (error instanceof TurnedAway) watch.shed(source);
      throw error;
    }
  };
}

/** Whether an error tells that the source is in trouble: it was not reached, or not in time, or said it had too much. */
function bearingOf(error: unknown): Bearing {
  if (error instanceof CallerGaveUp || error instanceof OwnDelay) return 'nothing';
  if (!(error instanceof SourceError)) return 'answer';
  if (error.unasked) return 'nothing';
  switch (error.code) {
    case 'SOURCE_TIMEOUT':
    case 'SOURCE_UNREACHABLE':
    case 'SOURCE_OVERLOADED':
      return 'failure';
    case 'SOURCE_SUSPENDED':
    case 'SOURCE_REFUSED':
    case 'SOURCE_TOO_LARGE':
    case 'SOURCE_INVALID_ANSWER':
      return 'answer';
  }
}
