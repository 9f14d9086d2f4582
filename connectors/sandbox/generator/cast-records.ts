// What the members of the cast hold, relative to today. A member without an entry holds nothing, so that every
// state appears alone.
import type { CastMember } from './cast.ts';
import { castAt } from './cast.ts';
import type { ListingSpec } from './court-listings.ts';
import { addDays, addMonths } from './dates.ts';
import type { SanctionSpec, ViolationSpec } from './hr-records.ts';
import type { EntrySpec, MisconductSpec, PointSpec } from './bidding-records.ts';
import type { BanSpec } from './procurement-records.ts';
import type { TaxListingSpec } from './finance-records.ts';
import type { BreachSpec, CommitmentSpec, ProjectSpec } from './investment-records.ts';
import type { BiddingBanSpec, PenaltySpec, WageArrearsSpec } from './publicity-records.ts';
import type { UtilitySpec } from './utility-records.ts';

/** Facts from which the agencies' records are made; the rest of a record comes from the seed. */
export interface ScriptedRecords {
  readonly listings?: readonly ListingSpec[];
  readonly bans?: readonly BanSpec[];
  readonly contracts?: number;
  /** Events of misconduct in procurement. */
  readonly misconduct?: number;
  readonly taxListings?: readonly TaxListingSpec[];
  /** Debt ratio in per cent of last year. */
  readonly debtRatio?: number;
  readonly arrears?: number;
  readonly utilities?: readonly UtilitySpec[];
  readonly penalties?: readonly PenaltySpec[];
  readonly wageArrears?: readonly WageArrearsSpec[];
  readonly biddingBans?: readonly BiddingBanSpec[];
  /** Last days of honours granted for two years. */
  readonly redListedUntil?: readonly string[];
  readonly sanctions?: readonly SanctionSpec[];
  readonly violations?: readonly ViolationSpec[];
  readonly points?: readonly PointSpec[];
  /** On the roll of procurement agents, or in the pool of evaluation experts. */
  readonly tradingEntries?: readonly EntrySpec[];
  readonly tradingMisconduct?: readonly MisconductSpec[];
  readonly projects?: readonly ProjectSpec[];
  readonly breaches?: readonly BreachSpec[];
  readonly commitments?: readonly CommitmentSpec[];
  /** Court and procurement know the organisation code only. */
  readonly keyedByOrgCode?: true;
  /** The credit office knows penalties by an old registration number only: that of this member. */
  readonly keyedByNumberOf?: string;
  /** The personnel department knows sanctions by the citizen id of fifteen places only. */
  readonly keyedByOldCitizenId?: true;
}

/** A ban from 400 days ago until 330 days ahead. */
function banInForce(today: string): BanSpec {
  return { from: addDays(today, -400), to: addDays(today, 330), state: 'NORMAL' };
}

/** A day of this year's scoring cycle, or as near to it as the year allows. */
function pointsDay(today: string, monthsAgo: number): string {
  const first = `${today.slice(0, 4)}-01-01`;
  const day = addMonths(today, -monthsAgo);
  return day < first ? first : day;
}

/** What the controls hold has ended, so that it means nothing to anybody. */
function longAgo(today: string): { readonly then: string; readonly over: string } {
  const then = addMonths(today, -84);
  return { then, over: addMonths(then, 12) };
}

