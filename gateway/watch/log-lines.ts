// The process's log: JSON lines in which an error is its kind, its code, the places in the code and of its message
// what cannot be a value. Libraries put what they were given into their messages and properties; those stay out.
import { type DestinationStream, type Logger, pino } from 'pino';

/** An error as the log may hold it. */
export interface LoggedError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  /** Frames of the stack, without the message. */
  readonly at: readonly string[];
  readonly cause?: LoggedError;
}

export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, serializers: { err: loggedError, cause: loggedCause } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

const mostCauses = 3;

/** What of a thrown value may be logged; `depth` bounds a chain of causes. */
export function loggedError(thrown: unknown, depth = 0): LoggedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: harmless(String(thrown)), at: [] };
  const { code, cause } = thrown as { readonly code?: unknown; readonly cause?: unknown };
  return {
    type: thrown.name,
    ...(typeof code === 'string' && /^[A-Za-z0-9_]{1,40}$/.test(code) ? { code } : {}),
    message: harmless(thrown.message),
    at: (thrown.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at [^\n]*:\d+:\d+\)?$/.test(line))
      .slice(0, 12),
    ...(cause instanceof Error && depth < mostCauses ? { cause: loggedError(cause, depth + 1) } : {}),
  };
}

/** A cause is a word of ours or an error. */
function loggedCause(cause: unknown): unknown {
  if (cause instanceof Error) return loggedError(cause);
  return typeof cause === 'string' && /^[A-Z_]{1,40}$/.test(cause) ? cause : undefined;
}

/**
 * A message without what a value could be: quoted text, ideographs, words with three digits or more, addresses of
 * mail. What is left is a library's own wording.
 */
export function harmless(message: string): string {
  return message
    .slice(0, 300)
    .split('\n', 1)[0]!
    .replace(/"[^"]*"?|'[^']*'?|`[^`]*`?|“[^”]*”?/gu, '…')
    .replace(/\S*[\p{Script=Han}@]\S*/gu, '…')
    .replace(/\S*\d\S*\d\S*\d\S*/g, '…');
}
