// The schema as one consumer may know it: documents are validated and variables read against it, introspection answers
// from it and the SDL is printed from it, so that what a consumer may never use under any purpose it holds does not
// exist for it.
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  GraphQLSchema,
  Kind,
  type TypeNode,
  extendSchema,
  print,
} from 'graphql';
import type { Consumer } from '../../policies/engine/consumers.ts';
import {
  type Catalogue,
  type Coordinate,
  type Section,
  type SubjectTypeName,
  bindScalars,
} from '../../schema/catalogue.ts';
import type { PolicySnapshot } from './snapshot.ts';

/** What a consumer may know, as definitions with their descriptions and as a schema. */
interface Visible {
  readonly document: DocumentNode;
  readonly schema: GraphQLSchema;
}

const cache = new WeakMap<PolicySnapshot, Map<string, Visible>>();

const nobody = 'nobody';

/** Kind of subject → coordinates usable about it; `nobody`: under purposes that ask about none. */
type Usable = ReadonlyMap<SubjectTypeName | typeof nobody, ReadonlySet<Coordinate>>;

/** Coordinates the consumer may see, masked or in some rows, under some purpose it holds. */
export function visibleCoordinates(snapshot: PolicySnapshot, consumer: Consumer): ReadonlySet<Coordinate> {
  return new Set([...usableBy(snapshot, consumer).values()].flatMap((coordinates) => [...coordinates]));
}

/** A purpose opens its fields about the kinds of subject it covers, and about no other. */
function usableBy(snapshot: PolicySnapshot, consumer: Consumer): Usable {
  const { catalogue, policies } = snapshot;
  const about = new Map<string, Set<SubjectTypeName>>();
  for (const { subject, fields } of catalogue.sections.values()) {
    for (const { record } of fields.values())
      about.set(record, (about.get(record) ?? new Set<SubjectTypeName>()).add(subject));
  }
  const usable = new Map<SubjectTypeName | typeof nobody, Set<Coordinate>>();
  for (const name of consumer.purposes) {
    const purpose = policies.policySet.consumers.purposes.get(name)!;
    const table = snapshot.tableFor({ consumer, purpose, caseGiven: true, userGiven: true });
    // One that asks about nobody opens what is about nobody.
    for (const subject of purpose.subjects.length === 0 ? ([nobody] as const) : purpose.subjects) {
      const coordinates = usable.get(subject) ?? new Set<Coordinate>();
      usable.set(subject, coordinates);
      for (const [coordinate, decision] of table.decisions) {
        const kinds = about.get(coordinate.split('.')[0]!);
        const opened = kinds === undefined || (subject !== nobody && kinds.has(subject));
        if (decision.kind !== 'deny' && opened) coordinates.add(coordinate);
      }
    }
  }
  return usable;
}

/** The consumer's schema, built once per policy version. */
export function visibleSchema(snapshot: PolicySnapshot, consumer: Consumer): GraphQLSchema {
  return visibleTo(snapshot, consumer).schema;
}

/** The same as SDL: one definition per type, with descriptions and classifications. */
export function visibleSdl(snapshot: PolicySnapshot, consumer: Consumer): string {
  return `${print(visibleTo(snapshot, consumer).document)}\n`;
}

function visibleTo(snapshot: PolicySnapshot, consumer: Consumer): Visible {
  const known = cache.get(snapshot) ?? new Map<string, Visible>();
  cache.set(snapshot, known);
  let visible = known.get(consumer.name);
  if (visible === undefined) {
    visible = build(snapshot, consumer);
    known.set(consumer.name, visible);
  }
  return visible;
}

function build(snapshot: PolicySnapshot, consumer: Consumer): Visible {
  const { catalogue } = snapshot;
  const usable = usableBy(snapshot, consumer);
  const { purposes } = snapshot.policies.policySet.consumers;
  const isSelf = consumer.purposes.some((name) => purposes.get(name)?.ownSubjectOnly === true);
  let definitions = withinPurposes(merged(catalogue.document.definitions), snapshot, usable);
  // Removing a field can empty a type, which removes the fields that return it, and so on.
  for (;;) {
    const gone = emptyTypes(definitions);
    const next = definitions.flatMap((node) => prune(node, catalogue, usable, gone, isSelf));
    const same =
      next.length === definitions.length && next.every((node, index) => node === definitions[index]);
    definitions = next;
    if (same) break;
  }
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: reachable(definitions) };
  const schema = extendSchema(new GraphQLSchema({}), document, { assumeValidSDL: true });
  return { document, schema: bindScalars(schema) };
}

