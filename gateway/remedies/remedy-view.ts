// Remedies as the interface shows them; what a caller may see of them the decision table says field by field.
import type { RemedyKind } from '../../policies/engine/remedy-law.ts';
import { isProvisional } from '../../policies/engine/working-days.ts';
import { beijingDay } from '../../schema/identifiers/calendar-date.ts';
import type { Decided } from '../request/stages.ts';
import type { Query } from '../state/state.ts';
import { permittedDeeds } from './in-sight.ts';
import {
  type Procedure,
  deedsIn,
  mitigationProcedure,
  objectionProcedure,
  repairProcedure,
} from './procedure.ts';
import { type CorrectionRow, type Remedy, type RemedyStepRow, stepsOf } from './remedy-store.ts';

type View = Readonly<Record<string, unknown>>;

const procedures: Readonly<Record<RemedyKind, Procedure<string, string>>> = {
  OBJECTION: objectionProcedure,
  REPAIR: repairProcedure,
  MITIGATION: mitigationProcedure,
};

/** Views with their history, in one statement, and with what the caller can do now. */
export async function viewsOf(
  query: Query,
  remedies: readonly Remedy[],
  decided: Decided,
): Promise<readonly View[]> {
  if (remedies.length === 0) return [];
  const steps = await stepsOf(
    query,
    remedies.map(({ number }) => number),
  );
  return remedies.map((remedy) =>
    viewOf(
      remedy,
      steps.filter(({ number }) => number === remedy.number),
      decided,
    ),
  );
}

function viewOf(remedy: Remedy, steps: readonly RemedyStepRow[], decided: Decided): View {
  const deeds = deedsIn<string, string>(procedures[remedy.kind], remedy.state);
  return {
    number: remedy.number,
    revision: remedy.revision,
    state: remedy.state,
    subject: remedy.subject_id,
    source: remedy.source,
    recordType: remedy.record_type,
    record: remedy.record,
    statement: remedy.statement,
    promise: remedy.statement,
    fact: remedy.statement,
    decidedBy: remedy.decided_by,
    correctedOn: remedy.corrected_on,
    filedOn: remedy.filed_on,
    recognisedOn: remedy.filed_on,
    dueOn: remedy.due_on,
    dueProvisional: remedy.due_on !== null && isProvisionalSince(decided, remedy.due_on, steps.at(-1)?.at),
    overdue: remedy.open && remedy.due_on !== null && remedy.due_on < decided.admitted.today,
    effect: remedy.effect,
    ground: remedy.ground,
    next: permittedDeeds(decided, deeds),
    history: steps.map(stepView),
  };
}

/** Whether a day that was told at a moment was counted without all days off of its year. */
export function isProvisionalSince({ admitted }: Decided, due: string, toldAt: Date | undefined): boolean {
  const { calendar } = admitted.snapshot.policies.remedyLaw;
  return isProvisional(calendar, due, toldAt === undefined ? admitted.today : beijingDay(toldAt));
}

/** A step that a case took, of whatever kind the case is. */
export function stepView(
  step: Pick<RemedyStepRow, 'from_state' | 'to_state' | 'at' | 'consumer' | 'official' | 'reason'>,
): View {
  return {
    from: step.from_state,
    to: step.to_state,
    at: step.at.toISOString(),
    consumer: step.consumer,
    user: step.official,
    reason: step.reason,
  };
}

export function correctionView(row: CorrectionRow): View {
  return {
    objection: row.objection,
    source: row.source,
    recordType: row.record_type,
    record: row.record,
    reason: row.reason,
    requestedOn: row.requested_on,
    closedOn: row.closed_on,
    outcome: row.outcome,
  };
}
