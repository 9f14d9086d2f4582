// Reads what the stages answered, whose data may be JSON text already.
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { Json } from '../audit/entry.ts';
import { type ErrorCode, isErrorCode } from '../errors.ts';
import { writeAnswer } from '../request/written-data.ts';

export interface AnswerError {
  readonly code: ErrorCode;
  readonly at: string | undefined;
  readonly source: string | null;
}

/** As a client would get it. `Data` is what the query selects; the caller vouches for it. */
export interface ReadAnswer<Data> {
  readonly data: Data | null | undefined;
  readonly errors: readonly AnswerError[];
  readonly withheld: readonly Json[];
}

export function readAnswer<Data>(result: ExecutionResult): ReadAnswer<Data> {
  const answer = JSON.parse(writeAnswer(result as FormattedExecutionResult).toString()) as {
    readonly data?: Data | null;
    readonly errors?: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[];
    readonly extensions?: { readonly withheld?: readonly Json[] };
  };
  return {
    data: answer.data,
    errors: (answer.errors ?? []).map(({ extensions = {} }) => ({
      code: isErrorCode(extensions['code']) ? extensions['code'] : 'INTERNAL',
      at: typeof extensions['at'] === 'string' ? extensions['at'] : undefined,
      source: typeof extensions['source'] === 'string' ? extensions['source'] : null,
    })),
    withheld: answer.extensions?.withheld ?? [],
  };
}
