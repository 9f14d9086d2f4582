// The schema as one consumer may know it: introspection answers from here, so that what a consumer may never
// use under any purpose it holds does not exist for it.
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  GraphQLSchema,
  Kind,
  type TypeNode,
  extendSchema,
} from 'graphql';
import type { Consumer } from '../../policies/engine/consumers.ts';
import type { Catalogue } from '../../schema/catalogue.ts';
import type { PolicySnapshot } from './snapshot.ts';

const cache = new WeakMap<PolicySnapshot, Map<string, GraphQLSchema>>();

/** Coordinates the consumer may see, masked or in some rows, or derive from, under some purpose it holds. */
export function visibleCoordinates(snapshot: PolicySnapshot, consumer: Consumer): ReadonlySet<string> {
  const visible = new Set<string>();
  for (const name of consumer.purposes) {
    const purpose = snapshot.policies.policySet.consumers.purposes.get(name)!;
    const table = snapshot.tableFor({ consumer, purpose, caseGiven: true, userGiven: true });
    for (const [coordinate, decision] of table.decisions)
      if (decision.kind !== 'deny') visible.add(coordinate);
  }
  return visible;
}

/** The consumer's schema, built once per policy version. */
export function visibleSchema(snapshot: PolicySnapshot, consumer: Consumer): GraphQLSchema {
  const known = cache.get(snapshot) ?? new Map<string, GraphQLSchema>();
  cache.set(snapshot, known);
  let schema = known.get(consumer.name);
  if (schema === undefined) {
    schema = build(snapshot.catalogue, visibleCoordinates(snapshot, consumer));
    known.set(consumer.name, schema);
  }
  return schema;
}

function build(catalogue: Catalogue, visible: ReadonlySet<string>): GraphQLSchema {
  let definitions: readonly DefinitionNode[] = catalogue.document.definitions;
  // Removing a field can empty a type, which removes the fields that return it, and so on.
  for (;;) {
    const gone = emptyTypes(definitions);
    const next = definitions.flatMap((node) => prune(node, catalogue, visible, gone));
    const same =
      next.length === definitions.length && next.every((node, index) => node === definitions[index]);
    definitions = next;
    if (same) break;
  }
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: reachable(definitions) };
  return extendSchema(new GraphQLSchema({}), document, { assumeValidSDL: true });
}

const frame = new Set(['source', 'state', 'asOf']);

function prune(
  node: DefinitionNode,
  catalogue: Catalogue,
  visible: ReadonlySet<string>,
  gone: ReadonlySet<string>,
): DefinitionNode[] {
  if (node.kind === Kind.UNION_TYPE_DEFINITION || !('fields' in node)) return [node];
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.OBJECT_TYPE_EXTENSION) return [node];
  const type = node.name.value;
  const isSection = [...catalogue.sections.values()].some((section) => section.typeName === type);
  const keep = (field: FieldDefinitionNode): boolean =>
    (!catalogue.records.has(type) || visible.has(`${type}.${field.name.value}`)) &&
    !gone.has(namedType(field.type));
  const fields = (node.fields ?? []).filter(keep);
  const nothingLeft =
    fields.length === 0 || (isSection && fields.every((field) => frame.has(field.name.value)));
  if (nothingLeft)
    return node.kind === Kind.OBJECT_TYPE_DEFINITION ? [{ ...node, fields: [] }].slice(0, 0) : [];
  if (fields.length === node.fields?.length) return [node];
  return [{ ...node, fields }];
}

/** Named object types that fields mention but nobody defines any more. */
function emptyTypes(definitions: readonly DefinitionNode[]): ReadonlySet<string> {
  const defined = new Set(
    definitions.flatMap((node) => ('name' in node && node.name ? [node.name.value] : [])),
  );
  const mentioned = new Set<string>();
  for (const node of definitions) {
    if (!('fields' in node)) continue;
    for (const field of node.fields ?? []) mentioned.add(namedType(field.type));
  }
  const builtIn = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);
  return new Set([...mentioned].filter((name) => !defined.has(name) && !builtIn.has(name)));
}

/** Types that nothing leads to any more are left out, so that their names do not tell either. */
function reachable(definitions: readonly DefinitionNode[]): DefinitionNode[] {
  const byName = new Map<string, DefinitionNode[]>();
  for (const node of definitions) {
    if (!('name' in node) || !node.name || node.kind === Kind.DIRECTIVE_DEFINITION) continue;
    byName.set(node.name.value, [...(byName.get(node.name.value) ?? []), node]);
  }
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const node of byName.get(name) ?? []) {
      if ('interfaces' in node) node.interfaces?.forEach((face) => visit(face.name.value));
      if ('types' in node) node.types?.forEach((member) => visit(member.name.value));
      if (!('fields' in node)) continue;
      for (const field of node.fields ?? []) {
        visit(namedType(field.type));
        if ('arguments' in field) field.arguments?.forEach((argument) => visit(namedType(argument.type)));
      }
    }
  };
  visit('Query');
  for (const node of definitions) {
    if (node.kind === Kind.DIRECTIVE_DEFINITION)
      node.arguments?.forEach((argument) => visit(namedType(argument.type)));
  }
  return definitions.filter(
    (node) =>
      node.kind === Kind.SCHEMA_DEFINITION ||
      node.kind === Kind.DIRECTIVE_DEFINITION ||
      ('name' in node && node.name !== undefined && seen.has(node.name.value)),
  );
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
