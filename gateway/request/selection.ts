// Reads a selection as the specification does: fragments of any depth, abstract types, @skip and @include.
// Coordinates come from here, never from aliases.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  getDirectiveValues,
  isAbstractType,
  visit,
} from 'graphql';

/** An operation with its coerced variables, ready to be read. */
export interface ReadableOperation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Fragments of a document by name. */
export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  return fragments;
}

/** Every field node selected on `type`, wherever it is written. */
export function selectedFields(
  reading: ReadableOperation,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): FieldNode[] {
  const found: FieldNode[] = [];
  const seen = new Set<string>();
  const visit = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isIncluded(reading, selection)) continue;
      switch (selection.kind) {
        case Kind.FIELD:
          found.push(selection);
          break;
        case Kind.INLINE_FRAGMENT:
          if (applies(reading.schema, selection.typeCondition?.name.value, type))
            visit(selection.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          const fragment = reading.fragments.get(name);
          if (fragment === undefined || seen.has(name)) break;
          seen.add(name);
          if (applies(reading.schema, fragment.typeCondition.name.value, type)) visit(fragment.selectionSet);
          break;
        }
      }
    }
  };
  selectionSets.forEach(visit);
  return found;
}

const directed = new WeakMap<OperationDefinitionNode, boolean>();

/** Whether the operation or a fragment beside it has a directive, so that variables can decide what is selected. */
export function hasDirectives({ operation, fragments }: ReadableOperation): boolean {
  let found = directed.get(operation);
  if (found === undefined) {
    found = false;
    for (const node of [operation, ...fragments.values()])
      visit(node, {
        [Kind.DIRECTIVE]: () => {
          found = true;
        },
      });
    directed.set(operation, found);
  }
  return found;
}

function isIncluded(reading: ReadableOperation, node: Parameters<typeof getDirectiveValues>[1]): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, reading.variables);
  if (skip?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, reading.variables)?.['if'] !== false;
}

function applies(schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditionType = schema.getType(condition);
  return isAbstractType(conditionType) && schema.isSubType(conditionType, type);
}
