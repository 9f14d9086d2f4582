// A clock that stands still while this process does: when it was busy with something else, or the machine gave it no
// turn, nobody's answer could be read. What a source is given is measured by it, so that our lag is never its delay.

export interface AttentiveClock {
  /** Milliseconds in which the process came round to its events. Monotonic. */
  readonly now: () => number;
  /** How late, in milliseconds, an event was typically come round to since the last look. */
  delay(): number;
  close(): void;
}

/** Milliseconds between two looks at the real clock. */
const BEAT_MS = 10;

/** Lateness of a timer that means nothing. */
const SLACK_MS = 2;

/** Tells the time from what was measured: the part of the clock that needs no timer. */
export function measureLag(now: () => number): { beat(): void } & Omit<AttentiveClock, 'close'> {
  let due = now() + BEAT_MS;
  let lost = 0;
  let latest = due - BEAT_MS;
  // Weighted by length, since an event meets a long pause more often than a short one.
  let weighed = 0;
  let watched = 0;
  const lateness = (): number => Math.max(0, now() - due - SLACK_MS);
  return {
    beat: () => {
      const late = lateness();
      lost += late;
      weighed += late * (late + BEAT_MS);
      watched += late + BEAT_MS;
      due = now() + BEAT_MS;
    },
    // The pause that is not over yet counts, too.
    now: () => (latest = Math.max(latest, now() - lost - lateness())),
    delay: () => {
      const mean = watched === 0 ? 0 : weighed / watched;
      weighed = watched = 0;
      return mean;
    },
  };
}

/** Runs until it is closed, and keeps no process alive. */
export function openAttentiveClock(now: () => number = () => performance.now()): AttentiveClock {
  const lag = measureLag(now);
  const timer = setInterval(() => lag.beat(), BEAT_MS).unref();
  return { now: lag.now, delay: lag.delay, close: () => clearInterval(timer) };
}
