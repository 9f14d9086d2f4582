// Prepares an operation's selection once and then runs it straight over values that are all at hand. It gives
// exactly graphql-js's data or nothing: whatever is out of the ordinary is left to graphql-js, errors included.
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  getArgumentValues,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isSpecifiedScalarType,
  visit,
} from 'graphql';
import { type ReadableOperation, fragmentsOf, selectedFields } from './selection.ts';

export interface PreparedSelection {
  /** The data for coerced variables, or undefined where graphql-js has to be asked. `rootValue` may be asked twice. */
  run(rootValue: Values, variables: Values): Values | undefined;
}

type Values = Readonly<Record<string, unknown>>;
type Complete = (value: unknown, run: Run) => unknown;

/** What one run remembers; nothing of it outlives the request. */
interface Run {
  readonly variables: Values;
  /** Arguments by place of their field: the same for every subject. */
  readonly given: (Values | undefined)[];
  /** The last value a scalar showed and its text, by place: all subjects of a source share one `asOf`. */
  readonly last: { readonly value: unknown; readonly shown: unknown }[];
}

/** Anything graphql-js would report, or do in its own way. */
class OutOfTheOrdinary extends Error {}

const prepared = new WeakMap<OperationDefinitionNode, PreparedSelection | 'not possible'>();

/** The operation prepared; undefined for what only graphql-js does (directives, introspection, own resolvers). */
export function prepareSelection(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): PreparedSelection | undefined {
  let known = prepared.get(operation);
  if (known === undefined) {
    known = ordinary(() => prepare(schema, document, operation)) ?? 'not possible';
    prepared.set(operation, known);
  }
  return known === 'not possible' ? undefined : known;
}

function prepare(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): PreparedSelection {
  visit(document, {
    [Kind.DIRECTIVE]: () => {
      throw new OutOfTheOrdinary();
    },
  });
  const reading: ReadableOperation = { schema, operation, fragments: fragmentsOf(document), variables: {} };
  const places = { fields: 0, scalars: 0 };
  const complete = objectOf(reading, schema.getQueryType()!, [operation.selectionSet], places);
  return {
    run: (rootValue, variables) =>
      ordinary(() => complete(rootValue, { variables, given: [], last: [] }) as Values),
  };
}

function ordinary<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // Which error it is, and where it belongs, graphql-js finds out anew.
    return undefined;
  }
}

interface Places {
  fields: number;
  scalars: number;
}

interface PreparedField {
  readonly shownAs: string;
  readonly name: string;
  readonly arguments: (run: Run) => Values;
  readonly complete: Complete;
}

function objectOf(
  reading: ReadableOperation,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  places: Places,
): Complete {
  if (type.isTypeOf) throw new OutOfTheOrdinary();
  const nodes = new Map<string, FieldNode[]>();
  for (const node of selectedFields(reading, type, sets)) {
    const shownAs = node.alias?.value ?? node.name.value;
    nodes.set(shownAs, [...(nodes.get(shownAs) ?? []), node]);
  }
  const fields = [...nodes].map(([shownAs, same]) => fieldOf(reading, type, shownAs, same, places));
  return (source, run) => {
    if (typeof source !== 'object' || source === null) throw new OutOfTheOrdinary();
    const shown: Record<string, unknown> = {};
    for (const field of fields) {
      let value = (source as Values)[field.name];
      if (typeof value === 'function')
        value = (value as (given: Values) => unknown).call(source, field.arguments(run));
      shown[field.shownAs] = field.complete(value, run);
    }
    return shown;
  };
}

function fieldOf(
  reading: ReadableOperation,
  parent: GraphQLObjectType,
  shownAs: string,
  nodes: readonly FieldNode[],
  places: Places,
): PreparedField {
  const [node] = nodes as readonly [FieldNode, ...FieldNode[]];
  const name = node.name.value;
  // An alias may be called so, and would set the answer's prototype.
  if (shownAs === '__proto__') throw new OutOfTheOrdinary();
  if (name === '__typename') return { shownAs, name, arguments: nothing, complete: () => parent.name };
  const field = parent.getFields()[name];
  if (field === undefined || field.resolve !== undefined) throw new OutOfTheOrdinary();
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  return {
    shownAs,
    name,
    arguments: argumentsOf(field, node, places),
    complete: typeOf(reading, field.type, sets, places),
  };
}

const nothing = (): Values => ({});

function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  places: Places,
): PreparedField['arguments'] {
  const place = places.fields++;
  return (run) => (run.given[place] ??= getArgumentValues(field, node, run.variables));
}

function typeOf(
  reading: ReadableOperation,
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  places: Places,
): Complete {
  if (isNonNullType(type)) {
    const inner = typeOf(reading, type.ofType, sets, places);
    return (value, run) => {
      const completed = inner(value, run);
      if (completed === null) throw new OutOfTheOrdinary();
      return completed;
    };
  }
  const inner = nullableOf(reading, type, sets, places);
  return (value, run) => (value === null || value === undefined ? null : inner(value, run));
}

function nullableOf(
  reading: ReadableOperation,
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  places: Places,
): Complete {
  if (isNonNullType(type)) throw new OutOfTheOrdinary();
  if (isListType(type)) {
    const item = typeOf(reading, type.ofType, sets, places);
    return (value, run) => {
      if (!Array.isArray(value)) throw new OutOfTheOrdinary();
      const items = value as readonly unknown[];
      const shown = new Array<unknown>(items.length);
      for (let index = 0; index < items.length; index += 1) shown[index] = item(items[index], run);
      return shown;
    };
  }
  if (isLeafType(type)) return leafOf(type, places);
  if (!isAbstractType(type)) return refusing(objectOf(reading, type, sets, places));
  if (type.resolveType) throw new OutOfTheOrdinary();
  const possible = new Map(
    reading.schema
      .getPossibleTypes(type)
      .map((object) => [object.name, objectOf(reading, object, sets, places)]),
  );
  return refusing((value, run) => {
    const complete = possible.get((value as { readonly __typename: string }).__typename);
    if (complete === undefined) throw new OutOfTheOrdinary();
    return complete(value, run);
  });
}

/** Errors and promises given as values are graphql-js's business. */
function refusing(complete: Complete): Complete {
  return (value, run) => {
    if (value instanceof Error || typeof (value as { readonly then?: unknown }).then === 'function')
      throw new OutOfTheOrdinary();
    return complete(value, run);
  };
}

function leafOf(type: GraphQLLeafType, places: Places): Complete {
  const show = (value: unknown): unknown => {
    if (typeof value === 'object') throw new OutOfTheOrdinary();
    const shown = type.serialize(value);
    if (shown === null || shown === undefined) throw new OutOfTheOrdinary();
    return shown;
  };
  if (isSpecifiedScalarType(type)) return show;
  const place = places.scalars++;
  return (value, run) => {
    const last = run.last[place];
    if (last !== undefined && last.value === value) return last.shown;
    const shown = show(value);
    run.last[place] = { value, shown };
    return shown;
  };
}
