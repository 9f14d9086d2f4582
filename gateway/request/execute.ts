// The one seam between GraphQL and the stages: an executor that walks decide → plan → fetch → complete → record
// and hands back a result. How values become JSON may change behind it; what was decided may not.
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFormattedError,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  execute,
  getVariableValues,
} from 'graphql';
import type { Connector, SourceFailure } from '../../connectors/contract.ts';
import type { Log } from '../../connectors/log.ts';
import type { RequestWatch } from '../watch/request-watch.ts';
import { ClientError, type ErrorCode, asGraphQLError, isErrorCode } from '../errors.ts';
import type { EffectLookUp } from '../remedies/effects.ts';
import { type Completion, complete, failuresOf } from './complete.ts';
import { decide } from './decide.ts';
import { fetchAll } from './fetch.ts';
import type { CaseLimits } from './case-limits.ts';
import { type OwnDataContext, ownData } from './own-data.ts';
import { misplacedNull } from './null-variables.ts';
import { askedFor } from './operation-kind.ts';
import { ownWithheld } from './own-withheld.ts';
import type { OwnRoots } from './own-roots.ts';
import { answerFromOwnRecords, perform } from './perform.ts';
import { knownSchema } from './known-to-caller.ts';
import { planFetches, planUnderRemedies } from './plan.ts';
import { prepareSelection } from './prepared-selection.ts';
import type { Recorder } from './record.ts';
import { type ReadableOperation, fragmentsOf } from './selection.ts';
import { recordOrders } from './shown-order.ts';
import type { Admitted, Fetched, Planned } from './stages.ts';
import { visibleSchema } from './visible-schema.ts';
import { writtenData } from './written-data.ts';

/** What the executor is made of. */
export interface ExecutorParts extends OwnDataContext {
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly recorder: Recorder;
  readonly own: OwnRoots;
  readonly cases: CaseLimits;
  readonly effects: EffectLookUp;
  readonly log: Log;
  readonly watch: Pick<RequestWatch, 'stage'>;
  readonly limits: { readonly maxSubjects: number; readonly requestMilliseconds: number };
  /** Awaited before the longest piece of work, so that requests that have everything at once take turns. */
  readonly turn?: () => Promise<void>;
}

export interface Operation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Roots the stages themselves answer; the others are own roots. */
export const servedRoots: ReadonlySet<string> = new Set([
  'sources',
  'viewer',
  'organization',
  'organizations',
  'person',
  'persons',
  'myRecords',
]);

/** Executes one admitted operation. Resolves only when its audit records are durable; rejects if they cannot be. */
export async function executeOperation(
  admitted: Admitted,
  wanted: Operation,
  parts: ExecutorParts,
): Promise<ExecutionResult> {
  const name = wanted.operation.name?.value;
  const progress: { planned?: Planned } = {};
  try {
    return await answer(admitted, wanted, parts, progress);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    parts.recorder.intend(admitted, wanted.document, name, progress.planned);
    await parts.recorder.conclude(admitted, { errors: [error.code] });
    return { errors: [asGraphQLError(error.code, { at: error.at, instead: error.instead })] };
  }
}

async function answer(
  admitted: Admitted,
  wanted: Operation,
  parts: ExecutorParts,
  progress: { planned?: Planned },
): Promise<ExecutionResult> {
  const { operation, document } = wanted;
  if (operation.operation === OperationTypeNode.SUBSCRIPTION)
    throw new ClientError('OPERATION_NOT_SUPPORTED');
  const { kind, roots } = askedFor(document, operation);
  const reading = read(admitted, wanted);
  if (kind === 'mutation') return perform(admitted, wanted, reading, parts);
  if (kind === 'mixed') throw new ClientError('INTROSPECTION_MIXED');
  if (kind === 'introspection') {
    parts.recorder.intend(admitted, document, operation.name?.value);
    const result = await execute({
      schema: visibleSchema(admitted.snapshot, admitted.caller.consumer),
      document,
      operationName: operation.name?.value ?? null,
      variableValues: wanted.variables,
    });
    await parts.recorder.conclude(admitted, { errors: codesOf(result) });
    return result;
  }
  if (kind === 'own') return answerAboutSelf(admitted, wanted, reading, parts);

  if ([...roots].some((root) => Object.hasOwn(parts.own.queries, root))) {
    if ([...roots].some((root) => !Object.hasOwn(parts.own.queries, root) && root !== '__typename')) {
      throw new ClientError('ROOTS_MIXED');
    }
    return answerFromOwnRecords(admitted, wanted, reading, parts);
  }

  const { stage } = parts.watch;
  const decided = stage('decide', () => decide(admitted));
  const asked = stage('plan', () => planFetches(decided, reading, parts.limits));
  progress.planned = asked;
  const effects = await stage('claim', async () => {
    await parts.cases.claim(decided, asked.subjects);
    return parts.effects.of(asked.subjects, admitted.request);
  });
  const planned = planUnderRemedies(asked, effects);
  progress.planned = planned;
  parts.recorder.intend(admitted, document, operation.name?.value, planned);
  const fetched = await stage('fetch', () =>
    fetchAll(planned, parts.connectors, AbortSignal.timeout(parts.limits.requestMilliseconds)),
  );
  await parts.turn?.();
  const { completion, executed } = await stage('complete', async () => {
    const made = complete(fetched, recordOrders(parts.manifests));
    const rootValue = { ...ownData(admitted, parts), ...made.rootValue };
    return { completion: made, executed: await run(wanted, reading, rootValue) };
  });
  return stage('record', () => conclude(admitted, parts, executed, fetched, completion));
}

