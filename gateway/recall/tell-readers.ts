// Tells every reader of a record that it no longer means what it meant: from the step of a remedy to a notice in each
// reader's list, in one transaction. What a crash leaves undone is done by whoever comes next, and nothing twice.
import { workingDaysAfter } from '../../policies/engine/working-days.ts';
import { beijingDay } from '../../schema/identifiers/calendar-date.ts';
import type { AuditLog } from '../audit/log.ts';
import type { PolicySnapshot } from '../request/snapshot.ts';
import type { GatewayState, Query } from '../state/state.ts';
import { changeKindOf } from './change-kind.ts';
import {
  type Change,
  enterChange,
  enterNotice,
  findReaders,
  takeDueChange,
  takeNextStep,
} from './change-store.ts';
import { standingOf } from './reader-standing.ts';
import { lockForTelling } from './recall-lock.ts';

export interface TellingParts {
  readonly state: GatewayState;
  readonly snapshot: () => PolicySnapshot;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: () => Date;
  /** How many days before a change readings count. */
  readonly days: number;
}

/**
 * Seconds after a change in which a reading may still have met the record as it was: what was asked before it became
 * visible, and clocks of replicas that differ.
 */
const marginSeconds = 10;

/** Tells the readers of the next change. @returns false where there is none */
export function tellNext(parts: TellingParts): Promise<boolean> {
  const { state, days } = parts;
  return state.transaction(async (query) => {
    await lockForTelling(query);
    const step = await takeNextStep(query);
    if (step !== undefined) {
      const kind = changeKindOf(step);
      if (kind !== undefined)
        await tell(query, await enterChange(query, step, kind, { days, margin: marginSeconds }), parts);
      return true;
    }
    const again = await takeDueChange(query);
    if (again === undefined) return false;
    await tell(query, again, parts);
    return true;
  });
}

async function tell(query: Query, change: Change, { snapshot, audit, clock }: TellingParts): Promise<void> {
  const current = snapshot();
  const { remedyLaw } = current.policies;
  const at = clock();
  const today = beijingDay(at);
  const acknowledgeBy = workingDaysAfter(remedyLaw.calendar, today, remedyLaw.acknowledgement);
  const told: { consumer: string; purpose: string; number: string }[] = [];
  const untold: { consumer: string; purpose: string; reason: string }[] = [];
  for (const reader of await findReaders(query, change, rulesAbout(current, change.record_type))) {
    const { consumer, purpose } = reader;
    const standing = standingOf(current, reader, change, today);
    const number = await enterNotice(query, { change, reader, standing, at, acknowledgeBy });
    if (standing.kind === 'untold') untold.push({ consumer, purpose, reason: standing.reason });
    else told.push({ consumer, purpose, number: number! });
  }
  audit.append({
    kind: 'recall',
    change: change.kind,
    remedy: change.number,
    step: change.seq,
    subject: change.subject,
    source: change.source,
    recordType: change.record_type,
    policyVersion: current.policies.policySet.version,
    told,
    untold,
  });
}

/** Ids of every rule that judges records of a type. */
function rulesAbout({ policies }: PolicySnapshot, recordType: string): readonly string[] {
  return [...policies.rulebook.scenes.values()]
    .flatMap(({ rules }) => rules)
    .filter((rule) => rule.recordType.name === recordType)
    .map(({ id }) => id);
}
