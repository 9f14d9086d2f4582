// Limits on the shape of a document, counted over the whole selection with fragments expanded, so that neither
// named fragments nor an operation called __schema gets around them.
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import type { ErrorCode } from '../errors.ts';
import { fragmentsOf } from './selection.ts';

export interface DocumentLimits {
  /** Deepest nesting of fields. */
  readonly maxDepth: number;
  /** Fields in all, fragments counted where they are spread. */
  readonly maxFields: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxRootFields: number;
}

interface Shape {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
}

/** The limit a document exceeds, if any. */
export function exceeded(document: DocumentNode, limits: DocumentLimits): ErrorCode | undefined {
  const fragments = fragmentsOf(document);
  const measured = new Map<string, Shape>();
  const measureFragment = (name: string): Shape => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    // A cycle is refused by the specification's own rule; here it only must not loop.
    measured.set(name, nothing);
    const fragment = fragments.get(name);
    const shape = fragment === undefined ? nothing : measure(fragment.selectionSet);
    measured.set(name, shape);
    return shape;
  };
  const measure = (set: SelectionSetNode): Shape => {
    let total = nothing;
    for (const selection of set.selections) {
      const own = { ...nothing, directives: selection.directives?.length ?? 0 };
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value)
          : selection.selectionSet === undefined
            ? nothing
            : measure(selection.selectionSet);
      const isField = selection.kind === Kind.FIELD;
      total = {
        depth: Math.max(total.depth, inner.depth + (isField ? 1 : 0)),
        fields: total.fields + inner.fields + (isField ? 1 : 0),
        aliases: total.aliases + inner.aliases + (isField && selection.alias !== undefined ? 1 : 0),
        directives: total.directives + inner.directives + own.directives,
      };
    }
    return total;
  };
  for (const node of document.definitions) {
    // Fragments that nothing spreads are validated, too.
    if (node.kind !== Kind.OPERATION_DEFINITION && node.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const shape = measure(node.selectionSet);
    if (shape.depth > limits.maxDepth) return 'QUERY_TOO_DEEP';
    if (
      shape.fields > limits.maxFields ||
      shape.aliases > limits.maxAliases ||
      shape.directives > limits.maxDirectives ||
      node.selectionSet.selections.length > limits.maxRootFields
    ) {
      return 'QUERY_TOO_WIDE';
    }
  }
  return undefined;
}

const nothing: Shape = { depth: 0, fields: 0, aliases: 0, directives: 0 };
