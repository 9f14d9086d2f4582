// What becomes of measures when something becomes of the record they rest on: an objection suspends sanctions where the
// place of the office says so, a settled one lets them go on, a repair in effect or an upheld objection lifts them. In
// the transaction of the remedy, so that neither is without the other.
import { parseRegionCode } from '../../schema/identifiers/region-code.ts';
import type { Jurisdictions } from '../../policies/engine/jurisdictions.ts';
import { takeStep } from '../remedies/procedure.ts';
import type { Remedy, StepBy } from '../remedies/remedy-store.ts';
import type { Query } from '../state/state.ts';
import { type MeasureState, type MeasureStep, measureProcedure } from './office-procedure.ts';
import { type OfficeAct, measuresOnRecord, moveAct } from './office-store.ts';

/** Lets the measures on the record of a remedy follow it. `today`: YYYY-MM-DD. */
export async function followRecord(
  query: Query,
  remedy: Remedy,
  by: StepBy,
  { jurisdictions, today }: { readonly jurisdictions: Jurisdictions; readonly today: string },
): Promise<void> {
  for (const measure of await measuresOnRecord(query, remedy)) {
    const step = stepFor(measure, remedy, jurisdictions);
    if (step === undefined) continue;
    const taken = takeStep(measureProcedure, measure.state as MeasureState, step);
    if (taken.kind !== 'taken') continue;
    const { open } = measureProcedure.states[taken.state];
    const after = { state: taken.state, open, ...(open ? {} : { closed_on: today }) };
    await moveAct(query, measure, after, { ...by, reason: remedy.number });
  }
}

function stepFor(
  measure: OfficeAct,
  { kind, effect }: Pick<Remedy, 'kind' | 'effect'>,
  jurisdictions: Jurisdictions,
): MeasureStep | undefined {
  switch (effect) {
    case 'REPAIRED':
    case 'REVOKED':
      return 'liftMeasure';
    case 'UNDER_OBJECTION':
      return measure.nature === 'SANCTION' && !measure.stands && isSuspendedAt(measure.place, jurisdictions)
        ? 'suspendMeasure'
        : undefined;
    default:
      if (kind !== 'OBJECTION') return undefined;
      return measure.answer === null ? 'resumeOrdered' : 'resumeExecuted';
  }
}

function isSuspendedAt(place: string | null, jurisdictions: Jurisdictions): boolean {
  const region = place === null ? undefined : parseRegionCode(place);
  const profile = jurisdictions.profileOf(region?.ok === true ? region.value : undefined);
  return profile.objection.effect === 'SUSPEND';
}
