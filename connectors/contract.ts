// The contract between the gateway and every transport. A connector is handed only what a decision permitted,
// answers for every subject asked, and never throws: what went wrong is a state and a coded failure.
import type { PermittedFields } from '../policies/engine/permitted.ts';
import type { RowFilter } from '../policies/engine/row-filter.ts';

/** Kinds of subject a source can know. */
export type SubjectKind = 'Organization' | 'Person';

/** A subject by its canonical identifier (USCC or citizen id). */
export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
}

/** A canonical value of a field: strings for dates (YYYY-MM-DD), money (yuan) and codes. */
export type Value = string | number | boolean | null | readonly string[];

/** A record in the contract's own field names; only permitted fields are present. Null prototype. */
export type RecordRow = Readonly<Record<string, Value>>;

/**
 * A member of a row that no field can have as its name: fields that are null because the agency does not disclose them.
 * Absent where there are none. A rule that reads one of them leaves the record to a person.
 */
export const undisclosedMark = '__undisclosed';

/** One record type to be fetched for all subjects of a request; `fields` can only come from a decision. */
export interface FetchStep {
  readonly record: string;
  readonly fields: PermittedFields;
  /** Rows outside it are of no use to the request; a source that can leaves them out. Rows may still be outside. */
  readonly filter?: RowFilter;
}

/** Everything one request wants of one source: answered in one round trip. */
export interface SourceRequest {
  readonly subjects: readonly Subject[];
  readonly steps: readonly FetchStep[];
}

/** Closed list of what can be wrong with a source; the gateway documents each. */
export type SourceFailureCode =
  | 'SOURCE_TIMEOUT'
  | 'SOURCE_UNREACHABLE'
  | 'SOURCE_REFUSED'
  | 'SOURCE_OVERLOADED'
  | 'SOURCE_SUSPENDED'
  | 'SOURCE_TOO_LARGE'
  | 'SOURCE_INVALID_ANSWER';

/** A failure of a source: `detail` is for the log, never for a client, and holds no identifiers. */
export interface SourceFailure {
  readonly code: SourceFailureCode;
  readonly detail: string;
  readonly cause?: unknown;
}

/** How a record was found to be a subject's, the surest first. */
export type MatchMethod = 'EXACT' | 'CITIZEN_ID_15' | 'ORG_CODE' | 'CROSSWALK';

export type KnownState = 'OK' | 'STALE' | 'UNAVAILABLE' | 'INVALID';

/** What is known of a subject, and of when. */
export interface Standing {
  readonly state: KnownState;
  readonly asOf: string | null;
}

/**
 * Why the records of a type that came are perhaps not all there are. Closed list; docs/manifests.md explains each.
 * UNUSABLE_KEYS: more rows than the manifest allows have a key that is nobody's. UNREADABLE: a record could not be read.
 * UNPROVEN: nothing shows that silence means absence. FEWER: fewer records than agreed, or than the last time.
 * UNSEEN: it is not known in which writings the source holds its keys.
 */
export type GapReason = 'UNUSABLE_KEYS' | 'UNREADABLE' | 'UNPROVEN' | 'FEWER' | 'UNSEEN';

/**
 * A record type whose evidence is not complete: what came is shown and judged, and nobody is clear because something
 * did not come.
 */
export interface Gap {
  readonly record: string;
  readonly reason: GapReason;
  /** Absent: everybody who was asked about. */
  readonly subjects?: ReadonlySet<string>;
}

/** What a source answered. With UNAVAILABLE or INVALID there are no rows at all. */
export interface SourceAnswer {
  readonly state: KnownState;
  /** The moment the data speak of, ISO 8601; null when nothing is known. */
  readonly asOf: string | null;
  /**
   * record type → subject id → rows. A subject without rows may be absent. The order of rows means nothing: whoever
   * shows them puts them in the manifest's order, by the values he shows.
   */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, readonly RecordRow[]>>;
  /** Subjects of whom the answer was not usable although the rest was: their section is INVALID. */
  readonly invalidSubjects: ReadonlySet<string>;
  /** Subjects of whom something else is known than `state` and `asOf` say: some were answered from a cache. */
  readonly standings?: ReadonlyMap<string, Standing>;
  /**
   * record type → subject id → rows that may be his or somebody else's: their key is masked, or belongs to several. They
   * are shown to nobody, and nobody is clear because of them.
   */
  readonly candidates?: SourceAnswer['rows'];
  /** record type → subject id → the least sure method by which one of his rows was found; EXACT where not named. */
  readonly methods?: ReadonlyMap<string, ReadonlyMap<string, MatchMethod>>;
  /** Absent or empty: the evidence of every record type is complete. */
  readonly gaps?: readonly Gap[];
  readonly failure?: SourceFailure;
}

/** Why a record type is not complete for a subject; undefined: it is. */
export function gapFor(
  gaps: readonly Gap[] | undefined,
  record: string,
  subject: string,
): GapReason | undefined {
  if (gaps === undefined) return undefined;
  return gaps.find((gap) => gap.record === record && gap.subjects?.has(subject) !== false)?.reason;
}

/**
 * A live source. `fetch` resolves always, by the manifest's deadline or the signal at the latest; time in which this
 * process stood still is not taken from the deadline (resilience/deadline.ts).
 */
export interface Connector {
  readonly source: string;
  fetch(request: SourceRequest, signal: AbortSignal): Promise<SourceAnswer>;
  /** Whether the source can be asked at all; used by readiness, not by answers. */
  probe(signal: AbortSignal): Promise<SourceFailure | undefined>;
  close(): Promise<void>;
}
