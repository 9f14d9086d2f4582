// How many requests may be worked on at once: as many as the gateway and its sources are seen to sustain. It follows
// the gradient of a measured delay against its baseline, as congestion control does, and what a single slow source
// does is no part of it.

/** What was measured since the last look. */
export interface Pressure {
  /** Milliseconds for which work of this process typically waited until the process came round to it. */
  readonly delay: number;
  /** Share of its deadline a source typically took, where enough of them were heard; undefined: not known. */
  readonly pace: number | undefined;
  /** Whether the limit was reached: one that nobody needs teaches nothing and does not grow. */
  readonly reached: boolean;
}

export interface AdaptiveLimit {
  readonly current: number;
  /** The delay as it is weighed: over several looks. Milliseconds. */
  readonly delay: number;
  /** To be called at even times, some a second. */
  learn(pressure: Pressure): void;
}

export interface LimitBounds {
  readonly least: number;
  readonly most: number;
  readonly first: number;
}

/** A delay up to this is no sign of anything, in milliseconds. */
const CALM_MS = 50;
/** Nor is one up to this multiple of what is usual here. */
const USUAL = 2;
/** How fast the baseline follows when it is outgrown: a machine that stays slower is the new machine. */
const DRIFT = 0.001;
/** Nor is a source that takes up to this share of its deadline. */
const CALM_PACE = 0.2;
/** Weight of the latest look. */
const LATEST = 0.3;
/** Most that one look takes away: a single long pause is no trend. */
const STEEPEST = 0.85;

/** Begins at `first`, which should be modest: what is cold is slow. */
export function openAdaptiveLimit({ least, most, first }: LimitBounds): AdaptiveLimit {
  const within = (limit: number): number => Math.min(most, Math.max(Math.min(least, most), limit));
  let limit = within(first);
  let delay = 0;
  let baseline = CALM_MS / USUAL;
  let pace = 0;
  return {
    get current() {
      return Math.floor(limit);
    },
    get delay() {
      return delay;
    },
    learn: (seen) => {
      delay += (seen.delay - delay) * LATEST;
      pace += ((seen.pace ?? 0) - pace) * LATEST;
      baseline = delay < baseline ? Math.max(delay, CALM_MS / USUAL) : baseline + (delay - baseline) * DRIFT;
      const gradient = Math.min(
        (USUAL * baseline) / Math.max(delay, 1),
        CALM_PACE / Math.max(pace, CALM_PACE / 2),
      );
      if (gradient < 1) limit = within(limit * Math.max(gradient, STEEPEST));
      else if (seen.reached) limit = within(limit + Math.sqrt(limit) / 4);
    },
  };
}
