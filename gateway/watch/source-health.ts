// How every source does since the start: what the catalogue, the status page and nobody's answer depend on. Told by
// the connectors as they work; asks no source anything.
import type { KnownState, SourceFailureCode } from '../../connectors/contract.ts';
import type { BreakerState, CacheOutcome, Delivery, KeyCensus, Watch } from '../../connectors/watch.ts';
import { type DriftNote, type DriftNotes, openDriftNotes } from './drift-notes.ts';
import { type LatencyWindow, type Quantiles, openLatencyWindow } from './latency-window.ts';

/** Times are ISO 8601; counts are since the start. */
export interface SourceReport {
  readonly lastState: KnownState | null;
  readonly lastCalledAt: string | null;
  readonly lastSuccessAt: string | null;
  readonly lastFailure: { readonly code: SourceFailureCode; readonly at: string } | null;
  readonly calls: number;
  readonly failures: number;
  readonly latency: Quantiles;
  readonly cache: Readonly<Record<CacheOutcome, number>>;
  readonly retries: number;
  readonly shed: number;
  /** Null where it has never moved. */
  readonly breaker: BreakerState | null;
  /** The moment the last usable answer spoke of. */
  readonly dataAsOf: string | null;
  readonly dataAgeSeconds: number | null;
  /** The last delivery of each record type and outcome. */
  readonly deliveries: readonly Delivery[];
  readonly drift: readonly DriftNote[];
  /** The last look through the keys of each record type. */
  readonly keys: readonly KeyCensus[];
}

export interface SourceHealth {
  readonly watch: Watch;
  readonly reportOf: (source: string) => SourceReport;
}

interface Notes {
  lastState: KnownState | null;
  lastCalledAt: string | null;
  lastSuccessAt: string | null;
  lastFailure: SourceReport['lastFailure'];
  calls: number;
  failures: number;
  retries: number;
  shed: number;
  breaker: BreakerState | null;
  dataAsOf: string | null;
  readonly cache: Record<CacheOutcome, number>;
  readonly latency: LatencyWindow;
  readonly deliveries: Map<string, Delivery>;
  readonly drift: DriftNotes;
  readonly keys: Map<string, KeyCensus>;
}

export function watchSources(clock: () => Date): SourceHealth {
  // Bounded by itself: sources and their record types come from the manifests.
  const sources = new Map<string, Notes>();
  const notesOf = (source: string): Notes => {
    let notes = sources.get(source);
    if (notes === undefined) sources.set(source, (notes = nothingYet()));
    return notes;
  };
  const now = (): string => clock().toISOString();
  return {
    watch: {
      called: ({ source, milliseconds, state, asOf, code }) => {
        const notes = notesOf(source);
        const at = now();
        notes.calls += 1;
        notes.lastState = state;
        notes.lastCalledAt = at;
        notes.latency.note(milliseconds);
        if (asOf !== null) notes.dataAsOf = asOf;
        if (code === undefined) {
          notes.lastSuccessAt = at;
        } else {
          notes.failures += 1;
          notes.lastFailure = { code, at };
        }
      },
      retried: (source) => void (notesOf(source).retries += 1),
      breakerChanged: (source, state) => void (notesOf(source).breaker = state),
      cached: (source, outcome) => void (notesOf(source).cache[outcome] += 1),
      shed: (source) => void (notesOf(source).shed += 1),
      delivered: (delivery) =>
        void notesOf(delivery.source).deliveries.set(`${delivery.record} ${delivery.outcome}`, delivery),
      drifted: (drift) => notesOf(drift.source).drift.note(drift, now()),
      keysCounted: (census) => void notesOf(census.source).keys.set(census.record, census),
    },
    reportOf: (source) => {
      const { latency, cache, deliveries, drift, keys, ...told } = sources.get(source) ?? nothingYet();
      const spokenOf = told.dataAsOf === null ? NaN : Date.parse(told.dataAsOf);
      return {
        ...told,
        cache: { ...cache },
        latency: latency.quantiles(),
        dataAgeSeconds: Number.isNaN(spokenOf)
          ? null
          : Math.max(0, Math.round((clock().getTime() - spokenOf) / 1000)),
        deliveries: [...deliveries.values()],
        drift: drift.list(),
        keys: [...keys.values()],
      };
    },
  };
}

function nothingYet(): Notes {
  return {
    lastState: null,
    lastCalledAt: null,
    lastSuccessAt: null,
    lastFailure: null,
    calls: 0,
    failures: 0,
    retries: 0,
    shed: 0,
    breaker: null,
    dataAsOf: null,
    cache: { hit: 0, miss: 0, stale: 0, shared: 0 },
    latency: openLatencyWindow(),
    deliveries: new Map(),
    drift: openDriftNotes(),
    keys: new Map(),
  };
}
