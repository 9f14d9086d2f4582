/** Every way in which the audit log can refuse. Codes are stable; messages are for the operator, never for a client. */

export type AuditErrorCode =
  /** Another live process writes to the directory. */
  | 'AUDIT_LOCKED'
  /** The stored chain is broken somewhere other than in a torn last line. */
  | 'AUDIT_CHAIN_BROKEN'
  /** An entry has no valid kind, uses a reserved member, or cannot be written as JSON. */
  | 'AUDIT_ENTRY_INVALID'
  /** One entry exceeds `MAX_ENTRY_CHARACTERS`. */
  | 'AUDIT_ENTRY_TOO_LARGE'
  /** More is waiting for the disk than `queueCharacters` allows. */
  | 'AUDIT_QUEUE_FULL'
  /** `durable` was asked about an entry that was never appended. */
  | 'AUDIT_SEQ_UNKNOWN'
  /** A write or sync failed earlier; nothing is accepted any more. */
  | 'AUDIT_FAILED'
  /** The log has been closed. */
  | 'AUDIT_CLOSED'
  /** A key file is damaged, of the wrong kind, or readable by everybody. */
  | 'AUDIT_KEY_UNSAFE'
  /** The anchor file is not one JSON checkpoint a line, or a signature in it is wrong. */
  | 'AUDIT_ANCHOR_INVALID';

export class AuditError extends Error {
  override readonly name = 'AuditError';
  readonly code: AuditErrorCode;

  constructor(code: AuditErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The `code` of a Node system error (`ENOENT`, `EEXIST`, …), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
