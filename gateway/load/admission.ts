// Who is let in. Requests up to the limit are worked on, some wait their turn, the others are told at once to come
// back: as many wait as will be served within a second at the speed of the moment, and never fewer than one round.
import type { AdaptiveLimit } from './adaptive-limit.ts';

/** A request's place. Whoever has it leaves it, whatever became of him; leaving twice is leaving once. */
export interface Place {
  /** Resolves when it is this request's turn; `false` where it has given up before. */
  readonly turn: true | Promise<boolean>;
  readonly leave: () => void;
}

/** `retryAfter`: whole seconds. */
export type Entry = { readonly place: Place } | { readonly place?: undefined; readonly retryAfter: number };

export interface Admission {
  ask(): Entry;
  readonly running: number;
  readonly waiting: number;
  /** Requests told to come back, since the start. */
  readonly refused: number;
  /** Whether the limit was reached since this was last asked. */
  wasReached(): boolean;
  /** Lets in whom a limit that has grown has room for. */
  admit(): void;
}

export interface AdmissionOptions {
  readonly limit: Pick<AdaptiveLimit, 'current'>;
  /** Most requests running and waiting together. */
  readonly most: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Longest anybody should have to wait for his turn, in milliseconds. */
const PATIENCE_MS = 1000;
/** Pause between two turns until it is known, in milliseconds. */
const FIRST_PAUSE_MS = 20;
/** Weight of the latest pause between two turns. */
const LATEST = 0.1;

interface Waiter {
  readonly tell: (turn: boolean) => void;
}

export function openAdmission({ limit, most, now }: AdmissionOptions): Admission {
  // In the order in which they came.
  const queue = new Set<Waiter>();
  let running = 0;
  let refused = 0;
  let reached = false;
  let left: number | undefined;
  let pause = FIRST_PAUSE_MS;

  const admit = (): void => {
    for (const waiter of queue) {
      if (running >= limit.current) return;
      queue.delete(waiter);
      running += 1;
      waiter.tell(true);
    }
  };
  const done = (): void => {
    running -= 1;
    const at = now();
    // Only while somebody waits does the pause between two turns tell what the gateway can do.
    if (left !== undefined && queue.size > 0) pause += (at - left - pause) * LATEST;
    left = at;
    admit();
  };
  const expected = (): number => (queue.size + 1) * pause;

  return {
    ask: () => {
      if (running + queue.size >= most || (queue.size >= limit.current && expected() > PATIENCE_MS)) {
        refused += 1;
        reached = true;
        return { retryAfter: Math.max(1, Math.ceil(expected() / 1000)) };
      }
      if (running < limit.current && queue.size === 0) {
        running += 1;
        reached ||= running >= limit.current;
        return { place: { turn: true, leave: once(done) } };
      }
      reached = true;
      let tell: Waiter['tell'] = () => undefined;
      const turn = new Promise<boolean>((resolve) => (tell = resolve));
      const waiter: Waiter = { tell };
      queue.add(waiter);
      return {
        place: {
          turn,
          leave: once(() => {
            if (queue.delete(waiter)) tell(false);
            else done();
          }),
        },
      };
    },
    get running() {
      return running;
    },
    get waiting() {
      return queue.size;
    },
    get refused() {
      return refused;
    },
    wasReached: () => {
      const was = reached || queue.size > 0;
      reached = running >= limit.current;
      return was;
    },
    admit,
  };
}

function once(work: () => void): () => void {
  let over = false;
  return () => {
    if (over) return;
    over = true;
    work();
  };
}
