// How fast the sources are taken together. One that is slow is its own affair; when most of them are, it is the load
// that we put on them or on the machine we share.
import type { SourceCall } from '../../connectors/watch.ts';

export interface SourcePace {
  readonly called: (call: SourceCall) => void;
  /** Share of its deadline the typical source has lately taken; undefined where too few were heard. */
  typical(): number | undefined;
}

/** Sources that must have been heard before they say anything in common. */
const ENOUGH = 3;
/** Milliseconds after which a source counts as not heard. */
const RECENT_MS = 2000;
/** Weight of the latest call. */
const LATEST = 0.2;

/** `deadlines` in milliseconds by source; `now` in milliseconds, monotonic. */
export function openSourcePace(deadlines: ReadonlyMap<string, number>, now: () => number): SourcePace {
  // Bounded by itself: sources come from the manifests.
  const sources = new Map<string, { share: number; at: number }>();
  return {
    called: ({ source, milliseconds, code }) => {
      const deadline = deadlines.get(source);
      if (deadline === undefined || code === 'SOURCE_SUSPENDED') return;
      const share = milliseconds / deadline;
      const known = sources.get(source);
      const fresh = known !== undefined && now() - known.at < RECENT_MS;
      sources.set(source, { share: fresh ? known.share + (share - known.share) * LATEST : share, at: now() });
    },
    typical: () => {
      const recent = [...sources.values()].filter(({ at }) => now() - at < RECENT_MS);
      if (recent.length < ENOUGH) return undefined;
      const shares = recent.map(({ share }) => share).sort((a, b) => a - b);
      return shares[(shares.length - 1) >> 1];
    },
  };
}
