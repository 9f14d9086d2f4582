// How old a database's data are, asked with the look-ups in the same round trip: the latest time in a column (of the
// records themselves, or of a heartbeat), or how far a replica has come.
import type { SqlDialect } from './dialect.ts';
import type { SqlFreshness } from './manifest-part.ts';
import { writeName } from './statement.ts';

export type DataAge =
  | { readonly kind: 'column'; readonly table: readonly string[]; readonly column: string }
  | { readonly kind: 'replica' };

export function dataAgeOf(written: SqlFreshness): DataAge | undefined {
  if (written?.replica === true) return { kind: 'replica' };
  if (written?.at === undefined) return undefined;
  return { kind: 'column', table: written.at.table.split('.'), column: written.at.column };
}

/** A scalar: the moment of which the data speak. */
export function writeAge(dialect: SqlDialect, age: DataAge): string {
  if (age.kind === 'replica')
    return '(SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() ELSE now() END)';
  return `(SELECT MAX(${dialect.quote(age.column)}) FROM ${writeName(dialect, age.table)})`;
}
