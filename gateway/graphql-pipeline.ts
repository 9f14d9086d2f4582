// Apollo Server's pipeline with our executor in it: parsing is the library's, validation is against what the caller
// may know, every message a client sees is ours.
import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLFormattedError, type OperationDefinitionNode } from 'graphql';
import type { Catalogue } from '../schema/catalogue.ts';
import { type ErrorCode, asGraphQLError, isErrorCode, messageOf } from './errors.ts';
import type { DocumentLimits } from './request/document-limits.ts';
import { type ExecutorParts, executeOperation } from './request/execute.ts';
import { faultsOf, knownSchema } from './request/known-to-caller.ts';
import { askedFor } from './request/operation-kind.ts';
import type { Admitted } from './request/stages.ts';
import { WrittenData, writeAnswer } from './request/written-data.ts';
import type { OperationKind } from './watch/request-watch.ts';

export const documentLimits: DocumentLimits = {
  // The deepest query over the data has seven levels; introspection, as explorers ask for it, fifteen.
  maxDepth: 16,
  maxFields: 400,
  maxAliases: 30,
  maxDirectives: 50,
  maxRootFields: 20,
};
const maxTokens = 1000;

/** What travels with a request through the library, which hands on a copy: what changes lies one level down. */
export interface PipelineContext {
  readonly admitted: Admitted;
  readonly progress: {
    /** Whether the stages took over, and with them the audit. */
    executed: boolean;
    /** What it asked and the codes in its answer, once it was executed. */
    told?: { readonly kind: OperationKind; readonly codes: readonly ErrorCode[] };
    /** What the stages threw: no answer may be given. */
    failure?: unknown;
    /** Data that are JSON already, where the stages gave such. */
    written?: WrittenData;
  };
}

export interface Pipeline {
  /** Runs a parsed JSON body. Rejects only where no answer may be given. */
  run(
    body: unknown,
    context: PipelineContext,
  ): Promise<{
    readonly status: number;
    readonly body: string | Buffer;
    readonly codes: readonly ErrorCode[];
  }>;
  stop(): Promise<void>;
}

