// graphql-js is the oracle: whatever a prepared selection answers, graphql-js answers too, to the byte.
import fc from 'fast-check';
import {
  type ExecutionResult,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  buildSchema,
  executeSync,
  getVariableValues,
  parse,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { prepareSelection } from '../../../gateway/request/prepared-selection.ts';
import { writeAnswer, writtenData } from '../../../gateway/request/written-data.ts';

const schema: GraphQLSchema = buildSchema(`
  scalar Day
  enum State { OK STALE }
  interface Section { state: State! asOf: Day }
  type Court implements Section { state: State! asOf: Day listings: [Listing!] pages(first: Int = 2): Page }
  type Registry implements Section { state: State! asOf: Day name: String }
  type Listing { code: String amount: Float points: Int open: Boolean tags: [String] on: Day }
  type Page { total: Int! nodes: [Listing] }
  type Organization { uscc: ID! court: Court registry: Registry sections: [Section!]! verdict(scene: State!): State }
  type InvalidSubject { index: Int! code: String! }
  union Item = Organization | InvalidSubject
  type Query { items(codes: [String!]!): [Item!]! one(code: String): Organization self: String }
`);
schema.getType('Day')!.toConfig();
Object.assign(schema.getType('Day')!, {
  serialize: (value: unknown) => {
    if (typeof value !== 'string' || value.length !== 10) throw new Error('not a day');
    return `${value}Z`;
  },
});

const leaf = {
  name: fc.constantFrom('state', 'asOf'),
};
const alias = fc.option(fc.constantFrom('a', 'b', 'constructor'), { nil: undefined });
const named = (name: string, given?: string): string =>
  given === undefined ? name : `${given}_${name}: ${name}`;
const some = (fields: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc
    .tuple(...fields.map((field) => fc.option(field, { nil: undefined, freq: 2 })))
    .map((picked) => ['__typename', ...picked.filter((text) => text !== undefined)].join(' '));
const plain = (name: string): fc.Arbitrary<string> => alias.map((given) => named(name, given));
const within = (name: string, inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(alias, inner).map(([given, text]) => `${named(name, given)} { ${text} }`);

const listing = some(['code', 'amount', 'points', 'open', 'tags', 'on'].map(plain));
const page = some([plain('total'), within('nodes', listing)]);
const paged = fc
  .tuple(fc.constantFrom('', '(first: 1)', '(first: $first)'), page)
  .map(([given, text]) => `pages${given} { ${text} }`);
const court = some([leaf.name, within('listings', listing), within('listings', listing), paged]);
const section = some([
  leaf.name,
  court.map((text) => `... on Court { ${text} }`),
  fc.constant('... on Registry { name }'),
]);
const organisation = some([
  plain('uscc'),
  within('court', court),
  fc.constant('...Again'),
  within('sections', section),
  fc.constantFrom('verdict(scene: OK)', 'other: verdict(scene: STALE)', 'third: verdict(scene: $scene)'),
]);
const operation = some([
  organisation.map(
    (text) => `items(codes: $codes) { ... on InvalidSubject { index code } ... on Organization { ${text} } }`,
  ),
  organisation.map((text) => `one(code: "x") { ${text} }`),
  organisation.map((text) => `again: one { ${text} }`),
  plain('self'),
]).map(
  (text) =>
    `query ($codes: [String!]! = ["x", "y"], $first: Int, $scene: State! = OK) { ${text} }
     query Uses($codes: [String!]! = [], $first: Int, $scene: State! = OK) { items(codes: $codes) { ...Again } one { court { pages(first: $first) { total } } verdict(scene: $scene) } }
     fragment Again on Organization { court { state listings { code on } } registry { state name } }`,
);

/** Mostly right values, now and then one that graphql-js refuses or a failing resolver. */
const wrong = fc.constantFrom<unknown>(null, undefined, {}, [], 'text', 7, new Error('given'), () => {
  throw new Error('failed');
});
const mostly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: wrong });
const maybe = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  mostly(fc.option(right, { nil: null, freq: 4 }));
const day = fc.constantFrom('2026-01-02', '2026-01-03');
const state = mostly(fc.constantFrom('OK', 'STALE'));
const listingValue = fc.record({
  code: maybe(fc.string()),
  amount: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
  points: maybe(fc.integer({ min: -9, max: 9 })),
  open: maybe(fc.boolean()),
  tags: maybe(fc.array(fc.string(), { maxLength: 2 })),
  on: maybe(day),
});
const courtValue = fc
  .record({
    __typename: fc.constant('Court'),
    state,
    asOf: maybe(day),
    listings: maybe(fc.array(mostly(listingValue), { maxLength: 3 })),
  })
  .map((value) => ({
    ...value,
    pages: ({ first }: { readonly first: number | null }) => ({
      total: 3,
      nodes: Array.isArray(value.listings) ? value.listings.slice(0, first ?? 1) : null,
    }),
  }));
const registryValue = fc.record({
  __typename: fc.constant('Registry'),
  state,
  asOf: maybe(day),
  name: maybe(fc.string()),
});
const organisationValue = fc
  .record({
    __typename: fc.constant('Organization'),
    uscc: mostly(fc.string()),
    court: maybe(courtValue),
    registry: maybe(registryValue),
    sections: mostly(fc.array(fc.oneof(courtValue, registryValue), { maxLength: 3 })),
  })
  .map((value) => ({ ...value, verdict: ({ scene }: { readonly scene: string }) => scene }));
const invalidValue = fc.record({
  __typename: fc.constant('InvalidSubject'),
  index: mostly(fc.integer({ min: 0, max: 9 })),
  code: fc.constant('IDENTIFIER_INVALID'),
});
const root = fc
  .record({
    items: fc.array(mostly(fc.oneof(organisationValue, invalidValue)), { maxLength: 4 }),
    one: maybe(organisationValue),
    self: maybe(fc.string()),
  })
  .map(({ items, one, self }) => ({ items: () => items, one: () => one, self }));

function both(
  text: string,
  rootValue: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, unknown>> = {},
): { readonly oracle: ExecutionResult; readonly prepared: unknown } {
  const document = parse(text);
  const [first] = document.definitions.filter(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const only = {
    ...document,
    definitions: document.definitions.filter(
      (node) => node.kind !== Kind.OPERATION_DEFINITION || node === first,
    ),
  };
  const { coerced } = getVariableValues(schema, first!.variableDefinitions ?? [], variables);
  const oracle = executeSync({ schema, document: only, rootValue, variableValues: variables });
  return { oracle, prepared: prepareSelection(schema, document, first!)?.run(rootValue, coerced!) };
}

describe('a prepared selection', () => {
  test('answers as graphql-js does, or leaves the answer to it', () => {
    let answered = 0;
    fc.assert(
      fc.property(operation, root, fc.option(fc.nat(3)), (text, rootValue, first) => {
        const { oracle, prepared } = both(text, rootValue, { first });
        if (prepared === undefined) return;
        expect(oracle.errors).toBeUndefined();
        expect(JSON.stringify(prepared)).toBe(JSON.stringify(oracle.data));
        answered += 1;
      }),
      { numRuns: 1500 },
    );
    // Not by leaving everything to it.
    expect(answered).toBeGreaterThan(500);
  });

  test.each([
    ['directives', '{ self @skip(if: false) }'],
    ['introspection', '{ __schema { queryType { name } } }'],
    ['an alias that would set a prototype', '{ __proto__: self }'],
  ])('leaves %s to graphql-js', (_, text) => {
    expect(both(text, { self: 'x' }).prepared).toBeUndefined();
  });

  test('leaves promises to graphql-js', () => {
    const document = parse('{ one { uscc } self }');
    const prepared = prepareSelection(schema, document, document.definitions[0] as OperationDefinitionNode)!;
    expect(prepared.run({ one: Promise.resolve(null) }, {})).toBeUndefined();
    expect(prepared.run({ self: Promise.resolve('x') }, {})).toBeUndefined();
    expect(prepared.run({ one: null, self: 'x' }, {})).toEqual({ one: null, self: 'x' });
  });

  test('is prepared once and remembers nothing of a run', () => {
    const document = parse(
      'query ($first: Int) { one { court { asOf pages(first: $first) { total nodes { on } } } } }',
    );
    const node = document.definitions[0] as OperationDefinitionNode;
    const prepared = prepareSelection(schema, document, node)!;
    expect(prepareSelection(schema, document, node)).toBe(prepared);
    const asked: unknown[] = [];
    const value = (asOf: string): Readonly<Record<string, unknown>> => ({
      one: { court: { asOf, pages: (given: unknown) => (asked.push(given), { total: 0, nodes: [] }) } },
    });
    for (const [asOf, first] of [
      ['2026-01-02', 1],
      ['2026-01-03', 2],
    ] as const) {
      expect(prepared.run(value(asOf), { first })).toEqual({
        one: { court: { asOf: `${asOf}Z`, pages: { total: 0, nodes: [] } } },
      });
    }
    expect(asked).toEqual([{ first: 1 }, { first: 2 }]);
  });
});

describe('written data', () => {
  test('make the same text as data that were not written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (data, more) => {
        const extensions = { more: more as unknown };
        expect(writeAnswer({ data: writtenData(data), extensions }).toString()).toBe(
          `${JSON.stringify({ data, extensions })}\n`,
        );
        expect(writeAnswer({ errors: [], data: writtenData(data) })).toEqual(
          writeAnswer({ errors: [], data }),
        );
      }),
    );
  });
});
