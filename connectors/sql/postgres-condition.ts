// A source condition in PostgreSQL's words. Columns are compared as text, byte by byte, so that neither a column's
// type nor the database's collation makes two texts equal that are not.
import type { ColumnTest, Shape, SourceCondition } from '../source-condition.ts';
import type { Bind } from './dialect.ts';

/** Texts by which a value is judged; a text of any other shape passes and is read by the transforms. */
const SHAPES: Readonly<Record<Shape, string>> = {
  integer: '^(0|-?[1-9][0-9]{0,8})$',
  date: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  region: '^[0-9]{6}$',
};

/** `column` is quoted already. */
export function writeCondition({ test, orAbsent }: SourceCondition, column: string, bind: Bind): string {
  const raw = `${column}::text COLLATE "C"`;
  const text = writeTest(test, column, raw, bind);
  return orAbsent ? `(${column} IS NULL OR ${text})` : `(${text})`;
}

function writeTest(test: ColumnTest, column: string, raw: string, bind: Bind): string {
  switch (test.kind) {
    case 'present':
      return `${column} IS NOT NULL`;
    case 'except':
      return `${raw} <> ALL(${bind(test.texts)}::text[])`;
    case 'like': {
      const like = `${raw} LIKE ANY(${bind(test.patterns)}::text[])`;
      return test.shape === undefined ? like : `${raw} !~ '${SHAPES[test.shape]}' OR ${like}`;
    }
    case 'range': {
      const bounds = [
        ['>=', test.from],
        ['<=', test.to],
      ].filter((bound): bound is [string, string] => bound[1] !== undefined);
      const compared = bounds.map(([operator, value]) =>
        test.shape === 'integer'
          ? `${raw}::numeric ${operator} ${bind(value)}::numeric`
          : `${raw} ${operator} ${bind(value)}::text`,
      );
      // CASE, because only it promises that a text of another shape is never cast.
      return `CASE WHEN ${raw} ~ '${SHAPES[test.shape]}' THEN ${compared.join(' AND ')} ELSE true END`;
    }
  }
}
