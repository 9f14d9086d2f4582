/**
 * The line format of the audit log and the rule of its chain.
 *
 * One entry is one line of UTF-8, ended by LF, whose members stand in this order:
 *
 *     {"seq":2,"time":"2026-05-03T08:00:00.000Z","prev":"<64 hex>","kind":"intent", …body… ,"hash":"<64 hex>"}
 *
 * RULE: `hash` is SHA-256, in lower-case hex, over the bytes of the line that stand before `,"hash":"`, the last
 * 75 bytes before the LF. `prev` is the `hash` of the entry before, in whichever segment that is. The first entry
 * has `seq` 1 and the `prev` of `GENESIS`. Anybody can check one line without our code:
 *
 *     sed -n 5p audit-000001.jsonl | sed 's/,"hash":"[0-9a-f]*"}$//' | tr -d '\n' | sha256sum
 */
import { hash as digest } from 'node:crypto';
import { AuditError } from './audit-error.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** What a caller appends: a kind and any JSON members but `seq`, `time`, `prev`, `hash`. */
export type AuditBody = { readonly kind: string; readonly [member: string]: Json };

/** An entry as it is read back: the body between the log's own members. */
export type AuditEntry = AuditBody & {
  readonly seq: number;
  /** UTC, milliseconds, as the writer's clock showed it. */
  readonly time: string;
  readonly prev: string;
  readonly hash: string;
};

/** The last entry of a chain so far: its number and its hash. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** The head of an empty log: entry 1 follows entry 0, whose hash is 64 zeros. */
export const GENESIS: Head = { seq: 0, hash: '0'.repeat(64) };

/** Longest entry that may be appended, in UTF-16 units: far above a 100 kB request with its subjects. */
export const MAX_ENTRY_CHARACTERS = 4 * 1024 * 1024;

const KIND = /^[a-z][a-z-]{0,31}$/;
const RESERVED = ['seq', 'time', 'prev', 'hash'] as const;

/**
 * Writes the entry that follows `head`.
 * @returns the line with its LF, and the head that the log has with it.
 * @throws AuditError AUDIT_ENTRY_INVALID, AUDIT_ENTRY_TOO_LARGE; the log is as it was.
 */
export function encodeEntry(head: Head, time: string, body: AuditBody): { line: string; head: Head } {
  const seq = head.seq + 1;
  const text = `{"seq":${seq},"time":"${time}","prev":"${head.hash}",${bodyText(body)}`;
  if (text.length > MAX_ENTRY_CHARACTERS) {
    throw new AuditError('AUDIT_ENTRY_TOO_LARGE', `an audit entry of ${text.length} characters is too large`);
  }
  const hash = digest('sha256', text, 'hex');
  return { line: `${text},"hash":"${hash}"}\n`, head: { seq, hash } };
}

/** The members of the body, `kind` first, without the braces around them. */
function bodyText(body: AuditBody): string {
  if (typeof body.kind !== 'string' || !KIND.test(body.kind)) {
    throw new AuditError('AUDIT_ENTRY_INVALID', 'the kind of an audit entry is a short lower-case word');
  }
  for (const member of RESERVED) {
    if (Object.hasOwn(body, member)) {
      throw new AuditError(
        'AUDIT_ENTRY_INVALID',
        `"${member}" of an audit entry is written by the log itself`,
      );
    }
  }
  const text = stringify(body);
  if (text.startsWith('{"kind":"')) return text.slice(1, -1);
  const { kind, ...rest } = body;
  const others = stringify(rest).slice(1, -1);
  return others === '' ? `"kind":"${kind}"` : `"kind":"${kind}",${others}`;
}

function stringify(value: object): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new AuditError('AUDIT_ENTRY_INVALID', 'an audit entry cannot be written as JSON', { cause });
  }
}

/** What the chain needs of a line, read without parsing the body. */
export interface Frame extends Head {
  readonly time: string;
  readonly prev: string;
  readonly kind: string;
  /** True if `hash` is the digest of the line's content. */
  readonly intact: boolean;
}

/** `,"hash":"`, 64 characters, `"}`. */
const TAIL_BYTES = 75;
/** More than the longest head that `HEAD_FORM` accepts. */
const HEAD_BYTES = 240;
const HEAD_FORM =
  /^\{"seq":([1-9]\d{0,15}),"time":"([^"\\]{1,40})","prev":"([0-9a-f]{64})","kind":"([a-z][a-z-]{0,31})",/;

/** Reads one line (without its LF); undefined if it does not have the form of an entry. */
export function readFrame(line: Buffer): Frame | undefined {
  if (line.length < TAIL_BYTES) return undefined;
  const end = line.length - TAIL_BYTES;
  // The comma before "hash" also ends a body that consists of its kind only.
  const head = HEAD_FORM.exec(line.toString('latin1', 0, Math.min(end + 1, HEAD_BYTES)));
  const tail = line.toString('latin1', end);
  if (head === null || !tail.startsWith(',"hash":"') || !tail.endsWith('"}')) return undefined;
  const hash = tail.slice(9, -2);
  const [, seq = '', time = '', prev = '', kind = ''] = head;
  return {
    seq: Number(seq),
    time,
    prev,
    kind,
    hash,
    intact: digest('sha256', line.subarray(0, end), 'hex') === hash,
  };
}

/** The whole entry of a line that `readFrame` accepted. @throws AuditError AUDIT_CHAIN_BROKEN if it is not JSON after all */
export function parseEntry(line: Buffer): AuditEntry {
  try {
    return JSON.parse(line.toString('utf8')) as AuditEntry;
  } catch (cause) {
    throw new AuditError('AUDIT_CHAIN_BROKEN', 'an entry with a right hash is not JSON: it was forged', {
      cause,
    });
  }
}
