// Counts how a source departs from its manifest, per coordinate and kind. Unknown codes are kept for the operator
// where they can be nothing but codes; of anything else only the count is.
import { type Drift, type DriftKind, isPlainCode } from '../../connectors/watch.ts';

export interface DriftNote {
  readonly kind: DriftKind;
  readonly coordinate: string;
  readonly count: number;
  /** ISO 8601. */
  readonly lastSeenAt: string;
  /** Unknown codes met, the first ten. */
  readonly codes: readonly string[];
}

export interface DriftNotes {
  note(drift: Drift, at: string): void;
  list(): readonly DriftNote[];
}

const mostCodes = 10;

/** Bounded by itself: coordinates come from the manifest. */
export function openDriftNotes(): DriftNotes {
  const notes = new Map<string, DriftNote>();
  return {
    note: ({ kind, coordinate, value }, at) => {
      const key = `${kind} ${coordinate}`;
      const known = notes.get(key);
      const codes = known?.codes ?? [];
      const fresh =
        value !== undefined && codes.length < mostCodes && isPlainCode(value) && !codes.includes(value);
      notes.set(key, {
        kind,
        coordinate,
        count: (known?.count ?? 0) + 1,
        lastSeenAt: at,
        codes: fresh ? [...codes, value] : codes,
      });
    },
    list: () => [...notes.values()],
  };
}
