// What statuses and network errors mean to us. Error messages of the network name hosts, never subjects; bodies of
// refusals are not read at all.
import type { SourceFailureCode } from '../contract.ts';
import { SourceError } from '../source-error.ts';

/** A status that was the whole answer. */
export class RefusedStatus extends SourceError {
  readonly status: number;
  /** The `Retry-After` header as written. */
  readonly retryAfter: string | undefined;

  constructor(code: SourceFailureCode, status: number, retryAfter: string | undefined) {
    super(code, `HTTP ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export function refuseStatus(status: number, retryAfter?: string): RefusedStatus {
  return new RefusedStatus(codeOf(status), status, retryAfter);
}

function codeOf(status: number): SourceFailureCode {
  if (status === 429 || status === 503) return 'SOURCE_OVERLOADED';
  if (status === 408 || status === 504) return 'SOURCE_TIMEOUT';
  if (status >= 500) return 'SOURCE_UNREACHABLE';
  if (status >= 400) return 'SOURCE_REFUSED';
  // A redirect is not followed: it would carry the keys to a host nobody configured.
  return 'SOURCE_INVALID_ANSWER';
}

export function asSourceError(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  const what = typeof code === 'string' ? code : typeof name === 'string' ? name : 'error';
  switch (what) {
    case 'TimeoutError':
    case 'AbortError':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return new SourceError('SOURCE_TIMEOUT', what);
    case 'UND_ERR_HEADERS_OVERFLOW':
      return new SourceError('SOURCE_TOO_LARGE', what);
    default:
      // What came is not HTTP; the parser does not always name a code.
      return what.startsWith('HPE_') || name === 'HTTPParserError'
        ? new SourceError('SOURCE_INVALID_ANSWER', what)
        : new SourceError('SOURCE_UNREACHABLE', what, { unanswered: true });
  }
}

/** The same failure, met when an answer had begun. */
export function whileReading(error: unknown): SourceError {
  const met = asSourceError(error);
  return met.unanswered ? new SourceError(met.code, met.message) : met;
}
