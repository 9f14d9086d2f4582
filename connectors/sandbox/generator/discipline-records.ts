// What the supervisory commission holds on a person, in the columns of its table. It follows from the personnel file:
// a 政务处分 there is this organ's document, and some acts punished there by a 处分 have one here as well.
import { castAt } from './cast.ts';
import { addDays, addMonths } from './dates.ts';
import { HR_COLUMNS, type HrRow, type SanctionSpec, effectMonths, hrRowsOf } from './hr-records.ts';
import { drawsFor } from './random.ts';
import type { World } from './world.ts';

/** Those of the personnel department's sanctions. */
export const DISCIPLINE_COLUMNS = HR_COLUMNS.sanction;

/** Days after a 处分 on which the 政务处分 for the same act takes effect. */
const LATER = 30;

/** Rows about a person; none for most. */
export function disciplineRowsOf(world: World, index: number): readonly HrRow[] {
  const draws = drawsFor(world.seed, 'discipline', index);
  // Everybody of the cast whose act the personnel department punished is known here, too.
  const known = castAt('person', index) !== undefined;
  const sanctions = hrRowsOf(world, 'sanction', index);
  const acts = new Set(sanctions.filter((row) => row[2] === '政务处分').map((row) => row[3]));
  return sanctions.flatMap((row): HrRow[] => {
    const [citizenId, kind, series, act, , , decidedOn, effectiveOn, , status] = row;
    if (series === '政务处分') return [row];
    if (series === '党纪处分') return [];
    const also = known || draws.chance(0.15);
    if (!also || acts.has(act) || decidedOn === null || decidedOn === undefined) return [];
    const decided = addDays(decidedOn, LATER);
    const effective = effectiveOn === null || effectiveOn === undefined ? null : addDays(effectiveOn, LATER);
    if (decided > world.today || (effective !== null && effective > world.today)) return [];
    const months = effectMonths(kind as SanctionSpec['kind']);
    return [
      [
        ...[citizenId!, kind!, '政务处分', act!, '合成监察机关'],
        `合成政务处分〔${decided.slice(0, 4)}〕${index}9号`,
        ...[decided, effective],
        effective === null || months === null ? null : addDays(addMonths(effective, months), -1),
        status!,
      ],
    ];
  });
}
