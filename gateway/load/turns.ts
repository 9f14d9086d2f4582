// Long pieces of work take turns: one each round of the event loop, in the order in which they came. Between two of
// them the process comes round to its sockets, so that who is to be refused is told at once and no answer of a source
// lies unread for long; and how long the pieces wait is the plainest measure of the load.

export interface Turns {
  /** Resolves when it is the caller's turn. */
  readonly next: () => Promise<void>;
  /** How long, in milliseconds, a turn was typically waited for since the last look. */
  wait(): number;
}

interface Waiting {
  readonly since: number;
  readonly go: () => void;
}

export function openTurns(
  now: () => number = () => performance.now(),
  later: (work: () => void) => unknown = setImmediate,
): Turns {
  let queue: Waiting[] = [];
  let at = 0;
  let waited = 0;
  let taken = 0;
  const round = (): void => {
    const { since, go } = queue[at]!;
    at += 1;
    waited += now() - since;
    taken += 1;
    if (at < queue.length) later(round);
    else {
      queue = [];
      at = 0;
    }
    go();
  };
  return {
    next: () =>
      new Promise<void>((go) => {
        queue.push({ since: now(), go });
        if (queue.length === 1) later(round);
      }),
    wait: () => {
      // Who still waits counts, too: where nobody gets his turn the wait is the longest.
      const oldest = queue[at];
      const mean = Math.max(
        taken === 0 ? 0 : waited / taken,
        oldest === undefined ? 0 : now() - oldest.since,
      );
      waited = taken = 0;
      return mean;
    },
  };
}
