// Reads every SDL file into one schema and one catalogue: sources, sections, record types and the classified
// fields. The SDL is the only truth; policies, manifests and plans all speak in its coordinates.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type DocumentNode,
  GraphQLError,
  GraphQLObjectType,
  GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type TypeNode,
  Source,
  concatAST,
  extendSchema,
  isEnumType,
  isLeafType,
  getNamedType,
  parse,
  validateSchema,
} from 'graphql';
import type { Problem } from './problem.ts';
import { type DeclaredRemedies, readRemedies } from './remedies-declared.ts';
import { type DeclaredValidity, readDayArgument, readValidity } from './validity-declared.ts';
import { scalars } from './scalars/all.ts';

export type SubjectTypeName = 'Organization' | 'Person';
export type SharingAttribute = 'UNCONDITIONAL' | 'CONDITIONAL' | 'NONE';
export type MaskKind = 'REDACTED' | 'LAST_FOUR' | 'YEAR' | 'BAND' | 'INITIALS' | 'REGION';

/** `Type.field`: what decisions are made about. Never an alias or a response path. */
export type Coordinate = string & { readonly __coordinate?: never };

/** Grade of a data item: sharing attribute, level 1 (open) to 4 (most sensitive), personal or not, default mask. */
export interface Classification {
  readonly sharing: SharingAttribute;
  readonly level: 1 | 2 | 3 | 4;
  readonly personal: boolean;
  readonly mask: MaskKind;
}

/** A data field of a record type. `type` is its named type, e.g. `Date`; `list` whether it is a list of them. */
export interface RecordField {
  readonly name: string;
  readonly coordinate: Coordinate;
  readonly type: string;
  readonly list: boolean;
  /** Values where the type is an enum, else undefined. */
  readonly enumValues?: readonly string[];
  readonly description: string;
  readonly classification: Classification;
  readonly line: number;
}

/** A record type: one kind of record one source holds. */
export interface RecordType {
  readonly name: string;
  readonly source: string;
  readonly fields: ReadonlyMap<string, RecordField>;
  readonly line: number;
  /** Absent: nobody can object to its records here. */
  readonly remedies?: DeclaredRemedies;
  /** Absent: its records do not say from when to when they held. */
  readonly validity?: DeclaredValidity;
}

export type SectionFieldShape = 'one' | 'list' | 'connection';

/** A field of a section that carries records. */
export interface SectionField {
  readonly name: string;
  readonly record: string;
  readonly shape: SectionFieldShape;
  /** Whether it can be asked for the records that held on a day. */
  readonly byDay: boolean;
}

/** What a source contributes to a kind of subject, e.g. `Organization.court: CourtSection`. */
export interface Section {
  readonly source: string;
  readonly subject: SubjectTypeName;
  readonly typeName: string;
  readonly fields: ReadonlyMap<string, SectionField>;
}

/** A source as the SDL knows it: its name is its file's name, up to a hyphen where it has more files than one. */
export interface CatalogueSource {
  readonly name: string;
  readonly file: string;
  readonly sections: readonly Section[];
  readonly records: ReadonlyMap<string, RecordType>;
}

export interface Catalogue {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly sources: ReadonlyMap<string, CatalogueSource>;
  /** Record types of every source by name. */
  readonly records: ReadonlyMap<string, RecordType>;
  /** `Organization.court` → section. */
  readonly sections: ReadonlyMap<Coordinate, Section>;
  /** Every data coordinate, sorted. */
  readonly coordinates: ReadonlyMap<Coordinate, RecordField>;
}

/** Name of the pseudo-source that owns the gateway's own derived data (verdicts). */
export const ownSource = 'credit';

const subjectTypes: readonly SubjectTypeName[] = ['Organization', 'Person'];
const sectionFrame = new Set(['source', 'state', 'asOf']);

/** What may be asked of the gateway itself and what it may be told to do; its files add to both. */
const ownRoots: ReadonlySet<string> = new Set(['Query', 'Mutation']);

/** The record type whose fields are deeds: they are performed, not read. */
export const deedsType = 'Mutation';

