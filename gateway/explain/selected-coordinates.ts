// Reads which data coordinates a document selects and which kinds of subject it names: for explaining a query before
// it is asked, and for replaying the ones that were.
import {
  type DocumentNode,
  type GraphQLNamedOutputType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  getNamedType,
  isObjectType,
  isAbstractType,
  visit,
} from 'graphql';
import type { Catalogue, SubjectTypeName } from '../../schema/catalogue.ts';
import { type ReadableOperation, fragmentsOf, selectedFields } from '../request/selection.ts';

export interface Selected {
  /** Sorted. */
  readonly coordinates: readonly string[];
  readonly subjects: ReadonlySet<SubjectTypeName>;
}

/**
 * Everything the operations select, or the one named. Without `variables` nothing is skipped, so that whatever the
 * document could select counts. Fields the schema does not know are left out.
 */
export function selectedCoordinates(
  catalogue: Catalogue,
  document: DocumentNode,
  options: {
    readonly operationName?: string | undefined;
    readonly variables?: Readonly<Record<string, unknown>> | undefined;
  } = {},
): Selected {
  const { schema } = catalogue;
  const read = options.variables === undefined ? withoutConditions(document) : document;
  const fragments = fragmentsOf(read);
  const coordinates = new Set<string>();
  const subjects = new Set<SubjectTypeName>();
  const subjectNames = new Set<string>([...catalogue.sections.values()].map(({ subject }) => subject));
  for (const operation of operationsOf(read, options.operationName)) {
    const reading = { schema, operation, fragments, variables: options.variables ?? {} };
    walk(reading, schema.getQueryType()!, [operation.selectionSet], (type, field) => {
      if (catalogue.coordinates.has(`${type}.${field}`)) coordinates.add(`${type}.${field}`);
      if (subjectNames.has(type)) subjects.add(type as SubjectTypeName);
    });
  }
  return { coordinates: [...coordinates].sort(), subjects };
}

function walk(
  reading: ReadableOperation,
  type: GraphQLNamedOutputType,
  sets: readonly SelectionSetNode[],
  note: (type: string, field: string) => void,
): void {
  for (const object of objectsOf(reading.schema, type)) {
    for (const node of selectedFields(reading, object, sets)) {
      const field = object.getFields()[node.name.value];
      if (field === undefined) continue;
      note(object.name, field.name);
      if (node.selectionSet !== undefined) walk(reading, getNamedType(field.type), [node.selectionSet], note);
    }
  }
}

function objectsOf(schema: GraphQLSchema, type: GraphQLNamedOutputType) {
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

function operationsOf(document: DocumentNode, name: string | undefined): OperationDefinitionNode[] {
  return document.definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .filter((node) => name === undefined || node.name?.value === name);
}

function withoutConditions(document: DocumentNode): DocumentNode {
  return visit(document, {
    [Kind.DIRECTIVE]: (node) => (['skip', 'include'].includes(node.name.value) ? null : undefined),
  });
}
