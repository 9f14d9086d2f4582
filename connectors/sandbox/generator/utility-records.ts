// What the utilities know of an organisation, in the columns of their service: bills that were not paid when due. Made
// on demand.
import { isFirm } from './body-class.ts';
import { scriptedAt } from './cast-records.ts';
import { addDays, addMonths } from './dates.ts';
import { organisationAt } from './organisation.ts';
import { drawsFor } from './random.ts';
import { RESERVED_ORGANISATIONS, type World } from './world.ts';

/** An overdue bill. Dates YYYY-MM-DD, period YYYY-MM, amount in yuan. */
export interface UtilityItem {
  /** USCC. */
  readonly subjectCode: string;
  readonly billNo: string;
  readonly customerNo: string;
  /** 01 water, 02 power, 03 gas. */
  readonly utilityType: UtilitySpec['type'];
  readonly supplier: string;
  readonly areaCode: string;
  readonly period: string;
  readonly amount: string;
  readonly dueDate: string;
  readonly settledDate: string | null;
}

/** What decides how an arrear stands: months since its period, and whether it was settled. */
export interface UtilitySpec {
  readonly type: '01' | '02' | '03';
  readonly monthsAgo: number;
  readonly settled: boolean;
}

const SUPPLIERS: Readonly<Record<UtilitySpec['type'], string>> = {
  '01': '合成自来水公司',
  '02': '合成供电公司',
  '03': '合成燃气公司',
};

/** Bills of public bodies and firms fall due on the 20th of the next month. */
const DUE_DAY = 19;

export function utilityArrearsOf(world: World, index: number): readonly UtilityItem[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, 'utilities', index);
  const { bodyClass, uscc, region } = organisationAt(world.seed, index);
  const chance = isFirm(bodyClass) ? 0.05 : 0.08;
  const drawn = !scripted && index >= RESERVED_ORGANISATIONS && draws.chance(chance);
  const specs: readonly UtilitySpec[] = drawn
    ? Array.from({ length: draws.between(1, 4) }, () => ({
        type: draws.pick(['01', '02', '03']),
        monthsAgo: draws.between(2, 26),
        settled: draws.chance(0.6),
      }))
    : (scripted?.utilities ?? []);
  const thisMonth = `${world.today.slice(0, 7)}-01`;
  return specs.map(({ type, monthsAgo, settled }, at) => {
    const from = addMonths(thisMonth, -monthsAgo);
    const dueDate = addDays(addMonths(from, 1), DUE_DAY);
    const settledDate = addDays(dueDate, draws.between(1, 40));
    return {
      subjectCode: uscc,
      billNo: `HCZD-${from.slice(0, 7).replace('-', '')}-${index}-${at}`,
      customerNo: `99${String(index).padStart(8, '0')}${type}`,
      utilityType: type,
      supplier: SUPPLIERS[type],
      areaCode: region,
      period: from.slice(0, 7),
      amount: `${draws.between(80, 240_000)}.${String(draws.between(0, 99)).padStart(2, '0')}`,
      dueDate,
      settledDate: settled && settledDate < world.today ? settledDate : null,
    };
  });
}
