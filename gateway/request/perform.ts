// Answers operations on the gateway's own records: questions about them, and deeds. A deed is decided by its own
// coordinate, its intent is durable before it is done, and its outcome before it is answered.
import { type ExecutionResult, type GraphQLFieldResolver, execute } from 'graphql';
import { ClientError, asGraphQLError } from '../errors.ts';
import { deedsType } from '../../schema/catalogue.ts';
import { decide } from './decide.ts';
import type { ExecutorParts, Operation } from './execute.ts';
import { type OwnResolver, ownFieldResolver } from './own-roots.ts';
import type { ReadableOperation } from './selection.ts';
import type { Admitted, Decided, Withheld } from './stages.ts';

/** A question about the gateway's own records. */
export async function answerFromOwnRecords(
  admitted: Admitted,
  wanted: Operation,
  reading: ReadableOperation,
  parts: ExecutorParts,
): Promise<ExecutionResult> {
  const decided = decide(admitted);
  parts.recorder.intend(admitted, wanted.document, wanted.operation.name?.value);
  return resolveRoots(decided, wanted, reading, parts, parts.own.queries);
}

/** A mutation: its deeds one after the other, each only if the table lets this caller do it. */
export async function perform(
  admitted: Admitted,
  wanted: Operation,
  reading: ReadableOperation,
  parts: ExecutorParts,
): Promise<ExecutionResult> {
  const decided = decide(admitted);
  parts.recorder.intend(admitted, wanted.document, wanted.operation.name?.value);
  await parts.recorder.settle();
  const deeds = Object.fromEntries(
    Object.entries(parts.own.mutations).map(([name, deed]): [string, OwnResolver] => [
      name,
      async (given, of) => {
        if (of.table.decisions.get(`${deedsType}.${name}`)?.kind !== 'allow') {
          throw new ClientError('DEED_NOT_PERMITTED', name);
        }
        return deed(given, of);
      },
    ]),
  );
  return resolveRoots(decided, wanted, reading, parts, deeds);
}

async function resolveRoots(
  decided: Decided,
  { document, operation, variables }: Operation,
  { schema }: ReadableOperation,
  parts: ExecutorParts,
  roots: Readonly<Record<string, OwnResolver>>,
): Promise<ExecutionResult> {
  const { admitted } = decided;
  const withheld = new Map<string, Withheld>();
  const ofRecord = ownFieldResolver(decided, withheld);
  const fieldResolver: GraphQLFieldResolver<unknown, unknown, Record<string, unknown>> = (
    source,
    given,
    context,
    info,
  ) => {
    const root = info.path.prev === undefined ? roots[info.fieldName] : undefined;
    if (root === undefined) return ofRecord(source, given, context, info);
    for (const [name, value] of Object.entries(given)) {
      // No database keeps it, and nobody writes it by accident.
      if (typeof value === 'string' && value.includes('\0'))
        throw new ClientError('VALUE_INVALID', `${info.fieldName}(${name})`);
    }
    return root(given, decided);
  };
  const executed = await execute({
    schema,
    document,
    operationName: operation.name?.value ?? null,
    variableValues: variables,
    fieldResolver,
    rootValue: {},
  });
  const errors = (executed.errors ?? []).map((error) => {
    const { originalError } = error;
    if (originalError instanceof ClientError)
      return asGraphQLError(originalError.code, { at: originalError.at, instead: originalError.instead });
    parts.log.error({ request: admitted.request, err: originalError ?? error.message }, 'a root failed');
    return asGraphQLError('INTERNAL');
  });
  await parts.recorder.conclude(admitted, {
    errors: errors.map(({ extensions }) => String(extensions['code'])),
    withheld: [...withheld.keys()],
  });
  return {
    ...(executed.data === undefined ? {} : { data: executed.data }),
    ...(errors.length === 0 ? {} : { errors: errors }),
    extensions: {
      request: admitted.request,
      purpose: decided.purpose.name,
      policyVersion: admitted.snapshot.policies.policySet.version,
      withheld: [...withheld.values()],
    },
  };
}
