// What may be asked of the gateway itself beside the agencies' records, and what it may be told to do. Whoever adds a
// root of either kind adds its resolver here by name; the decision table says who may use it.
import { type GraphQLFieldResolver, type GraphQLSchema, defaultFieldResolver } from 'graphql';
import { denialOf } from './own-view.ts';
import type { Decided, Withheld } from './stages.ts';

/** Resolves one root. Arguments are coerced; what it throws as ClientError is told by its code, at the root's place. */
export type OwnResolver = (given: Readonly<Record<string, unknown>>, decided: Decided) => unknown;

/** Resolvers by field name. A deed is called only after its intent is durable. */
export interface OwnRoots {
  readonly queries: Readonly<Record<string, OwnResolver>>;
  readonly mutations: Readonly<Record<string, OwnResolver>>;
}

/** Joins what the rooms of the gateway offer. @throws RangeError when two offer the same name */
export function joinRoots(parts: readonly Partial<OwnRoots>[]): OwnRoots {
  const join = (kind: keyof OwnRoots): Record<string, OwnResolver> => {
    const all: Record<string, OwnResolver> = {};
    for (const part of parts) {
      for (const [name, resolver] of Object.entries(part[kind] ?? {})) {
        if (Object.hasOwn(all, name)) throw new RangeError(`${kind}: ${name} is offered twice`);
        all[name] = resolver;
      }
    }
    return all;
  };
  return { queries: join('queries'), mutations: join('mutations') };
}

/** Every root the schema has must be served, and nothing else: found at start-up, not by a caller. */
export function unservedRoots(schema: GraphQLSchema, roots: OwnRoots, served: ReadonlySet<string>): string[] {
  const queries = Object.keys(schema.getQueryType()?.getFields() ?? {});
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
  return [
    ...queries
      .filter((name) => !served.has(name) && !Object.hasOwn(roots.queries, name))
      .map((name) => `Query.${name}`),
    ...mutations.filter((name) => !Object.hasOwn(roots.mutations, name)).map((name) => `Mutation.${name}`),
  ];
}

/**
 * Shows the gateway's own records field by field as the table allows: what is classified and not wholly allowed is
 * null and listed once.
 */
export function ownFieldResolver(
  decided: Decided,
  withheld: Map<string, Withheld>,
): GraphQLFieldResolver<unknown, unknown> {
  const { coordinates } = decided.admitted.snapshot.catalogue;
  return (source, given, context, info) => {
    const coordinate = `${info.parentType.name}.${info.fieldName}`;
    if (coordinates.has(coordinate)) {
      const denial = denialOf(decided.table, coordinate);
      if (denial !== undefined) {
        withheld.set(coordinate, denial);
        return null;
      }
    }
    return defaultFieldResolver(source, given, context, info);
  };
}