/** Reads `<directory>/*.graphql`. Returns the catalogue, or every problem with file and line. */
export function loadCatalogue(directory: string): { catalogue?: Catalogue; problems: Problem[] } {
  const problems: Problem[] = [];
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.graphql'))
    .sort();
  const documents = new Map<string, DocumentNode>();
  for (const name of files) {
    const file = join(directory, name);
    try {
      documents.set(file, parse(new Source(readFileSync(file, 'utf8'), file)));
    } catch (error) {
      problems.push(...asProblems(error, file));
    }
  }
  if (problems.length > 0) return { problems };
  const document = concatAST([...documents.values()]);
  let schema: GraphQLSchema;
  try {
    schema = bindScalars(extendSchema(new GraphQLSchema({}), document));
  } catch (error) {
    return { problems: asProblems(error, directory) };
  }
  const invalid = validateSchema(schema);
  if (invalid.length > 0) return { problems: invalid.flatMap((error) => asProblems(error, directory)) };

  const sources = new Map<string, CatalogueSource>();
  for (const [name, parts] of partsBySource(documents)) {
    sources.set(name, readSource(name, parts, schema, problems));
  }
  if (problems.length > 0) return { problems };
  const records = new Map<string, RecordType>();
  const sections = new Map<Coordinate, Section>();
  const coordinates = new Map<Coordinate, RecordField>();
  for (const source of sources.values()) {
    for (const section of source.sections) sections.set(`${section.subject}.${source.name}`, section);
    for (const record of source.records.values()) {
      records.set(record.name, record);
      for (const field of record.fields.values()) coordinates.set(field.coordinate, field);
    }
  }
  const sorted = new Map([...coordinates].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { catalogue: { schema, document, sources, records, sections, coordinates: sorted }, problems };
}

/** The SDL names scalars; their behaviour is bound here, so that the rest of the schema stays pure text. */
/** Gives a schema made of SDL the behaviour of its scalars. */
export function bindScalars(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, behaviour] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (type === undefined) continue;
    Object.assign(type, {
      serialize: behaviour.serialize.bind(behaviour),
      parseValue: behaviour.parseValue.bind(behaviour),
      parseLiteral: behaviour.parseLiteral.bind(behaviour),
    });
  }
  return schema;
}

