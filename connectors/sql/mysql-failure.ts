// What errors of MariaDB and MySQL mean to us. Their messages can hold values of a row or a key, so only those that
// speak of names (tables, columns, users) are repeated.
import type { SourceFailureCode } from '../contract.ts';
import { SourceError } from '../source-error.ts';
import { SqlNameError } from './name-error.ts';

const NO_SUCH_TABLE = 1146;
const NO_SUCH_COLUMN = 1054;

/** Privileges, passwords, unknown databases, writing in a read-only session, unknown ways to sign on. */
const REFUSED = new Set([
  ...[1044, 1045, 1049, 1095, 1130, 1142, 1143, 1227, 1251, 1290, 1370, 1410, 1698, 1792, 1820, 1836],
  ...[2059, 2061, 3118, 3159, 4151],
]);
const NAMES_ONLY = new Set([NO_SUCH_TABLE, NO_SUCH_COLUMN, 1044, 1045, 1049, 1142, 1143, 1370, 1698]);
const TIMED_OUT = new Set([1205, 1317, 1969, 3024]);
const OVERLOADED = new Set([1040, 1203, 1226]);
/** Shutting down, killed, or the network: the server did not answer. */
const LOST = new Set([1053, 1077, 1079, 1080, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1927]);

/** Whether the server refused the statement and nothing else: then the session is as it was. */
export function isStatementError(error: unknown): boolean {
  const number = numberOf(error);
  return number !== undefined && !LOST.has(number) && (error as { fatal?: unknown }).fatal !== true;
}

export function asSourceError(error: unknown, doing = 'querying'): SourceError {
  if (error instanceof SourceError) return error;
  const number = numberOf(error);
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (number === undefined) {
    // A name of Node or of the driver: ECONNREFUSED, PROTOCOL_CONNECTION_LOST, HANDSHAKE_NO_SSL_SUPPORT.
    const what = typeof code === 'string' && /^[A-Z0-9_]{3,60}$/.test(code) ? code : 'connection lost';
    return new SourceError('SOURCE_UNREACHABLE', `${doing}: ${what}`, { unanswered: true });
  }
  const words = NAMES_ONLY.has(number) && typeof message === 'string' ? `: ${message}` : '';
  const detail = `${doing}: ${number}${words}`;
  if (number === NO_SUCH_TABLE || number === NO_SUCH_COLUMN)
    return new SqlNameError('SOURCE_INVALID_ANSWER', detail);
  return new SourceError(meaningOf(number), detail, { unanswered: LOST.has(number) });
}

function meaningOf(number: number): SourceFailureCode {
  if (TIMED_OUT.has(number)) return 'SOURCE_TIMEOUT';
  if (OVERLOADED.has(number)) return 'SOURCE_OVERLOADED';
  if (REFUSED.has(number)) return 'SOURCE_REFUSED';
  if (LOST.has(number)) return 'SOURCE_UNREACHABLE';
  return 'SOURCE_INVALID_ANSWER';
}

/** The server's own number; names of Node carry negative ones. */
function numberOf(error: unknown): number | undefined {
  const { errno, sqlState } = error as { readonly errno?: unknown; readonly sqlState?: unknown };
  return typeof errno === 'number' && errno >= 1000 && (typeof sqlState === 'string' || errno < 5000)
    ? errno
    : undefined;
}
