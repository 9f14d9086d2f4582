// The total time a call may take, whatever the source does: the caller gets his answer then, and the source is told
// to stop.
import { SourceError } from '../source-error.ts';

/** Whoever asked does not want the answer any more: says nothing of the source. */
export class CallerGaveUp extends SourceError {
  constructor() {
    super('SOURCE_TIMEOUT', 'the caller gave up');
  }
}

/**
 * Runs `ask` with a signal that fires after `milliseconds` or when the caller gives up. Settles at that moment even
 * if `ask` does not listen.
 * @throws SourceError SOURCE_TIMEOUT
 */
export async function withinDeadline<T>(
  milliseconds: number,
  caller: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const end = (error: SourceError): void => controller.abort(error);
  const timer = setTimeout(
    () => end(new SourceError('SOURCE_TIMEOUT', `no answer within ${milliseconds} ms`)),
    milliseconds,
  );
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
