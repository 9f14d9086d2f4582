// Goes on telling readers of changes while the gateway runs: woken by its own deeds, and looking for those of other
// replicas. Delays nobody's answer; where the state cannot be reached it tries again.
import type { Log } from '../../connectors/log.ts';
import { keepAtIt } from '../state/keep-at-it.ts';
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
const forgottenAtOnce = 1000;

export function keepTelling(options: TellingOptions): Telling {
  const { state, log, clock, caughtUp, onTold, every = usualPause } = options;
  let closed = false;
  let forgotten = '';

  const look = async (): Promise<void> => {
    if (await somethingToTell(state.query)) {
      await caughtUp().catch(() => undefined);
      let told = false;
      while (!closed && (await tellNext(options))) told = true;
      if (told) onTold();
    }
    const today = clock().toISOString().slice(0, 10);
    if (forgotten === today) return;
    await forgetNotices(state.query, clock(), forgottenAtOnce);
    forgotten = today;
  };
  const looking = keepAtIt(look, {
    every,
    onFailure: (error, failures) => {
      if (failures === 1) log.warn({ err: error }, 'readers cannot be told of changes for now');
      // A database that is away is back by then: something is wrong with what is to be told.
      if (failures === 6) log.error({ err: error }, 'readers are not told of changes: look at it');
    },
  });
  return {
    wake: looking.wake,
    close: async () => {
      closed = true;
      await looking.close();
    },
  };
}
