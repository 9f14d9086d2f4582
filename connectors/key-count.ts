// How the keys of all rows of a record type are written, as far as a transport has counted them.
import type { KeyFaultCounts } from './key-faults.ts';

export interface KeyCount {
  readonly rows: number;
  /** Rows whose key is written otherwise than it is asked for, and found all the same. */
  readonly rewritten: number;
  /** Rows whose key is masked: candidates for whoever it could be. */
  readonly masked: number;
  /** Rows whose key is nobody's, by what is wrong with it. */
  readonly unusable: KeyFaultCounts;
}
