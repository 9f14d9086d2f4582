// The total time a call may take, whatever the source does: the caller gets his answer then, and the source is told
// to stop.
import { SourceError } from '../source-error.ts';

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
  let stop: (error: SourceError) => void = () => undefined;
  const stopped = new Promise<never>((_resolve, reject) => (stop = reject));
  const end = (detail: string): void => {
    const error = new SourceError('SOURCE_TIMEOUT', detail);
    stop(error);
    controller.abort(error);
  };
  const timer = setTimeout(() => end(`no answer within ${milliseconds} ms`), milliseconds);
  const giveUp = (): void => end('the caller gave up');
  caller.addEventListener('abort', giveUp, { once: true });
  if (caller.aborted) giveUp();
  try {
    const asked = controller.signal.aborted ? stopped : ask(controller.signal);
    return await Promise.race([asked, stopped]);
  } finally {
    clearTimeout(timer);
    caller.removeEventListener('abort', giveUp);
  }
}
