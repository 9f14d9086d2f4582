// Validates documents against the schema whose names their caller may know: the contract, or its own part of it, where
// what it may never use is as unknown as what nobody has. Limits come first, so that no rule meets a document beyond them.
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, specifiedRules, validate } from 'graphql';
import { type ErrorCode, asGraphQLError } from '../errors.ts';
import type { Consumer } from '../../policies/engine/consumers.ts';
import { type DocumentLimits, exceeded } from './document-limits.ts';
import type { PolicySnapshot } from './snapshot.ts';
import { visibleSchema } from './visible-schema.ts';

const maxErrors = 5;

/** The schema whose names a consumer's documents may use. */
export function knownSchema(snapshot: PolicySnapshot, consumer: Consumer): GraphQLSchema {
  return consumer.names === 'own' ? visibleSchema(snapshot, consumer) : snapshot.catalogue.schema;
}

/** By schema, that is by policies and consumer, then by document: nobody is judged by what another may know. */
const validated = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, readonly GraphQLError[]>>();

/**
 * What is wrong with a document, at most six errors; empty where it is valid. Messages are graphql-js's and not for
 * clients; the code is in `extensions` or, where a scalar gave it, in those of `originalError`.
 */
export function faultsOf(
  document: DocumentNode,
  visible: GraphQLSchema,
  limits: DocumentLimits,
): readonly GraphQLError[] {
  const known = validated.get(visible) ?? new WeakMap<DocumentNode, readonly GraphQLError[]>();
  validated.set(visible, known);
  let faults = known.get(document);
  if (faults === undefined) {
    const code = exceeded(document, limits) ?? unknownKind(document, visible);
    faults =
      code === undefined
        ? validate(visible, document, specifiedRules, { maxErrors }).map(coded)
        : [asGraphQLError(code)];
    known.set(document, faults);
  }
  return faults;
}

/** graphql-js validates nothing under a root type that the schema does not have: it would let any name pass. */
function unknownKind(document: DocumentNode, visible: GraphQLSchema): ErrorCode | undefined {
  const unknown = document.definitions.some(
    (node) => node.kind === Kind.OPERATION_DEFINITION && !visible.getRootType(node.operation),
  );
  return unknown ? 'OPERATION_NOT_SUPPORTED' : undefined;
}

function coded(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    originalError: error.originalError ?? error,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}