async function answerAboutSelf(
  admitted: Admitted,
  wanted: Operation,
  reading: ReadableOperation,
  parts: ExecutorParts,
): Promise<ExecutionResult> {
  parts.recorder.intend(admitted, wanted.document, wanted.operation.name?.value);
  const executed = await run(wanted, reading, ownData(admitted, parts));
  await parts.recorder.conclude(admitted, { errors: codesOf(executed) });
  const { coordinates } = admitted.snapshot.catalogue;
  const table = admitted.purpose === undefined ? undefined : decide(admitted).table;
  const withheld = ownWithheld(reading, (name) => coordinates.has(name), table);
  return {
    ...executed,
    extensions: { request: admitted.request, ...(withheld.length === 0 ? {} : { withheld }) },
  };
}

/** Every value is at hand by now, so the prepared selection serves; graphql-js does whatever that does not. */
async function run(
  { document, operation, variables }: Operation,
  reading: ReadableOperation,
  rootValue: Readonly<Record<string, unknown>>,
): Promise<ExecutionResult> {
  const { schema } = reading;
  const data = prepareSelection(schema, document, operation)?.run(rootValue, reading.variables);
  if (data !== undefined) return { data: writtenData(data) };
  return execute({
    schema,
    document,
    operationName: operation.name?.value ?? null,
    variableValues: variables,
    rootValue,
  });
}

/** Holds nothing of the records while it waits for the disk: only the answer. */
function conclude(
  admitted: Admitted,
  parts: ExecutorParts,
  executed: ExecutionResult,
  fetched: Fetched,
  completion: Completion,
): Promise<ExecutionResult> {
  const failures = failuresOf(fetched.answers);
  for (const { source, failure } of failures) logFailure(parts.log, admitted.request, source, failure);
  for (const error of executed.errors ?? []) {
    parts.log.error(
      { request: admitted.request, err: error.originalError ?? error.message },
      'a value failed',
    );
  }
  const errors = [
    ...(executed.errors ?? []).map((error) => asGraphQLError(codeOf(error))),
    ...failures.map(({ source, failure }) => asGraphQLError(failure.code, { source })),
  ];
  const answer: ExecutionResult = {
    ...(executed.data === undefined ? {} : { data: executed.data }),
    ...(errors.length === 0 ? {} : { errors }),
    extensions: {
      request: admitted.request,
      purpose: admitted.purpose?.name,
      policyVersion: admitted.snapshot.policies.policySet.version,
      rulesVersion: admitted.snapshot.policies.rulebook.version,
      withheld: [...completion.withheld.values()],
    },
  };
  return parts.recorder
    .conclude(admitted, { fetched, completion, errors: errors.map(codeOf) })
    .then(() => answer);
}

/** Of a source that is not asked the change of its breaker has told: under load a line a request says no more. */
function logFailure(log: Log, request: string, source: string, failure: SourceFailure): void {
  if (failure.code === 'SOURCE_SUSPENDED') return;
  log.warn({ request, source, code: failure.code, detail: failure.detail }, 'a source failed');
}

/** Coerces variables; a bad one is named by its path, its value never repeated. */
function read(admitted: Admitted, { document, operation, variables }: Operation): ReadableOperation {
  const { snapshot, caller } = admitted;
  const { schema } = snapshot.catalogue;
  // Against what the caller may know: a hidden value of an enum is as bad as an invented one.
  const known = knownSchema(snapshot, caller.consumer);
  const coerced = getVariableValues(known, operation.variableDefinitions ?? [], variables, {
    maxErrors: 1,
  });
  if (coerced.errors !== undefined) {
    const [error] = coerced.errors;
    const code = error?.extensions['code'];
    throw new ClientError(isErrorCode(code) ? code : 'VARIABLE_INVALID', variablePath(error));
  }
  const misplaced = misplacedNull(schema, document, operation, coerced.coerced);
  if (misplaced !== undefined) throw new ClientError('VARIABLE_INVALID', `$${misplaced}`);
  return { schema, operation, fragments: fragmentsOf(document), variables: coerced.coerced };
}

/** `$usccs[3]`: the variable and the place in its list. Of graphql-js's message only indexes are believed. */
function variablePath(error: GraphQLError | undefined): string | undefined {
  const node = error?.nodes?.find((candidate) => candidate.kind === Kind.VARIABLE_DEFINITION);
  if (node?.kind !== Kind.VARIABLE_DEFINITION) return undefined;
  const index = /^Variable "\$\w+" got invalid value .* at "\w+((?:\[\d{1,6}\])+)";/s.exec(
    error?.message ?? '',
  )?.[1];
  return `$${node.variable.name.value}${index ?? ''}`;
}

function codesOf(result: ExecutionResult): string[] {
  return (result.errors ?? []).map(codeOf);
}

function codeOf(error: GraphQLError | GraphQLFormattedError): ErrorCode {
  const original = error instanceof GraphQLError ? error.originalError : undefined;
  if (original instanceof ClientError) return original.code;
  const code = error.extensions?.['code'];
  return isErrorCode(code) ? code : 'INTERNAL';
}
