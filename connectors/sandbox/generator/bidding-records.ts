// What the public-resources trading office knows, in the columns of its service: points of bidders, procurement agents,
// evaluation experts. Made on demand.
import { isFirm } from './body-class.ts';
import { scriptedAt } from './cast-records.ts';
import { addDays, addMonths } from './dates.ts';
import { organisationAt } from './organisation.ts';
import { personAt } from './person.ts';
import { drawsFor } from './random.ts';
import { RESERVED_ORGANISATIONS, RESERVED_PERSONS, type World } from './world.ts';

type State = '正常' | '撤销' | '异议' | '其他' | '修复';

/** What decides the legal state of points: they count for a year from their decision. */
export interface PointSpec {
  readonly code: keyof typeof CONDUCT;
  readonly decidedOn: string;
  readonly state?: State;
}

/** What decides the legal state of misconduct. Days of a suspension or ban only. */
export interface MisconductSpec {
  readonly kind: '行贿受贿' | '欺诈' | '串通' | '泄密' | '未回避' | '违规评审' | '其他';
  readonly measure: '记录' | '暂停' | '禁止';
  readonly decidedOn: string;
  readonly from?: string;
  readonly to?: string | null;
  readonly state?: State;
}

/** An entry on the roll of agents or in the pool of experts, and the day it ended. */
export interface EntrySpec {
  readonly since: string;
  readonly until?: string;
}

/** A row of an answer; dates YYYY-MM-DD. `subject`: USCC or citizen id. */
export type BiddingItem = Readonly<Record<string, string | number | null>> & { readonly subject: string };

const CONDUCT = {
  J01: ['投标文件雷同', 6],
  J02: ['无正当理由放弃中标', 4],
  J03: ['未按承诺派驻项目负责人', 3],
  J04: ['提供不实业绩证明', 8],
} as const;

const AUTHORITY = '合成公共资源交易监督管理局';

/** Columns by path of the service. */
export const BIDDING_COLUMNS = {
  '/v2/points': [
    ...['subject', 'eventNo', 'conductCode', 'conduct', 'points', 'cycle', 'authority', 'areaCode'],
    ...['decidedOn', 'validUntil', 'state'],
  ],
  '/v2/agents': ['subject', 'rollNo', 'registeredOn', 'removedOn'],
  '/v2/agents/misconduct': [
    ...['subject', 'docNo', 'conductKind', 'measure', 'authority', 'decidedOn', 'validFrom', 'validUntil'],
    'state',
  ],
  '/v2/experts': ['subject', 'poolNo', 'speciality', 'selectedOn', 'dismissedOn'],
  '/v2/experts/misconduct': [
    ...['subject', 'docNo', 'conductKind', 'measure', 'authority', 'decidedOn', 'validFrom', 'validUntil'],
    'state',
  ],
} as const;

export type BiddingPath = keyof typeof BIDDING_COLUMNS;

/** Points of a bidder, oldest first: 4 in 100 firms. */
export function pointsOf(world: World, index: number): readonly BiddingItem[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, 'points', index);
  const { uscc, region, bodyClass } = organisationAt(world.seed, index);
  const drawn = !scripted && index >= RESERVED_ORGANISATIONS && isFirm(bodyClass) && draws.chance(0.04);
  const specs: readonly PointSpec[] = drawn
    ? Array.from({ length: draws.between(1, 3) }, (): PointSpec => ({
        code: draws.pick(['J01', 'J02', 'J03', 'J04']),
        decidedOn: addDays(world.today, -draws.between(5, 700)),
        state: draws.pick(['正常', '正常', '正常', '正常', '撤销', '修复']),
      })).sort((a, b) => (a.decidedOn < b.decidedOn ? -1 : 1))
    : (scripted?.points ?? []);
  return specs.map(({ code, decidedOn, state }, at) => ({
    subject: uscc,
    eventNo: `HCBL-${index}-${at}`,
    conductCode: code,
    conduct: CONDUCT[code][0],
    points: CONDUCT[code][1],
    cycle: decidedOn.slice(0, 4),
    authority: AUTHORITY,
    areaCode: region,
    decidedOn,
    validUntil: addMonths(decidedOn, 12),
    state: state ?? '正常',
  }));
}

/** Entries on the roll of agents: 2 in 100 firms. */
export function agentEntriesOf(world: World, index: number): readonly BiddingItem[] {
  const { uscc, bodyClass } = organisationAt(world.seed, index);
  return entries(world, 'organisation', index, isFirm(bodyClass) ? 0.02 : 0).map(({ since, until }, at) => ({
    subject: uscc,
    rollNo: `HCDL-${index}-${at}`,
    registeredOn: since,
    removedOn: until ?? null,
  }));
}

/** Misconduct of agents. */
export function agentMisconductOf(world: World, index: number): readonly BiddingItem[] {
  const agent = agentEntriesOf(world, index).length > 0;
  return misconduct(world, 'organisation', index, agent, organisationAt(world.seed, index).uscc);
}

/** Entries in the pool of experts: 5 in 100 persons. */
export function expertEntriesOf(world: World, index: number): readonly BiddingItem[] {
  const { citizenId } = personAt(world.seed, index);
  const draws = drawsFor(world.seed, 'speciality', index);
  return entries(world, 'person', index, 0.05).map(({ since, until }, at) => ({
    subject: citizenId,
    poolNo: `HCZJ-${index}-${at}`,
    speciality: draws.pick(['信息技术', '建筑工程', '医疗设备', '物业服务']),
    selectedOn: since,
    dismissedOn: until ?? null,
  }));
}

/** Misconduct of experts. */
export function expertMisconductOf(world: World, index: number): readonly BiddingItem[] {
  const expert = expertEntriesOf(world, index).length > 0;
  return misconduct(world, 'person', index, expert, personAt(world.seed, index).citizenId);
}

function entries(
  world: World,
  kind: 'organisation' | 'person',
  index: number,
  share: number,
): readonly EntrySpec[] {
  const scripted = scriptedAt(kind, index, world.today);
  const draws = drawsFor(world.seed, `trading-${kind}`, index);
  const reserved = kind === 'organisation' ? RESERVED_ORGANISATIONS : RESERVED_PERSONS;
  if (scripted || index < reserved) return scripted?.tradingEntries ?? [];
  return draws.chance(share) ? [{ since: addDays(world.today, -draws.between(200, 2_500)) }] : [];
}

function misconduct(
  world: World,
  kind: 'organisation' | 'person',
  index: number,
  known: boolean,
  subject: string,
): readonly BiddingItem[] {
  const scripted = scriptedAt(kind, index, world.today);
  const draws = drawsFor(world.seed, `trading-misconduct-${kind}`, index);
  const drawn = !scripted && known && draws.chance(0.2);
  const decided = addDays(world.today, -draws.between(10, 1_600));
  const specs: readonly MisconductSpec[] = drawn
    ? [
        draws.chance(0.4)
          ? { kind: '串通', measure: '禁止', decidedOn: decided, from: decided, to: addMonths(decided, 24) }
          : { kind: draws.pick(['泄密', '未回避', '其他']), measure: '记录', decidedOn: decided },
      ]
    : (scripted?.tradingMisconduct ?? []);
  return specs.map(({ kind: conductKind, measure, decidedOn, from, to, state }, at) => ({
    subject,
    docNo: `合成交易处〔${decidedOn.slice(0, 4)}〕${index}${at}号`,
    conductKind,
    measure,
    authority: AUTHORITY,
    decidedOn,
    validFrom: from ?? null,
    validUntil: to ?? null,
    state: state ?? '正常',
  }));
}
