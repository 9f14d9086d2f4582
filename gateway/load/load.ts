// The gateway's load, put together: the clock that knows its own lag, the pace of its sources, the limit that follows
// both, and the admission that keeps to it.
import type { Manifest } from '../../connectors/manifest.ts';
import { type AttentiveClock, openAttentiveClock } from '../../connectors/resilience/attentive-clock.ts';
import type { SourceCall } from '../../connectors/watch.ts';
import { openAdaptiveLimit } from './adaptive-limit.ts';
import { type Admission, openAdmission } from './admission.ts';
import { openSourcePace } from './source-pace.ts';
import { type Turns, openTurns } from './turns.ts';

/** What operators are shown. */
export interface LoadReport {
  readonly limit: number;
  readonly running: number;
  readonly waiting: number;
  readonly refused: number;
  /** Milliseconds. */
  readonly delay: number;
}

export interface Load {
  readonly clock: AttentiveClock;
  readonly admission: Admission;
  readonly turns: Turns;
  /** For the connectors. */
  readonly called: (call: SourceCall) => void;
  readonly report: () => LoadReport;
  close(): void;
}

/** Milliseconds between two looks. */
const LOOK_MS = 100;
/** So few are always worked on, and so many at first. */
const LEAST = 8;
const FIRST = 16;

/**
 * `most`: requests running and waiting together. No more run than the tightest source can hold, running and waiting,
 * so that none of them has to turn a call away that it could have answered.
 */
export function openLoad(manifests: readonly Manifest[], most: number): Load {
  const now = (): number => performance.now();
  const clock = openAttentiveClock(now);
  const held = manifests.map(({ limits }) => limits.concurrency + limits.queue);
  const limit = openAdaptiveLimit({ least: LEAST, most: Math.min(most, ...held), first: FIRST });
  const admission = openAdmission({ limit, most, now });
  const turns = openTurns(now);
  const pace = openSourcePace(new Map(manifests.map(({ source, limits }) => [source, limits.deadline])), now);
  const timer = setInterval(() => {
    limit.learn({
      delay: clock.delay() + turns.wait(),
      pace: pace.typical(),
      reached: admission.wasReached(),
    });
    admission.admit();
  }, LOOK_MS).unref();
  return {
    clock,
    admission,
    turns,
    called: pace.called,
    report: () => ({
      limit: limit.current,
      running: admission.running,
      waiting: admission.waiting,
      refused: admission.refused,
      delay: limit.delay,
    }),
    close: () => {
      clearInterval(timer);
      clock.close();
    },
  };
}
