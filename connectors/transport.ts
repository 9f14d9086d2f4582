// What every transport does and all it does: carry look-ups to a source and hand back raw rows. What a row means is
// mapping.ts's business, what a failure means to a caller connector.ts's; so a transport is small.
import type { Gap, GapReason } from './contract.ts';
import type { KeyCount } from './key-count.ts';
import type { RecordMapping } from './manifest.ts';
import type { CrosswalkLookup } from './lookup.ts';
import type { SourceCondition } from './source-condition.ts';

/** One record type to be found by one key column. INVARIANT: a source is asked for `key` and `columns`, no more. */
export interface Lookup<R extends RecordMapping = RecordMapping> {
  readonly mapping: R;
  readonly keyColumn: string;
  /** Every form of every subject's key, without duplicates. */
  readonly keys: readonly string[];
  /** Keys of a subject that is always found: asked for with the others, whatever the conditions, and proof that they were. */
  readonly controlKeys: readonly string[];
  /** Columns of the permitted fields, without duplicates; the key column only where it is itself permitted. */
  readonly columns: readonly string[];
  /** What the source is to leave out where it can. Their columns are permitted: conditions read them here, too. */
  readonly conditions: readonly SourceCondition[];
  /** Present: `keyColumn` is the crosswalk's, and rows are those that its other identifiers lead to. */
  readonly crosswalk?: CrosswalkLookup;
}

/** What a source left out of a row although it was asked for it. */
export const missing: unique symbol = Symbol('missing');

/**
 * Receives a raw row: its key and the values of `columns`, in their order. Rows are never whole objects of the
 * source, so that nothing a source names can reach a prototype. `owners`: of a row found by a crosswalk, all keys to
 * which the crosswalk gives the number that led there.
 */
export type ReceiveRow = (
  lookup: Lookup,
  key: unknown,
  values: readonly unknown[],
  owners?: readonly string[],
) => void;

export interface Transport<R extends RecordMapping = RecordMapping> {
  /**
   * Carries all look-ups of a request in one exchange. Resolves with the source's own as-of time, if it gave one.
   * @throws SourceError
   */
  exchange(lookups: readonly Lookup<R>[], receive: ReceiveRow, signal: AbortSignal): Promise<Exchanged>;
  /**
   * Hands over a few rows of whoever, their values in the order of `columns`: for a check of the columns, never for an
   * answer. Absent where a source can be asked by keys alone.
   * @throws SourceError
   */
  sample?(
    mapping: R,
    columns: readonly string[],
    receive: (values: readonly unknown[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Why records of this type may be missing, as far as the transport knows from what it has counted. Absent: it counts
   * nothing, so that only a control can show that silence means absence.
   */
  gapsOf?(mapping: R): readonly GapReason[];
  /** How all keys of a record type are written; undefined: they have not been counted yet. */
  countOf?(mapping: R): KeyCount | undefined;
  /** A person says that no record of this type is missing. False: nothing has been counted. */
  accept?(mapping: R, by: string): Promise<boolean>;
  /**
   * Those of the columns whose type keeps only some digits of a number. Absent where a source has no types.
   * @throws SourceError
   */
  lossy?(mapping: R, columns: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** Opens connections before anybody asks; nothing is asked. @throws SourceError */
  open?(): Promise<void>;
  /** @throws SourceError when the source cannot be asked */
  probe(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface Exchanged {
  /** ISO 8601 with a zone, as the source wrote it; undefined: it spoke of this moment. */
  readonly asOf: string | undefined;
  /** Size of what the source answered, where the transport counts it. */
  readonly bytes?: number;
  /** How many records the source says it holds of everybody, by record type. */
  readonly held?: ReadonlyMap<RecordMapping, number>;
  /** What this exchange itself has shown to be missing. */
  readonly gaps?: readonly Gap[];
}
