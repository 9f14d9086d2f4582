// Goes on telling readers of changes while the gateway runs: woken by its own deeds, and looking for those of other
// replicas. Delays nobody's answer; where the state cannot be reached it tries again.
import type { Log } from '../../connectors/log.ts';
import { somethingToTell } from './change-store.ts';
import { forgetNotices } from './notice-store.ts';
import { type TellingParts, tellNext } from './tell-readers.ts';

export interface Telling {
  /** Something may have to be told. */
  wake(): void;
  close(): Promise<void>;
}

export interface TellingOptions extends TellingParts {
  readonly log: Log;
  /** Resolves when what was read here until now can be found; what is found later is told later. */
  readonly caughtUp: () => Promise<void>;
  /** Called after notices were made. */
  readonly onTold: () => void;
  /** Milliseconds between two looks at what others have done. */
  readonly every?: number;
}

const usualPause = 2000;
const longestPause = 60_000;
const forgottenAtOnce = 1000;

export function keepTelling(options: TellingOptions): Telling {
  const { state, log, clock, caughtUp, onTold, every = usualPause } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let failures = 0;
  let closed = false;
  let forgotten = '';

  const look = async (): Promise<void> => {
    do {
      again = false;
      if (!(await somethingToTell(state.query))) continue;
      await caughtUp().catch(() => undefined);
      let told = false;
      while (!closed && (await tellNext(options))) told = true;
      if (told) onTold();
    } while (again && !closed);
    const today = clock().toISOString().slice(0, 10);
    if (forgotten === today) return;
    await forgetNotices(state.query, clock(), forgottenAtOnce);
    forgotten = today;
  };
  const run = (): void => {
    clearTimeout(timer);
    if (closed) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = look()
      .then(
        () => {
          failures = 0;
        },
        (error: unknown) => {
          failures += 1;
          if (failures === 1) log.warn({ err: error }, 'readers cannot be told of changes for now');
          // A database that is away is back by then: something is wrong with what is to be told.
          if (failures === 6) log.error({ err: error }, 'readers are not told of changes: look at it');
        },
      )
      .finally(() => {
        running = undefined;
        if (closed) return;
        timer = setTimeout(run, Math.min(every * 2 ** Math.min(failures, 10), longestPause));
        timer.unref();
      });
  };
  run();
  return {
    wake: run,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
