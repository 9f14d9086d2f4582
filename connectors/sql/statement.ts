// Writes the one statement of a request: a branch per look-up, joined by UNION ALL, every column so that its value comes
// whole, and branches padded to one width. Names come from the manifest, quoted; keys are parameters, never text.
import type { CrosswalkLookup } from '../lookup.ts';
import type { RecordMapping } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import { type Lookup, type ReceiveRow } from '../transport.ts';
import type { Bind, SqlDialect, SqlParameter, SqlStatement } from './dialect.ts';

/** Where a look-up finds its rows: a table or view, or the text of a query, which its manifest gave. */
export type Relation =
  | {
      /** Parts of a qualified name, unquoted: schema and table. */
      readonly table: readonly string[];
      /** Column that holds the key, if it is not the look-up's own. */
      readonly keyColumn?: string;
    }
  | { readonly query: string };

/** `asides`: scalars that are asked with the rest, a branch each behind those of the look-ups. */
export function writeStatement<R extends RecordMapping>(
  dialect: SqlDialect,
  lookups: readonly Lookup<R>[],
  relationOf: (lookup: Lookup<R>) => Relation,
  asides: readonly string[] = [],
): SqlStatement {
  const owned = lookups.some(hasOwners);
  const { places, width } = placesOf(dialect, lookups, owned ? 3 : 2);
  const values: SqlParameter[] = [];
  const bind: Bind = (value) => dialect.mark(values.push(value));
  const branches = lookups.map((lookup, branch) => {
    const { crosswalk } = lookup;
    const relation = relationOf(lookup);
    // Without a join there is one relation only, and names need no prefix.
    const prefix = crosswalk === undefined ? '' : `${dialect.quote('t')}.`;
    const columnOf = (name: string): string => prefix + dialect.quote(name);
    const keyColumn = ('keyColumn' in relation ? relation.keyColumn : undefined) ?? lookup.keyColumn;
    const key = crosswalk === undefined ? columnOf(keyColumn) : `${dialect.quote('x')}.${dialect.quote('k')}`;
    const first = owned ? 3 : 2;
    const columns = Array.from({ length: width - first }, () => (dialect.typed ? 'NULL' : dialect.nothing));
    lookup.columns.forEach((column, at) => {
      columns[places[branch]! - first + at] = dialect.value(columnOf(column));
    });
    const owners = crosswalk === undefined ? dialect.nothing : writeOwners(dialect, crosswalk);
    const found = [dialect.asText(String(branch)), dialect.asText(key), ...(owned ? [owners] : [])];
    const selected = [...found, ...columns].join(', ');
    const from = writeRelation(dialect, relation, crosswalk !== undefined);
    const join = crosswalk === undefined ? '' : writeJoin(dialect, crosswalk, lookup, columnOf, bind);
    const { controlKeys } = lookup;
    const where =
      crosswalk === undefined
        ? [dialect.anyOf(key, [...lookup.keys, ...controlKeys], bind)]
        : crosswalk.except.length > 0
          ? [`NOT ${dialect.anyOf(columnOf(crosswalk.column), crosswalk.except, bind)}`]
          : [];
    for (const condition of lookup.conditions) {
      const met = dialect.meets(condition, columnOf(condition.filter.column), bind);
      where.push(controlKeys.length === 0 ? met : `(${met} OR ${dialect.anyOf(key, controlKeys, bind)})`);
    }
    const conditions = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
    return `SELECT ${selected} FROM ${from}${join}${conditions}`;
  });
  const aside = asides.map((scalar, at) => {
    const padding = Array.from({ length: width - 2 }, () => (dialect.typed ? 'NULL' : dialect.nothing));
    const told = [dialect.asText(String(lookups.length + at)), dialect.asText(scalar), ...padding];
    return `SELECT ${told.join(', ')}`;
  });
  return {
    text: [...branches, ...aside].join(' UNION ALL '),
    values,
    width,
    places,
  };
}

/** Where each branch's values stand, and how many columns there are. */
function placesOf(
  { typed }: SqlDialect,
  lookups: readonly Lookup[],
  first: number,
): { readonly places: readonly number[]; readonly width: number } {
  const sizes = lookups.map(({ columns }) => columns.length);
  if (!typed) return { places: sizes.map(() => first), width: first + Math.max(...sizes) };
  const places: number[] = [];
  let width = first;
  for (const size of sizes) {
    places.push(width);
    width += size;
  }
  return { places, width };
}

/** A few rows of whoever, to look at their columns. */
export function writeSample(
  dialect: SqlDialect,
  relation: Relation,
  columns: readonly string[],
  most: number,
): SqlStatement {
  const selected = columns.map((column) => dialect.value(dialect.quote(column))).join(', ');
  const text = `SELECT ${selected} FROM ${writeRelation(dialect, relation, false)} LIMIT ${most}`;
  return { text, values: [], width: columns.length };
}

