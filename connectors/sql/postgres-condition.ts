// A source condition in PostgreSQL's words. Columns are compared as text, byte by byte, so that neither a column's
// type nor the database's collation makes two texts equal that are not.
import type { ColumnTest, Shape, SourceCondition } from '../source-condition.ts';
import type { SqlParameter } from './dialect.ts';

/** Texts by which a value is judged; a text of any other shape passes and is read by the transforms. */
const SHAPES: Readonly<Record<Shape, string>> = {
  integer: '^(0|-?[1-9][0-9]{0,8})$',
  date: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  region: '^[0-9]{6}$',
};

/** An expression, and its parameters from `place` (from 1) on. `column` is quoted already. */
export function writeCondition(
  { test, orAbsent }: SourceCondition,
  column: string,
  place: number,
): { readonly text: string; readonly values: readonly SqlParameter[] } {
  const raw = `${column}::text COLLATE "C"`;
  const { text, values } = writeTest(test, column, raw, place);
  return { text: orAbsent ? `(${column} IS NULL OR ${text})` : `(${text})`, values };
}

function writeTest(
  test: ColumnTest,
  column: string,
  raw: string,
  place: number,
): { readonly text: string; readonly values: readonly SqlParameter[] } {
  switch (test.kind) {
    case 'present':
      return { text: `${column} IS NOT NULL`, values: [] };
    case 'except':
      return { text: `${raw} <> ALL($${place}::text[])`, values: [test.texts] };
    case 'like': {
      const like = `${raw} LIKE ANY($${place}::text[])`;
      const text = test.shape === undefined ? like : `${raw} !~ '${SHAPES[test.shape]}' OR ${like}`;
      return { text, values: [test.patterns] };
    }
    case 'range': {
      const bounds = [
        ['>=', test.from],
        ['<=', test.to],
      ].filter((bound): bound is [string, string] => bound[1] !== undefined);
      const compared = bounds.map(([operator], at) =>
        test.shape === 'integer'
          ? `${raw}::numeric ${operator} $${place + at}::numeric`
          : `${raw} ${operator} $${place + at}::text`,
      );
      // CASE, because only it promises that a text of another shape is never cast.
      const text = `CASE WHEN ${raw} ~ '${SHAPES[test.shape]}' THEN ${compared.join(' AND ')} ELSE true END`;
      return { text, values: bounds.map(([, value]) => value) };
    }
  }
}
