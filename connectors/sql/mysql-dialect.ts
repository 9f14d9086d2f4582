// How MariaDB and MySQL are asked. Their collations take texts for equal that are not (case, width, trailing spaces),
// so whatever decides is compared byte by byte; the column's own comparison only serves its index.
import type { ColumnTest, Shape, SourceCondition } from '../source-condition.ts';
import type { Bind, SqlDialect } from './dialect.ts';

const asUtf8 = (expression: string): string => `CONVERT(${expression} USING utf8mb4)`;
const asBytes = (expression: string): string => `CAST(${asUtf8(expression)} AS BINARY)`;

export const mysqlDialect: SqlDialect = {
  quote: (name) => `\`${name.replaceAll('`', '``')}\``,
  mark: () => '?',
  asText: (expression) => `CAST(${expression} AS CHAR)`,
  value: (expression) => expression,
  typed: true,
  anyOf: (column, keys, bind) => {
    const padded = padToPowerOfTwo(keys);
    return `(${listed(column, padded, bind)} AND ${listed(asBytes(column), padded, bind)})`;
  },
  same: (left, right) => `(${left} = ${right} AND ${asBytes(left)} = ${asBytes(right)})`,
  // Cut off at a length that is the server's: what is left then still names several.
  joined: (column) => `CONVERT(GROUP_CONCAT(DISTINCT ${asBytes(column)} SEPARATOR ',') USING utf8mb4)`,
  exact: asBytes,
  meets: writeCondition,
  nothing: 'CAST(NULL AS CHAR)',
};

function listed(expression: string, texts: readonly string[], bind: Bind): string {
  return `${expression} IN (${texts.map(bind).join(', ')})`;
}

/** A list as long as the next power of two, by repeating its last key: 17 texts serve any number of keys. */
function padToPowerOfTwo(keys: readonly string[]): readonly string[] {
  const length = 2 ** Math.ceil(Math.log2(keys.length));
  return Array.from({ length }, (_, at) => keys[Math.min(at, keys.length - 1)]!);
}

/** Pattern of the texts by which a value is judged, and one of what may not occur: their $ also matches before \n. */
const SHAPES: Readonly<Record<Shape, readonly [pattern: string, foreign: string]>> = {
  integer: ['^(0|-?[1-9][0-9]{0,8})$', '[^0-9-]'],
  date: ['^[0-9]{4}-[0-9]{2}-[0-9]{2}$', '[^0-9-]'],
  region: ['^[0-9]{6}$', '[^0-9]'],
};

/** `column` is quoted already. */
function writeCondition({ test, orAbsent }: SourceCondition, column: string, bind: Bind): string {
  const text = writeTest(test, column, bind);
  return orAbsent ? `(${column} IS NULL OR ${text})` : `(${text})`;
}

function writeTest(test: ColumnTest, column: string, bind: Bind): string {
  const raw = `${asUtf8(column)} COLLATE utf8mb4_bin`;
  const shaped = (shape: Shape): string =>
    `(${raw} REGEXP '${SHAPES[shape][0]}' AND ${raw} NOT REGEXP '${SHAPES[shape][1]}')`;
  switch (test.kind) {
    case 'present':
      return `${column} IS NOT NULL`;
    case 'except':
      return `NOT ${listed(asBytes(column), test.texts, bind)}`;
    case 'like': {
      const like = test.patterns.map((pattern) => `${raw} LIKE ${bind(pattern)}`).join(' OR ');
      return test.shape === undefined ? `(${like})` : `(NOT ${shaped(test.shape)} OR ${like})`;
    }
    case 'range': {
      const bounds = [
        ['>=', test.from],
        ['<=', test.to],
      ].filter((bound): bound is [string, string] => bound[1] !== undefined);
      const compared = bounds.map(([operator, value]) =>
        test.shape === 'integer'
          ? // Of a float the text is rounded, the number is not.
            `CAST(${column} AS DECIMAL(65, 10)) ${operator} CAST(${bind(value)} AS DECIMAL(65, 10))`
          : `${raw} ${operator} ${bind(value)}`,
      );
      return `CASE WHEN ${shaped(test.shape)} THEN ${compared.join(' AND ')} ELSE TRUE END`;
    }
  }
}
