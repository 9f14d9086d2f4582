// Writes the statement of a census: one pass over a key column that counts all rows and returns only those keys which
// no look-up would find as they are written, each once with its number of rows.
import { type KeyWriting, writingOf } from '../key-forms.ts';
import type { Crosswalk, RecordMapping } from '../manifest.ts';
import type { SqlDialect, SqlStatement } from './dialect.ts';
import { type TextSql, isBlank, isUsual } from './key-check.ts';
import { type Relation, writeName, writeRelation } from './statement.ts';

/** A column with keys of subjects: the record's own, or that of a crosswalk with our identifier. */
export type KeyColumn =
  | {
      readonly kind: 'own';
      readonly column: string;
      readonly writing: KeyWriting;
      /** The record's further key columns: a row needs a key in one of them. */
      readonly others: readonly string[];
      /** Rows without any key are counted by one column only. */
      readonly countsKeyless: boolean;
      /** Keys that are somebody's by way of a crosswalk are no fault. */
      readonly crosswalks: readonly Crosswalk[];
    }
  | { readonly kind: 'crosswalk'; readonly crosswalk: Crosswalk; readonly writing: KeyWriting };

/** Every column by which a record type is found. */
export function keyColumnsOf({ subjects }: RecordMapping): readonly KeyColumn[] {
  const keys = [...subjects.values()];
  const columns = [...new Set(keys.map(({ column }) => column))];
  const own = columns.map((column, at): KeyColumn => {
    const here = keys.filter((key) => key.column === column);
    return {
      kind: 'own',
      column,
      writing: writingOf(here),
      others: columns.filter((other) => other !== column),
      countsKeyless: at === 0,
      crosswalks: here.flatMap(({ crosswalk }) => (crosswalk === undefined ? [] : [crosswalk])),
    };
  });
  const walked = keys.flatMap(({ crosswalk }): KeyColumn[] =>
    crosswalk === undefined
      ? []
      : [{ kind: 'crosswalk', crosswalk, writing: { forms: crosswalk.forms, separators: [] } }],
  );
  return [...own, ...walked];
}

/** So that whoever looks at a server's statements knows them. */
const MARK = '/* census of keys */';

/** Longer texts are no keys, and are not sent. */
const LONGEST_KEY = 2000;

/**
 * Rows of tag, text and number: `type` with the name of the column's, `usual` with how many keys are, `odd` with a key
 * and its rows; at most `most` of those.
 */
export function writeCensus(
  dialect: SqlDialect,
  sql: TextSql,
  relation: Relation,
  key: KeyColumn,
  most: number,
): SqlStatement {
  const rows = writeRelation(dialect, relation, true);
  const column = (name: string): string => `${dialect.quote('t')}.${dialect.quote(name)}`;
  const [from, written] =
    key.kind === 'own'
      ? [rows, column(key.column)]
      : [
          `${writeName(dialect, key.crosswalk.table)} AS ${dialect.quote('o')}`,
          `${dialect.quote('o')}.${dialect.quote(key.crosswalk.from)}`,
        ];
  const text = sql.text(written);
  const passes =
    key.kind === 'own'
      ? [...passesOfOwn(dialect, sql, key, column)]
      : // What leads to no record hides none.
        [`NOT ${leads(dialect, key.crosswalk, rows)}`];
  const cases = [isUsual(sql, text, key.writing.forms), ...passes].map((met) => `WHEN ${met} THEN NULL`);
  const odd = `CASE ${cases.join(' ')} WHEN CHAR_LENGTH(${text}) > ${LONGEST_KEY} THEN ${sql.exact("'!'")} ELSE COALESCE(${sql.exact(text)}, ${sql.exact("''")}) END`;
  const groups = `SELECT k, COUNT(*) AS n FROM (SELECT ${odd} AS k FROM ${from}) AS c GROUP BY k`;
  const tag = `CASE WHEN k IS NULL THEN 'usual' ELSE 'odd' END`;
  const counted = `SELECT ${[tag, sql.inexact('k'), 'n'].map((part) => dialect.asText(part)).join(', ')} FROM (${groups}) AS g ORDER BY k IS NULL DESC LIMIT ${most + 1}`;
  const type = sql.typeOf?.(written, from);
  const parts =
    type === undefined
      ? [counted]
      : [`SELECT ${dialect.asText("'type'")}, ${type}, ${dialect.nothing}`, `(${counted})`];
  return { text: `${MARK} ${parts.join(' UNION ALL ')}`, values: [], width: 3 };
}

type OwnColumn = KeyColumn & { readonly kind: 'own' };

/** Why a key that is not usual is no odd one. */
function* passesOfOwn(
  dialect: SqlDialect,
  sql: TextSql,
  { column, others, countsKeyless, crosswalks }: OwnColumn,
  columnOf: (name: string) => string,
): Generator<string> {
  const isEmpty = (name: string): string => isBlank(sql, sql.text(columnOf(name)));
  if (others.length > 0) {
    const keyless = others.map(isEmpty).join(' AND ');
    yield countsKeyless ? `(${isEmpty(column)} AND NOT (${keyless}))` : isEmpty(column);
  }
  for (const crosswalk of crosswalks) yield leadsBack(dialect, crosswalk, columnOf);
}

/** The crosswalk knows the record's number. */
function leadsBack(
  dialect: SqlDialect,
  { table, pairs }: Crosswalk,
  columnOf: (name: string) => string,
): string {
  const agree = pairs.map(([own, other]) =>
    dialect.same(columnOf(own), `${dialect.quote('o')}.${dialect.quote(other)}`),
  );
  return `EXISTS (SELECT 1 FROM ${writeName(dialect, table)} AS ${dialect.quote('o')} WHERE ${agree.join(' AND ')})`;
}

/** A record has the crosswalk's number. */
function leads(dialect: SqlDialect, { pairs }: Crosswalk, rows: string): string {
  const agree = pairs.map(([own, other]) =>
    dialect.same(
      `${dialect.quote('t')}.${dialect.quote(own)}`,
      `${dialect.quote('o')}.${dialect.quote(other)}`,
    ),
  );
  return `EXISTS (SELECT 1 FROM ${rows} WHERE ${agree.join(' AND ')})`;
}

/** How many rows a table holds, up to `most`: a scalar that costs no more than reading so many. */
export function writeFloor(dialect: SqlDialect, relation: Relation, most: number): string {
  return `(SELECT COUNT(*) FROM (SELECT 1 AS o FROM ${writeRelation(dialect, relation, true)} LIMIT ${most}) AS f)`;
}

/** The same by itself, to see what it costs. */
export function writeFloorAlone(dialect: SqlDialect, floor: string): SqlStatement {
  return { text: `${MARK} SELECT ${dialect.asText(floor)}`, values: [], width: 1 };
}
