// What the members of the cast hold, relative to today. A member without an entry holds nothing, so that every
// state appears alone.
import type { CastMember } from './cast.ts';
import { castAt } from './cast.ts';
import type { ListingSpec } from './court-listings.ts';
import { addDays, addMonths } from './dates.ts';
import type { SanctionSpec } from './hr-records.ts';
import type { BanSpec } from './procurement-records.ts';
import type { TaxListingSpec } from './finance-records.ts';
import type { UtilitySpec } from './utility-records.ts';

/** Facts from which the agencies' records are made; the rest of a record comes from the seed. */
export interface ScriptedRecords {
  readonly listings?: readonly ListingSpec[];
  readonly bans?: readonly BanSpec[];
  readonly contracts?: number;
  readonly taxListings?: readonly TaxListingSpec[];
  /** Debt ratio in per cent of last year. */
  readonly debtRatio?: number;
  readonly arrears?: number;
  readonly utilities?: readonly UtilitySpec[];
  readonly sanctions?: readonly SanctionSpec[];
  /** Court and procurement know the organisation code only. */
  readonly keyedByOrgCode?: true;
}

/** A ban from 400 days ago until 330 days ahead. */
function banInForce(today: string): BanSpec {
  return { from: addDays(today, -400), to: addDays(today, 330), state: 'NORMAL' };
}

const SCRIPT: Readonly<Record<string, (today: string) => ScriptedRecords>> = {
  'listed-firm': (today) => ({
    listings: [{ ground: 1, publishedOn: addMonths(today, -14), state: '正常' }],
  }),
  'listed-expired': (today) => ({
    listings: [{ ground: 3, publishedOn: addDays(addMonths(today, -24), -1), state: '正常' }],
  }),
  'listed-extended': (today) => ({
    listings: [{ ground: 2, publishedOn: addMonths(today, -30), extensionMonths: 12, state: '正常' }],
  }),
  'listed-deleted': (today) => ({
    listings: [
      { ground: 1, publishedOn: addMonths(today, -20), deletedOn: addMonths(today, -1), state: '正常' },
    ],
  }),
  'banned-firm': (today) => ({ bans: [banInForce(today)] }),
  'ban-ended-yesterday': (today) => ({
    bans: [{ from: addMonths(today, -12), to: addDays(today, -1), state: 'NORMAL' }],
  }),
  'ban-no-end': (today) => ({ bans: [{ from: addMonths(today, -6), to: null, state: 'NORMAL' }] }),
  'ban-objection': (today) => ({ bans: [{ ...banInForce(today), state: 'OBJECTION' }] }),
  'ban-repaired': (today) => ({ bans: [{ ...banInForce(today), state: 'REPAIRED' }] }),
  'tax-listed': (today) => ({
    taxListings: [{ listedOn: addMonths(today, -8), removedOn: null, status: '0' }],
  }),
  'same-name-b': (today) => ({ bans: [banInForce(today)] }),
  'legacy-code': (today) => ({
    keyedByOrgCode: true,
    listings: [{ ground: 1, publishedOn: addMonths(today, -50), state: '正常' }],
    bans: [banInForce(today)],
  }),
  'many-contracts': () => ({ contracts: 120 }),
  'arrears-government': () => ({
    debtRatio: 342.5,
    arrears: 6,
    utilities: [
      { type: '01', monthsAgo: 14, settled: true },
      { type: '02', monthsAgo: 7, settled: false },
      { type: '03', monthsAgo: 5, settled: false },
    ],
  }),

  'warned-in-force': (today) => ({ sanctions: [{ kind: '警告', effectiveOn: addMonths(today, -2) }] }),
  'warned-expired': (today) => ({ sanctions: [{ kind: '警告', effectiveOn: addMonths(today, -7) }] }),
  'demerit-in-force': (today) => ({ sanctions: [{ kind: '记过', effectiveOn: addMonths(today, -3) }] }),
  'demerit-undated': (today) => ({
    sanctions: [{ kind: '记过', effectiveOn: null, decidedOn: addMonths(today, -5) }],
  }),
  'sanction-objection': (today) => ({
    sanctions: [{ kind: '记过', effectiveOn: addMonths(today, -4), status: '2' }],
  }),
  'sanction-repaired': (today) => ({
    sanctions: [{ kind: '警告', effectiveOn: addMonths(today, -3), status: '4' }],
  }),
  'same-name-2': (today) => ({ sanctions: [{ kind: '记大过', effectiveOn: addMonths(today, -6) }] }),
  'double-sanction': (today) => ({
    sanctions: [
      { kind: '记过', effectiveOn: addMonths(today, -2), series: '处分', act: 1 },
      { kind: '记过', effectiveOn: addMonths(today, -1), series: '政务处分', act: 1 },
    ],
  }),
  'listed-person': (today) => ({
    listings: [{ ground: 5, publishedOn: addMonths(today, -9), state: '正常' }],
  }),
};

const NOTHING: ScriptedRecords = {};

/** The script of a cast member; undefined for everybody else, whose records are drawn. */
export function scriptedAt(
  kind: CastMember['kind'],
  index: number,
  today: string,
): ScriptedRecords | undefined {
  const member = castAt(kind, index);
  return member && (SCRIPT[member.key]?.(today) ?? NOTHING);
}
