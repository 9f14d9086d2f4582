// When a census is taken: at the start, then at intervals, sooner when something unexpected came. Never more than one
// part in a hundred of the time, and one at a time.

export interface Round {
  /** Whether everything could be looked through. */
  readonly whole: boolean;
  /** Milliseconds for which the source worked on it. */
  readonly cost: number;
}

export interface Schedule {
  /** Resolves after the first round. */
  readonly ready: Promise<void>;
  /** Something unexpected came: the next round is due. */
  wake(): void;
  close(): Promise<void>;
}

/** Rest after a round, as a multiple of what it cost; less after something unexpected. */
const REST = 100;
const SHORTEST_REST = 10;
/** Milliseconds between two rounds at the least, and after the first of a row of failures. */
const LEAST_MS = 1000;

/** Milliseconds until the next round is due by itself. */
export function restAfter({ whole, cost }: Round, every: number, failures: number): number {
  const soon = whole ? every : Math.min(every, LEAST_MS * 2 ** Math.min(failures - 1, 16));
  return Math.max(soon, REST * cost);
}

export function keepCounting(
  { every, now }: { readonly every: number; readonly now: () => number },
  round: () => Promise<Round>,
): Schedule {
  let closed = false;
  let woken = false;
  let failures = 0;
  let stir: () => void = () => undefined;
  let nowReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (nowReady = resolve));

  const rest = async (after: Round): Promise<void> => {
    const ended = now();
    const due = ended + restAfter(after, every, failures);
    const soonest = Math.min(due, ended + Math.max(Math.min(LEAST_MS, every), SHORTEST_REST * after.cost));
    while (!closed) {
      const left = (woken ? soonest : due) - now();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 2 ** 30));
        timer.unref();
        stir = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };

  const loop = async (): Promise<void> => {
    while (!closed) {
      woken = false;
      const taken = await round();
      failures = taken.whole ? 0 : failures + 1;
      nowReady();
      await rest(taken);
    }
    nowReady();
  };
  const looping = loop();

  return {
    ready,
    wake: () => {
      if (woken) return;
      woken = true;
      stir();
    },
    close: async () => {
      closed = true;
      stir();
      await looping;
    },
  };
}