/** What an agency adds to a subject, written where the subject is defined. */
function merged(definitions: readonly DefinitionNode[]): readonly DefinitionNode[] {
  const added = new Map<string, FieldDefinitionNode[]>();
  for (const node of definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
    added.set(node.name.value, [...(added.get(node.name.value) ?? []), ...(node.fields ?? [])]);
  }
  return definitions.flatMap((node) => {
    if (node.kind === Kind.OBJECT_TYPE_EXTENSION) return [];
    const more = node.kind === Kind.OBJECT_TYPE_DEFINITION ? added.get(node.name.value) : undefined;
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || more === undefined) return [node];
    return [{ ...node, fields: [...(node.fields ?? []), ...more] }];
  });
}

/** Without the kinds of subject, and the scenes for them, that no purpose of the consumer covers. */
function withinPurposes(
  definitions: readonly DefinitionNode[],
  { catalogue, policies }: PolicySnapshot,
  usable: Usable,
): readonly DefinitionNode[] {
  const covered = new Set<string>(usable.keys());
  const subjects = new Set<string>([...catalogue.sections.values()].map(({ subject }) => subject));
  return definitions.flatMap((node) => {
    if (!('name' in node) || node.name === undefined) return [node];
    const name = node.name.value;
    if (subjects.has(name) && !covered.has(name)) return [];
    if (node.kind === Kind.UNION_TYPE_DEFINITION) {
      // An item of a list of subjects: without the subject only the note that a code is not valid were left.
      const lost = node.types?.some(({ name: { value } }) => subjects.has(value) && !covered.has(value));
      return lost === true ? [] : [node];
    }
    if (node.kind === Kind.ENUM_TYPE_DEFINITION && name === 'Scene') {
      const values = node.values?.filter(({ name: { value } }) => {
        const scene = policies.rulebook.scenes.get(value);
        return scene === undefined || [...scene.subjects.keys()].some((kind) => covered.has(kind));
      });
      return [{ ...node, values: values ?? [] }];
    }
    return [node];
  });
}

const frame = new Set(['source', 'state', 'asOf']);

/** The root that is about the caller itself: of no use to who speaks for nobody. */
const ownRecordsRoot = 'myRecords';

function prune(
  node: DefinitionNode,
  catalogue: Catalogue,
  usable: Usable,
  gone: ReadonlySet<string>,
  isSelf: boolean,
): DefinitionNode[] {
  if (node.kind === Kind.SCHEMA_DEFINITION) {
    const operationTypes = node.operationTypes.filter(({ type: { name } }) => !gone.has(name.value));
    return operationTypes.length === node.operationTypes.length ? [node] : [{ ...node, operationTypes }];
  }
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return [node];
  const type = node.name.value;
  const section = [...catalogue.sections.values()].find(({ typeName }) => typeName === type);
  const fields = (node.fields ?? []).filter(
    (field) =>
      !gone.has(namedType(field.type)) &&
      (isSelf || type !== 'Query' || field.name.value !== ownRecordsRoot) &&
      isUsable(type, field, catalogue, usable, section),
  );
  const nothingLeft =
    fields.length === 0 || (section !== undefined && fields.every((field) => frame.has(field.name.value)));
  if (nothingLeft) return [];
  if (fields.length === node.fields?.length) return [node];
  return [{ ...node, fields }];
}

function isUsable(
  type: string,
  field: FieldDefinitionNode,
  catalogue: Catalogue,
  usable: Usable,
  section: Section | undefined,
): boolean {
  const name = field.name.value;
  const ofSubject = usable.get(type as SubjectTypeName);
  const sets = ofSubject === undefined ? [...usable.values()] : [ofSubject];
  const anyOf = (records: readonly string[]): boolean =>
    records
      .flatMap((record) => [...catalogue.records.get(record)!.fields.values()])
      .some(({ coordinate }) => sets.some((set) => set.has(coordinate)));
  if (catalogue.records.has(type)) return sets.some((set) => set.has(`${type}.${name}`));
  // A list's connection counts its records, so it goes with them.
  const carried = section?.fields.get(name);
  if (carried !== undefined) return anyOf([carried.record]);
  const added = catalogue.sections.get(`${type}.${name}`);
  if (added !== undefined) return anyOf([...added.fields.values()].map(({ record }) => record));
  const derived = namedType(field.type);
  return !catalogue.records.has(derived) || anyOf([derived]);
}

/** Named object types that fields mention but nobody defines any more. */
function emptyTypes(definitions: readonly DefinitionNode[]): ReadonlySet<string> {
  const defined = new Set(
    definitions.flatMap((node) => ('name' in node && node.name ? [node.name.value] : [])),
  );
  const mentioned = new Set<string>();
  for (const node of definitions) {
    if (node.kind === Kind.SCHEMA_DEFINITION) {
      for (const { type } of node.operationTypes) mentioned.add(namedType(type));
    }
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
  visit('Mutation');
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
