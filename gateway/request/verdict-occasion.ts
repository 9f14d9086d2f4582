// When and where a verdict is asked for: the day and place given, else today (Beijing) and the caller's own region.
import type { RegionCode } from '../../schema/identifiers/region-code.ts';
import type { Occasion } from '../verdict/assess-record.ts';
import type { Admitted } from './stages.ts';

/** Arguments of `eligibility`, coerced. */
export interface OccasionArguments {
  readonly asOf?: unknown;
  readonly jurisdiction?: unknown;
}

export function occasionOf({ snapshot, caller, today }: Admitted, given: OccasionArguments): Occasion {
  const asOf = typeof given.asOf === 'string' ? given.asOf : today;
  const place =
    typeof given.jurisdiction === 'string'
      ? (given.jurisdiction as RegionCode)
      : (caller.consumer.region as RegionCode | undefined);
  const profile = snapshot.policies.rulebook.jurisdictions.profileOf(place, asOf);
  return { asOf, today, place, profile };
}

export function isSameOccasion(a: Occasion, b: Occasion): boolean {
  return a.asOf === b.asOf && a.place === b.place;
}
