// How a transport says that its source failed: one of the contract's codes. Details are for the log and are
// written by us; a source's own words may hold identifiers and stay out.
import type { KnownState, SourceFailure, SourceFailureCode } from './contract.ts';

/** Thrown inside a connector only; `fetch` turns it into a state and a failure. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceFailureCode;
  /** The connection failed before anything of an answer came: asking once more may help and repeats no work. */
  readonly unanswered: boolean;
  /** The source was not asked at all: what is wrong was known here, and costs nobody anything. */
  readonly unasked: boolean;

  constructor(
    code: SourceFailureCode,
    detail: string,
    more: { readonly unanswered?: boolean; readonly unasked?: boolean } = {},
  ) {
    super(detail);
    this.code = code;
    this.unanswered = more.unanswered ?? false;
    this.unasked = more.unasked ?? false;
  }
}

/** Anything thrown while asking a source, as a failure. What is no `SourceError` is our own mistake. */
export function failureOf(error: unknown): SourceFailure {
  if (error instanceof SourceError) return { code: error.code, detail: error.message };
  const name = error instanceof Error ? error.name : typeof error;
  return {
    code: 'SOURCE_INVALID_ANSWER',
    detail: `unexpected ${name} while reading the answer`,
    cause: error,
  };
}

/** UNAVAILABLE where the source said nothing, INVALID where it said something unusable. */
export function stateOf(code: SourceFailureCode): KnownState {
  switch (code) {
    case 'SOURCE_TIMEOUT':
    case 'SOURCE_UNREACHABLE':
    case 'SOURCE_REFUSED':
    case 'SOURCE_OVERLOADED':
    case 'SOURCE_SUSPENDED':
      return 'UNAVAILABLE';
    case 'SOURCE_TOO_LARGE':
    case 'SOURCE_INVALID_ANSWER':
      return 'INVALID';
  }
}
