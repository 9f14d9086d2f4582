import { expect, test } from 'vitest';
import type { RecordMapping } from '../../../connectors/manifest.ts';
import { mysqlDialect } from '../../../connectors/sql/mysql-dialect.ts';
import { markedText } from '../../../connectors/sql/postgres-values.ts';
import { postgresDialect } from '../../../connectors/sql/postgres.ts';
import { readBranches, writeStatement } from '../../../connectors/sql/statement.ts';
import type { Lookup } from '../../../connectors/transport.ts';

const mapping = (record: string): RecordMapping => ({
  record,
  subjects: new Map(),
  order: [],
  fields: new Map(),
  filters: new Map(),
  unusableKeys: { rows: 0 },
  atLeast: 1,
});
const wide: Lookup = {
  mapping: mapping('Wide'),
  keyColumn: 'id',
  keys: ['a', 'b'],
  columns: ['x', 'y'],
  controlKeys: [],
  conditions: [],
};
const narrow: Lookup = {
  mapping: mapping('Narrow'),
  keyColumn: 'no',
  keys: ['c'],
  columns: ['债务率(%)'],
  controlKeys: [],
  conditions: [],
};
const relationOf = (lookup: Lookup) => ({ table: ['s', lookup.mapping.record] });

test('look-ups are branches of one statement, padded to the widest, keys as parameters', () => {
  const statement = writeStatement(postgresDialect, [wide, narrow], relationOf);
  expect(statement.text).toBe(
    `SELECT 0::text, "id"::text, ${markedText('"x"')}, ${markedText('"y"')} FROM "s"."Wide" WHERE "id" = ANY($1)` +
      ` UNION ALL SELECT 1::text, "no"::text, ${markedText('"债务率(%)"')}, NULL::text FROM "s"."Narrow" WHERE "no" = ANY($2)`,
  );
  expect(statement.values).toEqual([['a', 'b'], ['c']]);
});

test('where values come in the types of their columns, every branch has columns of its own', () => {
  const statement = writeStatement(mysqlDialect, [wide, narrow], relationOf);
  expect(statement.text.replaceAll(/ WHERE .*?(?= UNION|$)/g, '')).toBe(
    'SELECT CAST(0 AS CHAR), CAST(`id` AS CHAR), `x`, `y`, NULL FROM `s`.`Wide`' +
      ' UNION ALL SELECT CAST(1 AS CHAR), CAST(`no` AS CHAR), NULL, NULL, `债务率(%)` FROM `s`.`Narrow`',
  );
  expect(statement).toMatchObject({ width: 5, places: [2, 4] });
});

test('the text does not depend on the keys, so that it is prepared once', () => {
  const other = { ...wide, keys: ['z'] };
  const [one, two] = [[wide], [other]].map((lookups) => writeStatement(postgresDialect, lookups, relationOf));
  expect(one!.text).toBe(two!.text);
});

test('a name cannot leave its quotes', () => {
  expect(postgresDialect.quote('a" FROM secret --')).toBe('"a"" FROM secret --"');
});

test('a row goes to the look-up of its branch, without the padding', () => {
  const received: unknown[] = [];
  const read = readBranches([wide, narrow], (lookup, key, values) => {
    received.push([lookup.mapping.record, key, values]);
  });
  read(['1', 'c', '12', null]);
  read(['0', 'a', '1', '2']);
  expect(received).toEqual([
    ['Narrow', 'c', ['12']],
    ['Wide', 'a', ['1', '2']],
  ]);
  expect(() => read(['7', 'a', '1', '2'])).toThrow(
    expect.objectContaining({ code: 'SOURCE_INVALID_ANSWER' }),
  );
});
