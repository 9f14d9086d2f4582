// What PostgreSQL's errors mean to us. Its messages can hold values of a row or a key, so only those that speak of
// names (tables, columns, roles) are repeated.
import { SourceError } from '../source-error.ts';
import type { SourceFailureCode } from '../contract.ts';
import { SqlNameError } from './name-error.ts';

/** Classes whose messages hold only names: undefined table and column, schema, database, privilege, password. */
const NAMES_ONLY = /^(?:42P01|42703|3F000|3D000|42501|28P01|28000)$/;

export function asSourceError(error: unknown, doing = 'querying'): SourceError {
  if (error instanceof SourceError) return error;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const state = typeof code === 'string' ? code : '';
  const words = NAMES_ONLY.test(state) && typeof message === 'string' ? `: ${message}` : '';
  const detail = `${doing}: ${state === '' ? 'connection lost' : state}${words}`;
  if (state === '42P01' || state === '42703') return new SqlNameError('SOURCE_INVALID_ANSWER', detail);
  // Names of Node, no code at all, shut down by its administrator: the connection is gone. Rows may have come before
  // that; whoever received them knows.
  const unanswered = !/^[0-9A-Z]{5}$/.test(state) || /^(?:08|57P0)/.test(state);
  return new SourceError(meaningOf(state), detail, { unanswered });
}

function meaningOf(state: string): SourceFailureCode {
  if (state === '57014') return 'SOURCE_TIMEOUT';
  if (state === '53300') return 'SOURCE_OVERLOADED';
  if (/^(?:28|42501|3D000|0A000|25006)/.test(state)) return 'SOURCE_REFUSED';
  // Names of Node (ECONNREFUSED), connection exceptions, shutdown, no code at all: the server cannot be reached.
  if (!/^[0-9A-Z]{5}$/.test(state) || /^(?:08|57P|53|58|XX)/.test(state)) return 'SOURCE_UNREACHABLE';
  return 'SOURCE_INVALID_ANSWER';
}
