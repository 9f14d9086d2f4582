// Readings are kept by many at once, notices are made by one alone, and never both: a reading is either found when the
// readers of a change are looked for, or finds the change when it is kept.
import type { Query } from '../state/state.ts';

const key = "hashtextextended('gateway.recall', 0)";

/** Until the end of the transaction, with others who keep readings. */
export async function lockForKeeping(query: Query): Promise<void> {
  await query(`select pg_advisory_xact_lock_shared(${key})`);
}

/** Until the end of the transaction, alone: numbers of notices appear in their order. */
export async function lockForTelling(query: Query): Promise<void> {
  await query(`select pg_advisory_xact_lock(${key})`);
}