/** Source → its files, the one that bears nothing but its name first. */
function partsBySource(
  documents: ReadonlyMap<string, DocumentNode>,
): ReadonlyMap<string, readonly (readonly [string, DocumentNode])[]> {
  const parts = new Map<string, (readonly [string, DocumentNode])[]>();
  for (const entry of [...documents].sort(([a], [b]) => a.length - b.length)) {
    const name = basename(entry[0], '.graphql').split('-')[0]!;
    parts.set(name, [...(parts.get(name) ?? []), entry]);
  }
  return new Map([...parts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where a definition stands. */
function placeOf({ loc }: Pick<FieldDefinitionNode, 'loc'>): {
  readonly file: string;
  readonly line: number;
} {
  return { file: loc?.source.name ?? '', line: loc?.startToken.line ?? 1 };
}

function readSource(
  name: string,
  files: readonly (readonly [file: string, document: DocumentNode])[],
  schema: GraphQLSchema,
  problems: Problem[],
): CatalogueSource {
  const definitions = new Map<string, ObjectTypeDefinitionNode>();
  const extensions: ObjectTypeExtensionNode[] = [];
  for (const node of files.flatMap(([, document]) => document.definitions)) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION) definitions.set(node.name.value, node);
    if (node.kind === Kind.OBJECT_TYPE_EXTENSION) extensions.push(node);
  }

  const sections: Section[] = [];
  const recordNames = new Set<string>();
  if (name === ownSource) {
    for (const [typeName, node] of definitions) {
      if (node.directives?.some((directive) => directive.name.value === 'classified'))
        recordNames.add(typeName);
    }
  }
  for (const extension of extensions) {
    if (name === ownSource && ownRoots.has(extension.name.value)) {
      addTo(definitions, extension);
      continue;
    }
    const subject = extension.name.value as SubjectTypeName;
    if (!subjectTypes.includes(subject)) {
      problems.push({
        ...placeOf(extension),
        message: `a source may only extend ${subjectTypes.join(' or ')}`,
      });
      continue;
    }
    for (const field of extension.fields ?? []) {
      if (field.name.value !== name) {
        problems.push({
          ...placeOf(field),
          message: `${subject}.${field.name.value}: the section of a source bears the source's name`,
          suggestion: name,
        });
        continue;
      }
      const typeName = namedTypeOf(field.type);
      const definition = definitions.get(typeName);
      if (definition === undefined || !definition.interfaces?.some((face) => face.name.value === 'Section')) {
        problems.push({
          ...placeOf(field),
          message: `${typeName} must be defined in this file and implement Section`,
        });
        continue;
      }
      const fields = new Map<string, SectionField>();
      for (const entry of definition.fields ?? []) {
        if (sectionFrame.has(entry.name.value)) continue;
        const read = readSectionField(entry, definitions);
        if (typeof read === 'string') problems.push({ ...placeOf(entry), message: read });
        else {
          fields.set(read.name, read);
          recordNames.add(read.record);
        }
      }
      sections.push({ source: name, subject, typeName, fields });
    }
  }
  const records = new Map<string, RecordType>();
  for (const recordName of recordNames) {
    const node = definitions.get(recordName);
    if (node === undefined) continue;
    records.set(recordName, readRecord(node, name, schema, problems));
  }
  return { name, file: files[0]![0], sections, records };
}

function addTo(definitions: Map<string, ObjectTypeDefinitionNode>, more: ObjectTypeExtensionNode): void {
  const root = definitions.get(more.name.value);
  if (root === undefined) return;
  definitions.set(more.name.value, { ...root, fields: [...(root.fields ?? []), ...(more.fields ?? [])] });
}

function readSectionField(
  node: FieldDefinitionNode,
  definitions: ReadonlyMap<string, ObjectTypeDefinitionNode>,
): SectionField | string {
  const name = node.name.value;
  const typeName = namedTypeOf(node.type);
  const definition = definitions.get(typeName);
  if (definition === undefined) return `${name}: ${typeName} must be a record type defined in this file`;
  if (node.type.kind === Kind.NON_NULL_TYPE) return `${name}: must be nullable, for it may be withheld`;
  const nodes = definition.fields?.find((field) => field.name.value === 'nodes');
  const shape = isList(node.type) ? 'list' : nodes === undefined ? 'one' : 'connection';
  const byDay = readDayArgument(node, shape, definition);
  if (typeof byDay === 'string') return byDay;
  return { name, record: shape === 'connection' ? namedTypeOf(nodes!.type) : typeName, shape, byDay };
}

function readRecord(
  node: ObjectTypeDefinitionNode,
  source: string,
  schema: GraphQLSchema,
  problems: Problem[],
): RecordType {
  const name = node.name.value;
  const fields = new Map<string, RecordField>();
  const ofType = readClassification(node.directives);
  const type = schema.getType(name);
  for (const fieldNode of node.fields ?? []) {
    const fieldName = fieldNode.name.value;
    const coordinate = `${name}.${fieldName}`;
    const place = placeOf(fieldNode);
    const classification = readClassification(fieldNode.directives) ?? ofType;
    if (classification === undefined) {
      problems.push({
        ...place,
        message: `${coordinate} is not classified: add @classified to it or to ${name}`,
      });
      continue;
    }
    if (fieldNode.type.kind === Kind.NON_NULL_TYPE) {
      problems.push({ ...place, message: `${coordinate} must be nullable, for it may be withheld` });
      continue;
    }
    const field = type instanceof GraphQLObjectType ? type.getFields()[fieldName] : undefined;
    const leaf = field === undefined ? undefined : getNamedType(field.type);
    if (leaf === undefined || (source !== ownSource && !isLeafType(leaf))) {
      problems.push({
        ...place,
        message: `${coordinate}: a record's fields are scalars, enums or lists of them`,
      });
      continue;
    }
    fields.set(fieldName, {
      name: fieldName,
      coordinate,
      type: leaf.name,
      list: isList(fieldNode.type),
      ...(isEnumType(leaf) ? { enumValues: leaf.getValues().map((value) => value.name) } : {}),
      description: fieldNode.description?.value ?? '',
      classification,
      line: place.line,
    });
    if (fieldNode.description === undefined) {
      problems.push({ ...place, message: `${coordinate} has no description` });
    }
  }
  const remedies = readRemedies(node, fields);
  const place = placeOf(node);
  if (typeof remedies === 'string') problems.push({ ...place, message: `${name}: ${remedies}` });
  const validity = readValidity(node, fields);
  if (typeof validity === 'string') problems.push({ ...place, message: `${name}: ${validity}` });
  const declared = {
    ...(typeof remedies === 'object' ? { remedies } : {}),
    ...(typeof validity === 'object' ? { validity } : {}),
  };
  return { name, source, fields, line: place.line, ...declared };
}

function readClassification(
  directives: readonly ConstDirectiveNode[] | undefined,
): Classification | undefined {
  const directive = directives?.find((candidate) => candidate.name.value === 'classified');
  if (directive === undefined) return undefined;
  const given = new Map(directive.arguments?.map((argument) => [argument.name.value, argument.value]));
  const text = (name: string): string | undefined => {
    const value = given.get(name);
    return value !== undefined && 'value' in value ? String(value.value) : undefined;
  };
  const level = Number(text('level'));
  if (level !== 1 && level !== 2 && level !== 3 && level !== 4) return undefined;
  return {
    sharing: text('sharing') as SharingAttribute,
    level,
    personal: text('personal') === 'true',
    mask: (text('mask') ?? 'REDACTED') as MaskKind,
  };
}

function namedTypeOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);
}

function isList(type: TypeNode): boolean {
  return type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));
}

function asProblems(error: unknown, file: string): Problem[] {
  if (error instanceof GraphQLError) {
    const place = error.locations?.[0];
    return [
      {
        file: error.source?.name ?? error.nodes?.[0]?.loc?.source.name ?? file,
        ...(place === undefined ? {} : { line: place.line, column: place.column }),
        message: error.message,
      },
    ];
  }
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n\n').map((part) => ({ file, message: part }));
}
