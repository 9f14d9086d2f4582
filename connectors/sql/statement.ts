// Writes the one statement of a request: a branch per look-up, joined by UNION ALL, every column cast to text and
// short branches padded. Names come from the manifest, quoted; keys are parameters, never text.
import type { RecordMapping } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import { type Lookup, type ReceiveRow } from '../transport.ts';
import type { SqlDialect, SqlParameter, SqlStatement } from './dialect.ts';

/** Where a look-up finds its rows. */
export interface Relation {
  /** Parts of a qualified name, unquoted: schema and table. */
  readonly table: readonly string[];
  /** Column that holds the key, if it is not the look-up's own. */
  readonly keyColumn?: string;
}

export function writeStatement<R extends RecordMapping>(
  dialect: SqlDialect,
  lookups: readonly Lookup<R>[],
  relationOf: (lookup: Lookup<R>) => Relation,
): SqlStatement {
  const widest = Math.max(...lookups.map((lookup) => lookup.columns.length));
  const values: SqlParameter[] = lookups.map((lookup) => lookup.keys);
  const branches = lookups.map((lookup, branch) => {
    const { table, keyColumn = lookup.keyColumn } = relationOf(lookup);
    const key = dialect.quote(keyColumn);
    const columns = lookup.columns.map((column) => dialect.asText(dialect.quote(column)));
    while (columns.length < widest) columns.push(dialect.nothing);
    const selected = [dialect.asText(String(branch)), dialect.asText(key), ...columns].join(', ');
    const from = table.map((part) => dialect.quote(part)).join('.');
    const where = [dialect.anyOf(key, branch + 1)];
    for (const condition of lookup.conditions) {
      const column = dialect.quote(condition.filter.column);
      const met = dialect.meets(condition, column, values.length + 1);
      where.push(met.text);
      values.push(...met.values);
    }
    return `SELECT ${selected} FROM ${from} WHERE ${where.join(' AND ')}`;
  });
  return {
    text: branches.join(' UNION ALL '),
    values,
    width: widest + 2,
  };
}

/** Hands the rows of such a statement to `receive` under the look-up of their branch. */
export function readBranches(
  lookups: readonly Lookup[],
  receive: ReceiveRow,
): (row: readonly unknown[]) => void {
  return (row) => {
    const lookup = lookups[Number(row[0])];
    if (lookup === undefined) throw new SourceError('SOURCE_INVALID_ANSWER', 'a row of no branch');
    receive(lookup, row[1], row.slice(2, 2 + lookup.columns.length));
  };
}
