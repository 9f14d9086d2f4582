// What connectors tell of their work to whoever watches: metrics, traces, the operator's status page. Nothing here
// decides an answer, and nothing carries an identifier, a record's value or a source's own words.
import type { GapReason, KnownState, SourceFailureCode } from './contract.ts';
import type { KeyFaultCounts } from './key-faults.ts';

/** One asking of a source as the request felt it: queueing and retries are within it, a cache's answer is not one. */
export interface SourceCall {
  readonly source: string;
  readonly milliseconds: number;
  readonly state: KnownState;
  /** ISO 8601, as in the answer; null when nothing is known. */
  readonly asOf: string | null;
  /** Records handed on. */
  readonly rows: number;
  /** Size of the source's answer, where the transport counts it. */
  readonly bytes?: number | undefined;
  readonly code?: SourceFailureCode | undefined;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

/** What led to a change of a breaker: calls since the last one, how many of them failed, and the latest code. */
export interface BreakerReason {
  readonly asked: number;
  readonly failed: number;
  readonly code?: SourceFailureCode | undefined;
}

/** `shared`: another request was already asking the same, and both had its answer. */
export type CacheOutcome = 'hit' | 'miss' | 'stale' | 'shared';

/** A delivery of a file source that was taken in or put aside. */
export interface Delivery {
  readonly source: string;
  readonly record: string;
  readonly outcome: 'loaded' | 'quarantined';
  /** The manifest's pattern of the file's name; neither the name itself nor a path, which may hold anything. */
  readonly pattern: string;
  readonly rows: number;
  /** When it was loaded or put aside, ISO 8601. */
  readonly at: string;
  /** Why it was put aside: a code of connectors/file/delivery-problem.ts, never a message. */
  readonly reason?: string | undefined;
}

export type DriftKind = 'missing column' | 'changed type' | 'unknown code' | 'unusable key';

/** A source is no longer what its manifest says. Told once per value met; whoever watches counts. */
export interface Drift {
  readonly source: string;
  readonly kind: DriftKind;
  /** `Type.field` of the manifest; of a key, its record type. */
  readonly coordinate: string;
  /** The unknown code itself, or the kind of fault of a key. INVARIANT: passed on only where `isPlainCode` holds; anything else could be a value. */
  readonly value?: string | undefined;
}

/** What looking through all keys of a record type has found: of a delivery when it was loaded, of a table by its census. */
export interface KeyCensus {
  readonly source: string;
  readonly record: string;
  readonly rows: number;
  /** Rows whose key is masked: candidates for whoever it could be. */
  readonly masked: number;
  /** Rows whose key is nobody's, by what is wrong with it. */
  readonly unusable: KeyFaultCounts;
  /** Why nobody is clear by this record type; none: its evidence is complete. */
  readonly gaps: readonly GapReason[];
  /** ISO 8601. */
  readonly at: string;
}

/** INVARIANT: a watch never throws and never waits, for it is called where answers are made. */
export interface Watch {
  called(call: SourceCall): void;
  /** A call is tried again; `code` is what the first try failed with. */
  retried(source: string, code: SourceFailureCode): void;
  breakerChanged(source: string, state: BreakerState, why?: BreakerReason): void;
  cached(source: string, outcome: CacheOutcome): void;
  /** A call was turned away before it reached the source. */
  shed(source: string): void;
  delivered(delivery: Delivery): void;
  drifted(drift: Drift): void;
  keysCounted(census: KeyCensus): void;
}

const nothing = (): void => undefined;

/** For those nobody watches. */
export const unwatched: Watch = {
  called: nothing,
  retried: nothing,
  breakerChanged: nothing,
  cached: nothing,
  shed: nothing,
  delivered: nothing,
  drifted: nothing,
  keysCounted: nothing,
};

/**
 * Whether an unknown code can be shown to an operator: at most twelve letters and signs with at most four
 * digits among them, which no identifier, date or telephone number is; no ideographs, which names are written in.
 */
export function isPlainCode(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,11}$/.test(text) && text.replace(/[^0-9]/g, '').length <= 4;
}