/** Starts the pipeline over a schema. `partsOf` is asked per request. */
export async function startPipeline(catalogue: Catalogue, parts: ExecutorParts): Promise<Pipeline> {
  const { schema } = catalogue;
  const server = new ApolloServer<PipelineContext>({
    gateway: {
      load: async () => ({
        executor: async ({ document, operation, request, context: given }) => {
          const context = given as PipelineContext;
          const wanted = operation as OperationDefinitionNode | undefined;
          const { snapshot, caller } = context.admitted;
          const faults = faultsOf(document, knownSchema(snapshot, caller.consumer), documentLimits);
          if (faults.length > 0) return { errors: faults };
          if (wanted === undefined) return { errors: [asGraphQLError('QUERY_INVALID')] };
          context.progress.executed = true;
          try {
            const variables = request.variables ?? {};
            const answered = await executeOperation(
              context.admitted,
              { document, operation: wanted, variables },
              parts,
            );
            const { kind } = askedFor(document, wanted);
            context.progress.told = {
              kind: kind === 'mixed' ? 'none' : kind,
              codes: (answered.errors ?? []).map(({ extensions }) => extensions['code']).filter(isErrorCode),
            };
            const data: unknown = answered.data;
            if (data instanceof WrittenData) context.progress.written = data;
            return answered;
          } catch (error) {
            context.progress.failure = error;
            throw error;
          }
        },
      }),
      onSchemaLoadOrUpdate: (callback) => {
        callback({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      stop: async () => undefined,
    },
    introspection: true,
    persistedQueries: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    nodeEnv: 'production',
    parseOptions: { maxTokens },
    // The library would validate once for everybody. Here each caller has a schema of its own: see the executor.
    dangerouslyDisableValidation: true,
    formatError: (formatted, error) => {
      const shown = closed(formatted, error);
      if (shown.extensions?.['code'] === 'INTERNAL') parts.log.error({ err: error }, 'the pipeline failed');
      return shown;
    },
    stringifyResult: (result) => {
      const data: unknown = result.data;
      const answer = writeAnswer(result);
      if (!(data instanceof WrittenData)) return answer.toString();
      // The library wants a string, which nobody needs: the bytes go out as they are.
      data.answer = answer;
      return '';
    },
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
  await server.start();
  return {
    run: async (body, context) => {
      const response = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: 'POST', headers: jsonHeaders, search: '', body },
        context: async () => context,
      });
      if (context.progress.failure !== undefined) throw asError(context.progress.failure);
      if (response.body.kind !== 'complete') throw new Error('incremental answers are not offered');
      const { executed, written } = context.progress;
      // The library answers some refusals with 200, as if there were an answer: a persisted query, for one.
      const status = !executed && (response.status ?? 200) === 200 ? 400 : (response.status ?? 200);
      return {
        status,
        body: written?.answer ?? response.body.string,
        codes: status === 200 ? [] : codesIn(response.body.string),
      };
    },
    stop: () => server.stop(),
  };
}

const silent = (): void => undefined;
const jsonHeaders = new HeaderMap([
  ['content-type', 'application/json'],
  ['accept', 'application/json'],
]);

const libraryCodes: Readonly<Record<string, ErrorCode>> = {
  GRAPHQL_PARSE_FAILED: 'QUERY_INVALID',
  GRAPHQL_VALIDATION_FAILED: 'QUERY_INVALID',
  OPERATION_RESOLUTION_FAILURE: 'QUERY_INVALID',
  PERSISTED_QUERY_NOT_SUPPORTED: 'QUERY_INVALID',
  PERSISTED_QUERY_NOT_FOUND: 'QUERY_INVALID',
  BAD_USER_INPUT: 'VARIABLE_INVALID',
  BAD_REQUEST: 'MALFORMED_REQUEST',
};

/** Any error → one of ours, with constant text and, for a query, the place in it. */
function closed(formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError {
  // The library puts its own code over that of a rule or scalar; ours is on the original.
  const original = thrown instanceof GraphQLError ? thrown.originalError : undefined;
  const ours = original instanceof GraphQLError ? original.extensions['code'] : undefined;
  const given = isErrorCode(ours) ? ours : formatted.extensions?.['code'];
  const at = formatted.extensions?.['at'];
  const source = formatted.extensions?.['source'];
  const instead = formatted.extensions?.['instead'];
  const tooLong = /Document contains more tha[nt] \d+ tokens/.test(formatted.message);
  const code: ErrorCode = tooLong
    ? 'QUERY_TOO_WIDE'
    : isErrorCode(given)
      ? given
      : (libraryCodes[String(given)] ?? 'INTERNAL');
  const detail = code === 'QUERY_INVALID' ? safeDetail(formatted.message) : undefined;
  return {
    message: detail === undefined ? messageOf(code) : `${messageOf(code)} ${detail}`,
    ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    extensions: {
      code,
      ...(typeof at === 'string' ? { at } : {}),
      ...(typeof instead === 'string' ? { instead } : {}),
      ...(typeof source === 'string' ? { source } : {}),
    },
  };
}

/** The kinds of mistake worth naming; names of the contract only, nothing the caller wrote. */
const details: readonly (readonly [RegExp, string])[] = [
  [/^Cannot query field/, 'Unknown field. 字段不存在。'],
  [/^Unknown argument/, 'Unknown argument. 参数不存在。'],
  [/^Unknown type/, 'Unknown type. 类型不存在。'],
  [/^Unknown fragment/, 'Unknown fragment. 片段不存在。'],
  [/^Unknown directive/, 'Unknown directive. 指令不存在。'],
  [/^Unknown operation/, 'Unknown operation name. 操作名不存在。'],
  [/^Must provide operation name/, 'Name the operation. 须指明操作名。'],
  [/^Syntax Error/, 'Syntax error. 语法错误。'],
  [/must have a selection of subfields/, 'A field needs a selection of subfields. 须选择子字段。'],
  [/must not have a selection/, 'A field has no subfields. 字段没有子字段。'],
  [/ is required, but it was not provided/, 'A required argument is missing. 缺少必填参数。'],
  [/is not defined/, 'A variable is not defined. 变量未定义。'],
  [/is never used/, 'A variable or fragment is never used. 变量或片段未使用。'],
  [/used in position expecting/, 'A variable has the wrong type for its place. 变量类型与位置不符。'],
  [/conflict because/, 'Two fields share a name but differ. 同名字段冲突。'],
];

function safeDetail(message: string): string | undefined {
  return details.find(([pattern]) => pattern.test(message))?.[1];
}

function codesIn(body: string): ErrorCode[] {
  const parsed = JSON.parse(body) as { errors?: { extensions?: { code?: unknown } }[] };
  return (parsed.errors ?? []).map(({ extensions }) => extensions?.code).filter(isErrorCode);
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('the stages failed', { cause: thrown });
}
