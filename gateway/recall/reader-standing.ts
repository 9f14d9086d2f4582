// Whether a consumer may know of a change: as far as today's policies let it read the very record, or a verdict it was
// given cited a rule about it. Nobody learns here of a record it had no right to read. Pure.
import type { DecisionTable } from '../../policies/engine/decision-table.ts';
import type { RowFacts } from '../../policies/engine/evaluate.ts';
import { publicConsumer } from '../../policies/engine/consumers.ts';
import type { RecordType } from '../../schema/catalogue.ts';
import type { PolicySnapshot } from '../request/snapshot.ts';

/** Why a reader is not told. Closed list; the credit office sees it beside the reader. */
export type UntoldReason =
  'ANONYMOUS' | 'SUBJECT_ITSELF' | 'CONSUMER_GONE' | 'PURPOSE_WITHDRAWN' | 'CANNOT_FOLLOW' | 'NOT_PERMITTED';

/** A consumer's readings of one record for one purpose. */
export interface Reader {
  readonly consumer: string;
  readonly purpose: string;
  /** Whether they were for a case, by somebody with a name. */
  readonly case_given: boolean;
  readonly user_given: boolean;
  /** Whether a verdict given then cited a rule about the record's type. */
  readonly cited: boolean;
}

/** The record that changed. */
export interface RecordMeant {
  readonly record_type: string;
  /** What is known of it: name → value. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export type Standing =
  /** `record`: whether its document number may be named. `verdictsOnly`: only readings whose verdict cited it count. */
  | { readonly kind: 'told'; readonly record: boolean; readonly verdictsOnly: boolean }
  | { readonly kind: 'untold'; readonly reason: UntoldReason };

const untold = (reason: UntoldReason): Standing => ({ kind: 'untold', reason });

/** The coordinate whose right is the right to follow changes. */
export const followRight = 'ChangeNotice.cursor';

export function standingOf(
  snapshot: PolicySnapshot,
  reader: Reader,
  meant: RecordMeant,
  today: string,
): Standing {
  const { consumers, purposes } = snapshot.policies.policySet.consumers;
  if (reader.consumer === publicConsumer) return untold('ANONYMOUS');
  const consumer = consumers.get(reader.consumer);
  if (consumer === undefined) return untold('CONSUMER_GONE');
  const purpose = purposes.get(reader.purpose);
  if (purpose === undefined || !consumer.purposes.includes(reader.purpose))
    return untold('PURPOSE_WITHDRAWN');
  if (purpose.ownSubjectOnly) return untold('SUBJECT_ITSELF');
  if (!mayFollow(snapshot, reader.consumer)) return untold('CANNOT_FOLLOW');
  const table = snapshot.tableFor({
    consumer,
    purpose,
    caseGiven: reader.case_given,
    userGiven: reader.user_given,
  });
  const type = snapshot.catalogue.records.get(meant.record_type);
  if (type === undefined) return untold('NOT_PERMITTED');
  const facts: RowFacts = { row: meant.facts as RowFacts['row'], today };
  const grant = table.records.get(type.name);
  if (grant?.anyShown === true && allKnown(grant.visibilityReads, meant) && grant.visible(facts))
    return { kind: 'told', record: namesRecord(table, type, meant, facts), verdictsOnly: false };
  return reader.cited && derives(table, type)
    ? { kind: 'told', record: false, verdictsOnly: true }
    : untold('NOT_PERMITTED');
}

/** Whether a consumer may follow changes for any purpose it holds. */
export function mayFollow(snapshot: PolicySnapshot, name: string): boolean {
  const { consumers, purposes } = snapshot.policies.policySet.consumers;
  const consumer = consumers.get(name);
  return (
    consumer?.purposes.some((held) => {
      const purpose = purposes.get(held)!;
      const table = snapshot.tableFor({ consumer, purpose, caseGiven: true, userGiven: true });
      return table.decisions.get(followRight)?.kind === 'allow';
    }) ?? false
  );
}

/** A condition that looks at what nobody knows of the record might have hidden it: then it did. */
function allKnown(reads: ReadonlySet<string>, { facts }: RecordMeant): boolean {
  return [...reads].every((name) => Object.hasOwn(facts, name));
}

function namesRecord(table: DecisionTable, type: RecordType, meant: RecordMeant, facts: RowFacts): boolean {
  const decision = table.decisions.get(`${type.name}.${type.remedies?.record ?? ''}`);
  if (decision === undefined) return false;
  if (decision.kind !== 'row') return decision.kind === 'allow';
  return allKnown(decision.reads, meant) && decision.decide(facts).kind === 'allow';
}

function derives(table: DecisionTable, type: RecordType): boolean {
  return [...type.fields.values()].some(
    ({ coordinate }) => (table.derivations.get(coordinate)?.kind ?? 'deny') !== 'deny',
  );
}
