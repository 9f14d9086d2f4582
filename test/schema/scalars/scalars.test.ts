import { GraphQLError, buildSchema, graphql } from 'graphql';
import { describe, expect, test } from 'vitest';
import { scalars } from '../../../schema/scalars/all.ts';

const ID = '11010519491231002X';

/** scalar, submitted, canonical value */
const ACCEPTED: readonly (readonly [string, string, string])[] = [
  ['USCC', ' 91350100ｍ000100y43', '91350100M000100Y43'],
  ['CitizenId', '11010519491231002x', ID],
  ['CitizenId', '130503670401001', '130503196704010016'],
  ['SubjectCode', ' not a code ', ' not a code '],
  ['SubjectCode', '', ''],
  ['RegionCode', '４２０２８１', '420281'],
  ['Date', '2024-02-29', '2024-02-29'],
  ['DateTime', '2026-03-10T09:30:00+08:00', '2026-03-10T01:30:00.000Z'],
  ['DateTime', '2026-03-10T09:30:00.123456Z', '2026-03-10T09:30:00.123Z'],
  ['Money', '1234.5', '1234.50'],
  ['Money', '-0', '0.00'],
  ['Money', '-12', '-12.00'],
  ['Decimal', '2.375', '2.375'],
];

/** scalar, submitted */
const REFUSED: readonly (readonly [string, unknown])[] = [
  ['USCC', '91350100M000100Y44'],
  ['USCC', 91350100],
  ['USCC', null],
  ['CitizenId', '110105194912310021'],
  ['CitizenId', '110105******31002X'],
  ['CitizenId', { a: ID }],
  ['SubjectCode', 'x'.repeat(65)],
  ['SubjectCode', 7],
  ['RegionCode', '42028'],
  ['Date', '2023-02-29'],
  ['Date', '2024-2-9'],
  ['Date', '0000-01-01'],
  ['Date', '2024-02-29T00:00:00Z'],
  ['DateTime', '2026-03-10T09:30:00'],
  ['DateTime', '2026-02-30T09:30:00Z'],
  ['DateTime', '2026-03-10T24:00:00Z'],
  ['DateTime', '0001-01-01T00:00:00+08:00'],
  ['DateTime', '9999-12-31T23:59:59-08:00'],
  ['Money', 1234.5],
  ['Money', 12],
  ['Money', '1234.505'],
  ['Money', '1e3'],
  ['Money', '01.00'],
  ['Money', '¥5'],
  ['Money', '100000..1000000'],
  ['Date', '2024'],
  ['Date', '***'],
  ['Decimal', 'NaN'],
  ['Decimal', '1e3'],
  ['Decimal', 1.5],
];

const failure = (run: () => unknown): GraphQLError => {
  try {
    run();
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('scalars', () => {
  test.each(ACCEPTED)('%s reads %j as %j', (name, submitted, value) => {
    expect(scalars[name]!.parseValue(submitted)).toBe(value);
    expect(scalars[name]!.serialize(value)).toBe(value);
  });

  test.each(REFUSED)('%s refuses %j with a constant message and a code', (name, submitted) => {
    const error = failure(() => scalars[name]!.parseValue(submitted));
    expect(error.message).toBe(`The value is not a valid ${name}.`);
    const identifier = ['USCC', 'CitizenId', 'SubjectCode', 'RegionCode'].includes(name);
    expect(error.extensions).toEqual({ code: identifier ? 'IDENTIFIER_INVALID' : 'VALUE_INVALID' });
    expect(error.originalError).toBeUndefined();
  });

  test.each([
    ['USCC', '91350100m000100Y43'],
    ['USCC', '91350100M000100Y44'],
    ['CitizenId', '11010519491231002x'],
    ['CitizenId', '11010519491231***X'],
    ['CitizenId', '130503670401001'],
    ['RegionCode', '４20281'],
    ['Date', new Date(0)],
    ['DateTime', new Date(Number.NaN)],
    ['DateTime', 0],
    ['Money', 1234],
    ['Money', '1.0001'],
    ['Decimal', 1e21],
    ['Decimal', Number.NaN],
  ])('%s does not show the stored value %j, nor quote it', (name, stored) => {
    const error = failure(() => scalars[name]!.serialize(stored));
    expect(error.message).toBe(`A stored value is not a valid ${name}.`);
    expect(error.extensions).toEqual({ code: 'VALUE_INVALID' });
  });

  test.each([
    ['CitizenId', '110105********002X', '110105********002X'],
    ['CitizenId', '******************', '******************'],
    ['USCC', '**************0Y43', '**************0Y43'],
    ['Date', '2024', '2024'],
    ['Date', '***', '***'],
    ['Money', '100000..1000000', '100000..1000000'],
    ['Money', '1000000..', '1000000..'],
    ['DateTime', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['Money', '1234.5000', '1234.50'],
    ['Decimal', 2.375, '2.375'],
  ])('%s shows the stored value %j as %j', (name, stored, shown) => {
    expect(scalars[name]!.serialize(stored)).toBe(shown);
  });

  test('whole yuan may be a bigint', () => {
    expect(scalars.Money!.serialize(12n)).toBe('12.00');
  });

  test('each is listed under its own name and described in English and Chinese', () => {
    for (const [name, scalar] of Object.entries(scalars)) {
      expect(scalar.name).toBe(name);
      expect(scalar.description).toMatch(/^[\x20-\x7e]+\n.*\p{Script=Han}/u);
    }
  });

  test('in a document, only a string literal is taken, and the refusal keeps its code without the value', async () => {
    const schema = buildSchema('scalar Money scalar USCC type Query { pay(m: Money, u: USCC): String }');
    for (const name of ['Money', 'USCC']) Object.assign(schema.getType(name)!, pick(name));
    for (const source of ['{ pay(m: 1234.5) }', '{ pay(m: "77.777") }', '{ pay(u: "91350100M000100Y44") }']) {
      const { errors } = await graphql({ schema, source });
      expect(errors).toHaveLength(1);
      expect(errors![0]!.message).toMatch(/^The value is not a valid (Money|USCC)\.$/);
      expect(errors![0]!.extensions.code).toMatch(/_INVALID$/);
    }
    expect(
      (await graphql({ schema, source: '{ pay(m: "5", u: "91350100M000100Y43") }' })).errors,
    ).toBeUndefined();
  });

  test('in variables, the refusal keeps its code on the error that graphql wraps around it', async () => {
    const schema = buildSchema('scalar USCC type Query { pay(u: USCC): String }');
    Object.assign(schema.getType('USCC')!, pick('USCC'));
    const { errors } = await graphql({
      schema,
      source: 'query ($u: USCC) { pay(u: $u) }',
      variableValues: { u: '91350100M000100Y44' },
    });
    // graphql-js itself puts the value into the wrapping message; the gateway replaces it by this constant.
    expect(errors![0]!.extensions.code).toBe('IDENTIFIER_INVALID');
    expect(errors![0]!.originalError?.message).toBe('The value is not a valid USCC.');
  });
});

function pick(name: string) {
  const { parseValue, parseLiteral, serialize } = scalars[name]!;
  return { parseValue, parseLiteral, serialize };
}
