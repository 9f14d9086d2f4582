// What statuses and network errors mean to us. Error messages of the network name hosts, never subjects; bodies of
// refusals are not read at all.
import { SourceError } from '../source-error.ts';

export function refuseStatus(status: number): SourceError {
  const detail = `HTTP ${status}`;
  if (status === 429 || status === 503) return new SourceError('SOURCE_OVERLOADED', detail);
  if (status === 408 || status === 504) return new SourceError('SOURCE_TIMEOUT', detail);
  if (status >= 500) return new SourceError('SOURCE_UNREACHABLE', detail);
  if (status >= 400) return new SourceError('SOURCE_REFUSED', detail);
  // A redirect is not followed: it would carry the keys to a host nobody configured.
  return new SourceError('SOURCE_INVALID_ANSWER', detail);
}

export function asSourceError(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  const what = typeof code === 'string' ? code : typeof name === 'string' ? name : 'error';
  switch (what) {
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return new SourceError('SOURCE_TIMEOUT', what);
    case 'UND_ERR_HEADERS_OVERFLOW':
      return new SourceError('SOURCE_TOO_LARGE', what);
    default:
      // HPE_*: what came is not HTTP.
      return what.startsWith('HPE_')
        ? new SourceError('SOURCE_INVALID_ANSWER', what)
        : new SourceError('SOURCE_UNREACHABLE', what);
  }
}