/** No row of a relation: only its columns, uncast, for a look at their types. */
export function writeDescription(
  dialect: SqlDialect,
  relation: Relation,
  columns: readonly string[],
): string {
  const selected = columns.map((column) => dialect.quote(column)).join(', ');
  return `SELECT ${selected} FROM ${writeRelation(dialect, relation, false)} LIMIT 0`;
}

export function writeRelation(dialect: SqlDialect, relation: Relation, joined: boolean): string {
  // The line break ends a comment with which the query may end.
  if ('query' in relation) return `(${relation.query}\n) AS ${dialect.quote(joined ? 't' : 'q')}`;
  const name = writeName(dialect, relation.table);
  return joined ? `${name} AS ${dialect.quote('t')}` : name;
}

export const writeName = (dialect: SqlDialect, parts: readonly string[]): string =>
  parts.map((part) => dialect.quote(part)).join('.');

/**
 * The subjects' other identifiers, each once, joined to the rows that carry them. The crosswalk is narrowed first,
 * so that both tables are read by their indexes.
 */
function writeJoin(
  dialect: SqlDialect,
  { table, from, pairs, rewritten }: CrosswalkLookup,
  { keys, controlKeys }: Lookup,
  columnOf: (name: string) => string,
  bind: Bind,
): string {
  const known = dialect.quote(from);
  const others = pairs.map(([, other]) => dialect.quote(other));
  // A subject whom the crosswalk has in two writings is one subject.
  const whose = (): string => writeRewritten(dialect, known, rewritten, bind);
  const selected = [
    `${whose()} AS ${dialect.quote('k')}`,
    ...others.map((other, at) => `${other} AS ${dialect.quote(`m${at}`)}`),
    ...[whose, ...others.map((other) => () => other)].flatMap((column, at) =>
      dialect.exact(known) === known ? [] : [`${dialect.exact(column())} AS ${dialect.quote(`e${at}`)}`],
    ),
  ].join(', ');
  const inner = `SELECT DISTINCT ${selected} FROM ${writeName(dialect, table)} WHERE ${dialect.anyOf(known, [...keys, ...controlKeys], bind)}`;
  const on = pairs.map(([column], at) =>
    dialect.same(columnOf(column), `${dialect.quote('x')}.${dialect.quote(`m${at}`)}`),
  );
  return ` JOIN (${inner}) AS ${dialect.quote('x')} ON ${on.join(' AND ')}`;
}

/** The identifier as it was asked for, where the crosswalk writes it otherwise. */
function writeRewritten(
  dialect: SqlDialect,
  column: string,
  rewritten: CrosswalkLookup['rewritten'],
  bind: Bind,
): string {
  if (rewritten === undefined || rewritten.size === 0) return column;
  const cases = [...rewritten].map(([raw, key]) => `WHEN ${bind(raw)} THEN ${bind(key)}`);
  return `CASE ${dialect.exact(column)} ${cases.join(' ')} ELSE ${column} END`;
}

const hasOwners = ({ crosswalk }: Lookup): boolean => crosswalk !== undefined;

/** Every identifier to which the crosswalk gives the number that led to a row: a number may be several subjects'. */
function writeOwners(dialect: SqlDialect, { table, from, pairs }: CrosswalkLookup): string {
  const columnOf = (name: string): string => `${dialect.quote('o')}.${dialect.quote(name)}`;
  const agree = pairs.map(([, other], at) =>
    dialect.same(columnOf(other), `${dialect.quote('x')}.${dialect.quote(`m${at}`)}`),
  );
  const relation = `${writeName(dialect, table)} AS ${dialect.quote('o')}`;
  return `(SELECT ${dialect.joined(columnOf(from))} FROM ${relation} WHERE ${agree.join(' AND ')})`;
}

/** Hands the rows of such a statement to `receive` under the look-up of their branch, and the asides to `note`. */
export function readBranches(
  lookups: readonly Lookup[],
  receive: ReceiveRow,
  note?: (aside: number, value: unknown) => void,
  places?: readonly number[],
): (row: readonly unknown[]) => void {
  const least = lookups.some(hasOwners) ? 3 : 2;
  return (row) => {
    const branch = Number(row[0]);
    const lookup = lookups[branch];
    if (lookup === undefined) {
      if (note === undefined || !(branch >= lookups.length))
        throw new SourceError('SOURCE_INVALID_ANSWER', 'a row of no branch');
      return note(branch - lookups.length, row[1]);
    }
    const first = places?.[branch] ?? least;
    const values = row.slice(first, first + lookup.columns.length);
    if (lookup.crosswalk === undefined) receive(lookup, row[1], values);
    else receive(lookup, row[1], values, typeof row[2] === 'string' ? row[2].split(',') : []);
  };
}
