// What an operation asks, by its root fields: data about subjects, the gateway itself, or the schema.
import { type DocumentNode, Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { fragmentsOf } from './selection.ts';

const ownRoots = new Set(['sources', 'viewer', '__typename']);
const introspectionRoots = new Set(['__schema', '__type']);

export interface AskedFor {
  /** `mixed`: introspection beside something else, which is refused. */
  readonly kind: 'data' | 'own' | 'introspection' | 'mixed' | 'mutation';
  /** Names of its root fields. */
  readonly roots: ReadonlySet<string>;
}

const known = new WeakMap<OperationDefinitionNode, AskedFor>();

/** Read once per parsed operation. */
export function askedFor(document: DocumentNode, operation: OperationDefinitionNode): AskedFor {
  let asked = known.get(operation);
  if (asked === undefined) {
    const roots = rootFieldsOf(document, operation);
    const mutates = operation.operation === OperationTypeNode.MUTATION;
    known.set(operation, (asked = { kind: mutates ? 'mutation' : kindOf(roots), roots }));
  }
  return asked;
}

function kindOf(roots: ReadonlySet<string>): AskedFor['kind'] {
  if ([...roots].some((root) => introspectionRoots.has(root))) {
    const alone = [...roots].every((root) => introspectionRoots.has(root) || root === '__typename');
    return alone ? 'introspection' : 'mixed';
  }
  return [...roots].every((root) => ownRoots.has(root)) ? 'own' : 'data';
}

function rootFieldsOf(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<string> {
  const fragments = fragmentsOf(document);
  const roots = new Set<string>();
  const visited = new Set<string>();
  const collect = (set: OperationDefinitionNode['selectionSet']): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) roots.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) collect(fragment.selectionSet);
      }
    }
  };
  collect(operation.selectionSet);
  return roots;
}