const PROCUREMENT_LAW = '《中华人民共和国政府采购法》第七十七条';

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
  'fined-heavily': (today) => ({
    penalties: [{ kind: '罚款', fine: '300', decidedOn: addMonths(today, -12), basis: PROCUREMENT_LAW }],
  }),
  'fined-lightly': (today) => ({
    penalties: [{ kind: '罚款', fine: '5', decidedOn: addMonths(today, -12), basis: PROCUREMENT_LAW }],
  }),
  'fined-elsewhere': (today) => ({
    penalties: [{ kind: '罚款', fine: '5', decidedOn: addMonths(today, -12) }],
  }),
  'licence-revoked-long-ago': (today) => ({
    penalties: [{ kind: '吊销许可证件', decidedOn: addDays(addMonths(today, -36), -1) }],
  }),
  'wage-arrears': (today) => ({ wageArrears: [{ listedOn: addMonths(today, -10) }] }),
  'bidding-banned': (today) => ({
    biddingBans: [{ ground: '串通投标', from: addMonths(today, -6), to: addMonths(today, 6) }],
  }),
  'red-listed': (today) => ({ redListedUntil: [addMonths(today, 12)] }),
  'penalised-department': (today) => ({
    penalties: [{ kind: '警告', decidedOn: addMonths(today, -4) }],
  }),

  'legacy-number': (today) => ({
    keyedByNumberOf: 'legacy-number',
    penalties: [{ kind: '罚款', fine: '300', decidedOn: addMonths(today, -12), basis: PROCUREMENT_LAW }],
  }),
  'shared-number-a': (today) => ({
    keyedByNumberOf: 'shared-number-a',
    penalties: [{ kind: '罚款', fine: '300', decidedOn: addMonths(today, -12), basis: PROCUREMENT_LAW }],
  }),
  'shared-number-b': () => ({ keyedByNumberOf: 'shared-number-a' }),
  'points-over': (today) => ({
    points: [
      { code: 'J04', decidedOn: pointsDay(today, 1) },
      { code: 'J02', decidedOn: pointsDay(today, 0) },
    ],
  }),
  'points-under': (today) => ({ points: [{ code: 'J04', decidedOn: pointsDay(today, 0) }] }),
  'agent-clean': (today) => ({ tradingEntries: [{ since: addMonths(today, -40) }] }),
  'agent-banned': (today) => ({
    tradingEntries: [{ since: addMonths(today, -40) }],
    tradingMisconduct: [
      {
        ...{ kind: '串通', measure: '禁止', decidedOn: addMonths(today, -3) },
        ...{ from: addMonths(today, -3), to: addMonths(today, 21) },
      },
    ],
  }),
  'agent-recorded': (today) => ({
    tradingEntries: [{ since: addMonths(today, -40) }],
    tradingMisconduct: [{ kind: '泄密', measure: '记录', decidedOn: addMonths(today, -7) }],
  }),
  'expert-clean': (today) => ({ tradingEntries: [{ since: addMonths(today, -30) }] }),
  'expert-banned': (today) => ({
    tradingEntries: [{ since: addMonths(today, -30) }],
    tradingMisconduct: [
      { kind: '行贿受贿', measure: '禁止', decidedOn: addMonths(today, -2), from: addMonths(today, -2) },
    ],
  }),
  'expert-recorded': (today) => ({
    tradingEntries: [{ since: addMonths(today, -30) }],
    tradingMisconduct: [{ kind: '未回避', measure: '记录', decidedOn: addDays(addMonths(today, -36), -1) }],
  }),

  'promise-broken': (today) => ({
    commitments: [
      { dueOn: addMonths(today, -3) },
      { dueOn: addMonths(today, 9), changedOn: addMonths(today, -1), change: '政府换届' },
    ],
  }),
  'promise-kept': (today) => ({
    commitments: [
      { dueOn: addMonths(today, -3), fulfilledOn: addMonths(today, -4) },
      {
        ...{ dueOn: addMonths(today, 9), changedOn: addMonths(today, -6) },
        ...{ change: '公共利益', compensatedOn: addMonths(today, -2) },
      },
    ],
  }),
  'ppp-body': (today) => ({
    projects: [
      {
        ...{ ppp: true, stage: '实施', startedOn: '2018-03-01', performance: '失信' },
        responsible: [
          { person: 'ppp-then', stage: '筹备', from: '2018-03-01', to: '2020-06-30' },
          { person: 'ppp-now', stage: '实施', from: '2020-07-01', to: null },
        ],
      },
    ],
    breaches: [{ decidedOn: addMonths(today, -5) }],
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
  'overlapping-warnings': (today) => ({
    sanctions: [
      { kind: '警告', effectiveOn: addMonths(today, -8), series: '政务处分', act: 1 },
      { kind: '警告', effectiveOn: addMonths(today, -7), series: '政务处分', act: 2 },
    ],
  }),
  'party-warned': (today) => ({
    sanctions: [{ kind: '党内严重警告', effectiveOn: addMonths(today, -15), series: '党纪处分' }],
  }),
  'different-kinds': (today) => ({
    sanctions: [
      { kind: '警告', effectiveOn: addMonths(today, -17), series: '处分', act: 1 },
      { kind: '记过', effectiveOn: addMonths(today, -13), series: '处分', act: 2 },
    ],
  }),
  'violation-on-file': (today) => ({ violations: [{ decidedOn: addMonths(today, -5) }] }),
  'old-citizen-id': (today) => ({
    keyedByOldCitizenId: true,
    sanctions: [{ kind: '警告', effectiveOn: addMonths(today, -2) }],
  }),
  'listed-person': (today) => ({
    listings: [{ ground: 5, publishedOn: addMonths(today, -9), state: '正常' }],
  }),
  'control-firm': (today) => {
    const { then, over } = longAgo(today);
    return {
      listings: [{ ground: 3, publishedOn: then, deletedOn: over, state: '正常' }],
      bans: [{ from: then, to: over, state: 'NORMAL' }],
      misconduct: 1,
      contracts: 1,
      utilities: [{ type: '01', monthsAgo: 84, settled: true }],
      penalties: [{ kind: '警告', decidedOn: then }],
      wageArrears: [{ listedOn: then, removedOn: over }],
      biddingBans: [{ ground: '其他', from: then, to: over }],
      redListedUntil: [over],
      points: [{ code: 'J04', decidedOn: then }],
      tradingEntries: [{ since: then, until: over }],
      tradingMisconduct: [{ kind: '泄密', measure: '记录', decidedOn: then, from: then, to: over }],
    };
  },
  'control-person': (today) => {
    const { then, over } = longAgo(today);
    return {
      listings: [{ ground: 3, publishedOn: then, deletedOn: over, state: '正常' }],
      sanctions: [
        { kind: '警告', effectiveOn: then, series: '处分', act: 1 },
        { kind: '警告', effectiveOn: then, series: '政务处分', act: 1 },
      ],
      violations: [{ decidedOn: then }],
      tradingEntries: [{ since: then, until: over }],
      tradingMisconduct: [{ kind: '未回避', measure: '记录', decidedOn: then, from: then, to: over }],
    };
  },
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
