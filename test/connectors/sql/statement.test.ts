import { expect, test } from 'vitest';
import type { RecordMapping } from '../../../connectors/manifest.ts';
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
    'SELECT 0::text, "id"::text, "x"::text, "y"::text FROM "s"."Wide" WHERE "id" = ANY($1)' +
      ' UNION ALL SELECT 1::text, "no"::text, "债务率(%)"::text, NULL::text FROM "s"."Narrow" WHERE "no" = ANY($2)',
  );
  expect(statement.values).toEqual([['a', 'b'], ['c']]);
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
