// Writes the one operation of a request: a root field per look-up, keys as variables, exactly the permitted columns.
import type { GraphqlRecord } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import type { Lookup } from '../transport.ts';
import type { EntityOptions, QueryOptions } from './manifest-part.ts';

const NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The root field that says how old the data are. */
export const AGE = 'age';

/**
 * Root field `s0` answers look-up 0 and takes variable `$k0`, conditions `$f0_0`, and so on. `age`: fields down to the
 * moment of which the data speak.
 */
export function writeOperation(lookups: readonly Lookup<GraphqlRecord>[], age?: string): Operation {
  const variables = Object.create(null) as Record<string, unknown>;
  const declared: string[] = [];
  const declare = (name: string, type: string, value: unknown): string => {
    declared.push(`$${name}:${type}`);
    variables[name] = value;
    return `$${name}`;
  };
  const roots = lookups.map((lookup, at) => {
    const { query, entity } = lookup.mapping;
    if (query !== undefined) return `s${at}:${rootField(lookup, query, at, declare)}`;
    if (entity !== undefined) return `s${at}:${entities(lookup, entity, at, declare)}`;
    throw new RangeError(`${lookup.mapping.record} has neither query nor entity`);
  });
  if (age !== undefined) roots.push(`${AGE}:${selection([age]).slice(1, -1)}`);
  return { query: `query Records(${declared.join(',')}){${roots.join(' ')}}`, variables };
}

/** Adds a variable; its name with the dollar. */
type Declare = (name: string, type: string, value: unknown) => string;

function rootField(
  lookup: Lookup<GraphqlRecord>,
  { field, argument, type, at: inner, count, more }: QueryOptions,
  at: number,
  declare: Declare,
): string {
  const given = [`${argument}:${declare(`k${at}`, type, keysOf(lookup))}`];
  lookup.conditions.forEach(({ filter, test }, place) => {
    if (filter.argument === undefined || test.kind !== 'except') return;
    const name = declare(`f${at}_${place}`, filter.argument.type, test.texts);
    given.push(`${filter.argument.name}:${name}`);
  });
  const columns = [lookup.keyColumn, ...lookup.columns].map((column) => join(inner, column));
  const proofs = [count, more].filter((path) => path !== undefined);
  return `${field}(${given.join(',')})${selection([...columns, ...proofs])}`;
}

function entities(
  lookup: Lookup<GraphqlRecord>,
  { type, key, at: inner }: EntityOptions,
  at: number,
  declare: Declare,
): string {
  const representations = keysOf(lookup).map((value) => ({ __typename: type, [key]: value }));
  const given = declare(`k${at}`, '[_Any!]!', representations);
  // A list of which no field may be seen still says how many there are.
  const columns = lookup.columns.length === 0 && inner !== undefined ? ['__typename'] : lookup.columns;
  const wanted = columns.filter((column) => column !== key || inner !== undefined);
  return `_entities(representations:${given}){...on ${type}${selection([
    key,
    ...wanted.map((column) => (column === key ? column : join(inner, column))),
  ])}}`;
}

/** Those asked about, and the control's. */
export function keysOf({ keys, controlKeys }: Lookup): readonly string[] {
  return controlKeys.length === 0 ? keys : [...keys, ...controlKeys];
}

function join(above: string | undefined, column: string): string {
  return above === undefined ? column : `${above}.${column}`;
}

/** A field and the fields inside it. */
interface Tree {
  readonly inside: Map<string, Tree>;
}

/** `{code authority{name}}` of `code` and `authority.name`. */
function selection(paths: readonly string[]): string {
  const root: Tree = { inside: new Map() };
  for (const path of paths) {
    let at = root;
    for (const name of path.split('.')) {
      // The manifest is checked at start-up; nothing that is no name may ever become query text.
      if (!NAME.test(name)) throw new SourceError('SOURCE_INVALID_ANSWER', 'a column is no GraphQL name');
      const next: Tree = at.inside.get(name) ?? { inside: new Map() };
      at.inside.set(name, next);
      at = next;
    }
  }
  return write(root);
}

function write(tree: Tree): string {
  const fields = [...tree.inside].map(([name, inner]) =>
    inner.inside.size === 0 ? name : name + write(inner),
  );
  return `{${fields.join(' ')}}`;
}
