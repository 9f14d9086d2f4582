// Work in the background over the gateway's own state: done again and again, one run at a time, sooner where somebody
// wakes it, later while it fails. Nobody waits for it.

export interface KeptWork {
  /** There may be something to do. */
  readonly wake: () => void;
  /** Resolves when the run under way is over; none follows. */
  close(): Promise<void>;
}

export interface WorkOptions {
  /** Milliseconds between two runs. */
  readonly every: number;
  /** Called with how many runs have failed one after the other. */
  readonly onFailure: (error: unknown, failures: number) => void;
}

const longestPause = 60_000;

/** Begins at once. `work` is run once more, without a pause, where it was woken meanwhile. */
export function keepAtIt(work: () => Promise<void>, { every, onFailure }: WorkOptions): KeptWork {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let failures = 0;
  let closed = false;

  const whileWoken = async (): Promise<void> => {
    do {
      again = false;
      await work();
    } while (again && !closed);
  };
  const run = (): void => {
    clearTimeout(timer);
    if (closed) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = whileWoken()
      .then(
        () => {
          failures = 0;
        },
        (error: unknown) => {
          failures += 1;
          onFailure(error, failures);
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
