/**
 * Answers the auditor's question who read what, when and why: intents that match, each with its outcome, and
 * refusals. The chain is checked along the way, so that a finding never comes from a log that was tampered with
 * before it without that being said.
 */
import { parseEntry, type AuditEntry } from './entry.ts';
import { walkAuditLog, type WalkEnd } from './walk.ts';

/** All given members must match. Texts are compared exactly. */
export interface AuditQuery {
  /** Pseudonyms of one subject (one for each kind of identifier it may have been); one of them must occur. */
  readonly subjects?: readonly string[];
  /** `caller.consumer` of the entry. */
  readonly consumer?: string;
  /** The human behind the system, as the entry names them. */
  readonly user?: string;
  readonly case?: string;
  /** Not before. */
  readonly from?: Date;
  /** Before, not at. */
  readonly to?: Date;
}

export type SearchStep =
  /** `outcome` is missing if the process ended before it, or the log does. */
  | { readonly kind: 'finding'; readonly entry: AuditEntry; readonly outcome?: AuditEntry }
  | (WalkEnd & { readonly searched: number });

/** Matching intents that wait for their outcome; the oldest is given out without it when there are more. */
const MAX_PENDING = 10_000;

/** Yields findings as their outcomes come by, then exactly one `end` with the state of the chain. */
export async function* searchAuditLog(
  directory: string,
  query: AuditQuery,
  onProgress?: (entries: number) => void,
): AsyncGenerator<SearchStep> {
  const pending = new Map<string, AuditEntry>();
  let searched = 0;
  for await (const step of walkAuditLog(directory)) {
    if (step.kind === 'end') {
      for (const entry of pending.values()) yield { kind: 'finding', entry };
      yield { ...step, searched };
      return;
    }
    for (const { frame, line } of step.entries) {
      if (frame.kind === 'outcome' && pending.size > 0) {
        const outcome = parseEntry(line.bytes);
        const request = requestOf(outcome);
        const entry = pending.get(request);
        if (entry === undefined) continue;
        pending.delete(request);
        yield { kind: 'finding', entry, outcome };
      } else if (frame.kind === 'start') {
        // Another run of the gateway: what the last one left open stays open.
        for (const entry of pending.values()) yield { kind: 'finding', entry };
        pending.clear();
      } else if ((frame.kind === 'intent' || frame.kind === 'refusal') && mayMatch(line.bytes, query)) {
        const entry = parseEntry(line.bytes);
        if (!matches(entry, query)) continue;
        if (frame.kind === 'refusal') {
          yield { kind: 'finding', entry };
          continue;
        }
        // Two intents under one number: both are shown, neither hides the other.
        const namesake = pending.get(requestOf(entry));
        if (namesake !== undefined) yield { kind: 'finding', entry: namesake };
        pending.delete(requestOf(entry));
        pending.set(requestOf(entry), entry);
        const [oldest] = pending;
        if (pending.size > MAX_PENDING && oldest !== undefined) {
          pending.delete(oldest[0]);
          yield { kind: 'finding', entry: oldest[1] };
        }
      }
    }
    searched += step.entries.length;
    onProgress?.(searched);
  }
}

function requestOf({ request }: AuditEntry): string {
  return typeof request === 'string' ? request : '';
}

/** A pseudonym is plain ASCII: an entry whose bytes do not hold it need not be parsed. */
function mayMatch(bytes: Buffer, { subjects }: AuditQuery): boolean {
  return subjects?.some((subject) => bytes.includes(subject, 0, 'latin1')) ?? true;
}

/** Whether one intent or refusal is what the query asks for. */
export function matches(entry: AuditEntry, query: AuditQuery): boolean {
  const { subjects, caller } = entry;
  const time = Date.parse(entry.time);
  return (
    (query.subjects === undefined ||
      (Array.isArray(subjects) && query.subjects.some((subject) => subjects.includes(subject)))) &&
    (query.consumer === undefined || memberOf(caller, 'consumer') === query.consumer) &&
    (query.user === undefined || entry['user'] === query.user) &&
    (query.case === undefined || entry['case'] === query.case) &&
    (query.from === undefined || time >= query.from.getTime()) &&
    (query.to === undefined || time < query.to.getTime())
  );
}

function memberOf(value: unknown, member: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, member)
    ? (value as Record<string, unknown>)[member]
    : undefined;
}
