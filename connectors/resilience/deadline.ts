// The total time a call may take, whatever the source does: the caller gets his answer then, and the source is told
// to stop. Time in which this process stood still is not taken from it, up to as much again.
import { setImmediate as oneTurn } from 'node:timers/promises';
import { SourceError } from '../source-error.ts';

/** Whoever asked does not want the answer any more: says nothing of the source. */
export class CallerGaveUp extends SourceError {
  constructor() {
    super('SOURCE_TIMEOUT', 'the caller gave up');
  }
}

/** The time went by here, in a queue or because the process stood still: says nothing of the source. */
export class OwnDelay extends SourceError {
  constructor(milliseconds: number) {
    super(
      'SOURCE_TIMEOUT',
      `no answer within ${Math.round(milliseconds)} ms, most of which went by in the gateway`,
    );
  }
}

export interface DeadlineOptions {
  /** Milliseconds that count; a clock that stands still while the process does (attentive-clock.ts). */
  readonly now?: () => number;
  /** How much of the time the source had, by that clock. Undefined: all of it. */
  readonly given?: () => number;
}

const realTime = (): number => performance.now();

/** Longest a call may really take, as a multiple of its deadline: nobody waits for ever on a process that lags. */
export const LONGEST = 2;

/** A source that had the call for less than this share of the deadline has failed nobody. */
const FAIR_SHARE = 0.5;

/**
 * Runs `ask` with a signal that fires after `milliseconds` or when the caller gives up. Settles at that moment even
 * if `ask` does not listen.
 * @throws SourceError SOURCE_TIMEOUT
 */
export async function withinDeadline<T>(
  milliseconds: number,
  caller: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
  { now = realTime, given }: DeadlineOptions = {},
): Promise<T> {
  const controller = new AbortController();
  const end = (error: SourceError): void => controller.abort(error);
  const started = now();
  const latest = realTime() + LONGEST * milliseconds;
  const expire = (): void => {
    const left = Math.min(milliseconds - (now() - started), latest - realTime());
    if (left >= 1) {
      timer = setTimeout(expire, left);
      return;
    }
    // An answer that lies in the socket already is read first.
    void oneTurn().then(() => {
      const had = given?.() ?? now() - started;
      end(
        had < milliseconds * FAIR_SHARE
          ? new OwnDelay(milliseconds)
          : new SourceError('SOURCE_TIMEOUT', `no answer within ${milliseconds} ms`),
      );
    });
  };
  let timer = setTimeout(expire, milliseconds);
  const giveUp = (): void => end(new CallerGaveUp());
  caller.addEventListener('abort', giveUp, { once: true });
  if (caller.aborted) giveUp();
  try {
    controller.signal.throwIfAborted();
    return await stoppedBy(controller.signal, ask(controller.signal));
  } finally {
    clearTimeout(timer);
    caller.removeEventListener('abort', giveUp);
  }
}

/** Settles with `asked`, or rejects with the signal's reason as soon as it fires. */
export async function stoppedBy<T>(signal: AbortSignal, asked: Promise<T>): Promise<T> {
  let stop: () => void = () => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (): void => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([asked, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
