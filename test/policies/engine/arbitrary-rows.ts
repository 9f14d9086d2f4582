// What the property tests of the engine draw from: rows in which anything may be absent, and conditions over them.
import fc from 'fast-check';
import type { Row } from '../../../policies/engine/row-values.ts';
import type { Catalogue, RecordField } from '../../../schema/catalogue.ts';

/** The caller's own region, one in it, one around it, one beside it, one far away; one that moved, and where to. */
export const regions = ['420200', '420281', '420000', '429004', '370200', '371202', '370100'] as const;
/** The day the tests ask on, and the days around it. */
export const today = '2026-11-22';
export const days = ['2024-02-29', '2026-11-20', '2026-11-21', today, '2026-11-23', '2030-01-01'] as const;

/** A row of `fields`; each is absent every now and then. */
export function rowOf(fields: Readonly<Record<string, fc.Arbitrary<Row[string]>>>): fc.Arbitrary<Row> {
  return fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, fc.option(value, { nil: null, freq: 3 })]),
    ),
  );
}

/** A row of a record type of the catalogue, its values of the types the SDL gives them. */
export function rowOfType(catalogue: Catalogue, record: string): fc.Arbitrary<Row> {
  const fields = [...catalogue.records.get(record)!.fields.values()].filter(
    ({ type }) => catalogue.records.get(type) === undefined,
  );
  return rowOf(Object.fromEntries(fields.map((field) => [field.name, valueOf(field)])));
}

function valueOf(field: RecordField): fc.Arbitrary<Row[string]> {
  if (field.list) return fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 });
  if (field.enumValues !== undefined) return fc.constantFrom(...field.enumValues);
  switch (field.type) {
    case 'Int':
      return fc.integer({ min: -5, max: 40 });
    case 'Boolean':
      return fc.boolean();
    case 'Date':
      return fc.constantFrom(...days);
    case 'DateTime':
      return fc.constantFrom(...days).map((day) => `${day}T10:00:00.000Z`);
    case 'Money':
    case 'Decimal':
      return fc.constantFrom('0', '12.50', '2000000.00', '-3.1');
    case 'RegionCode':
      return fc.constantFrom(...regions);
    default:
      return fc.constantFrom('a', 'ab', '样例', '');
  }
}

/** Conditions made of `leaf` by everything that joins conditions. */
export function conditionOf(leaf: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      tie('tree').map((a) => `!(${a})`),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a}) && (${b})`),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a}) || (${b})`),
      fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([a, b, c]) => `if (${a}) then (${b}) else (${c})`),
    ),
  })).tree;
}
