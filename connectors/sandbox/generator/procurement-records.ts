// What the procurement supervisor knows of an organisation, in the columns of its endpoint. Made on demand.
import { isFirm, isPublicBody } from './body-class.ts';
import { scriptedAt } from './cast-records.ts';
import { addDays, addMonths } from './dates.ts';
import { organisationAt } from './organisation.ts';
import { drawsFor, type Draws } from './random.ts';
import { RESERVED_ORGANISATIONS, type World } from './world.ts';

/** An item of `banList`. Dates YYYY-MM-DD. */
export interface BanItem {
  /** USCC, or organisation code without hyphen in older records. */
  readonly subjectCode: string;
  readonly docNo: string;
  readonly circumstances: string;
  readonly penalty: string;
  readonly legalBasis: string;
  readonly authority: string;
  readonly authorityRegion: string;
  readonly decidedAt: string;
  readonly publishedAt: string;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly state: BanSpec['state'];
}

/** What decides the legal state of a ban. */
export interface BanSpec {
  readonly from: string;
  readonly to: string | null;
  readonly state: 'NORMAL' | 'REVOKED' | 'OBJECTION' | 'OTHER' | 'REPAIRED';
}

/** An item of `misconductEvents`. */
export interface MisconductItem {
  readonly subjectCode: string;
  readonly eventNo: string;
  readonly conductCode: string;
  readonly conduct: string;
  readonly points: number;
  readonly cycle: string;
  readonly decidedBy: string;
  readonly decidedAt: string;
  readonly publicUntil: string;
}

/** An item of `contracts`. Amounts in yuan as decimal strings. */
export interface ContractItem {
  readonly subjectCode: string;
  readonly contractNo: string;
  readonly side: 'SUPPLIER' | 'BUYER';
  readonly counterparty: string;
  readonly title: string;
  readonly amount: string;
  readonly signedAt: string;
  readonly acceptance: 'PENDING' | 'ACCEPTED' | 'REJECTED';
  readonly acceptedAt: string | null;
  readonly payBy: string;
  readonly paidAt: string | null;
  readonly paidAmount: string | null;
}

const CIRCUMSTANCES = [
  '提供虚假材料谋取中标',
  '与其他供应商恶意串通',
  '中标后无正当理由不签订合同',
  '拒绝有关部门监督检查',
] as const;

const CONDUCT = [
  ['B01', '投标文件雷同', 6],
  ['B02', '无正当理由放弃中标', 4],
  ['B03', '未按承诺派驻项目负责人', 3],
  ['B04', '提供不实业绩证明', 8],
] as const;

/** Bans, oldest first: 3 in 100 firms. */
export function bansOf(world: World, index: number): readonly BanItem[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, 'bans', index);
  const subject = organisationAt(world.seed, index);
  const drawn =
    !scripted && index >= RESERVED_ORGANISATIONS && isFirm(subject.bodyClass) && draws.chance(0.03);
  const specs = drawn ? drawBans(draws, world.today) : (scripted?.bans ?? []);
  const legacy = scripted?.keyedByOrgCode === true || (drawn && draws.chance(0.05));
  return specs.map((spec, at) => {
    const decidedAt = addDays(spec.from, -draws.between(5, 30));
    return {
      subjectCode: legacy ? subject.orgCode : subject.uscc,
      docNo: `合成财采罚〔${decidedAt.slice(0, 4)}〕${index}${at}号`,
      circumstances: draws.pick(CIRCUMSTANCES),
      penalty: '列入不良行为记录名单，在禁止期内禁止参加政府采购活动',
      legalBasis: '《中华人民共和国政府采购法》第七十七条',
      authority: '合成财政局',
      authorityRegion: subject.region,
      decidedAt,
      publishedAt: addDays(decidedAt, draws.between(1, 7)),
      startDate: spec.from,
      endDate: spec.to,
      state: spec.state,
    };
  });
}

function drawBans(draws: Draws, today: string): readonly BanSpec[] {
  const specs: BanSpec[] = [];
  for (let left = draws.chance(0.1) ? 2 : 1; left > 0; left -= 1) {
    const from = addDays(today, -draws.between(1, 1_500));
    const state = draws.next();
    specs.push({
      from,
      to: draws.chance(0.02) ? null : addDays(addMonths(from, draws.pick([12, 12, 24, 36])), -1),
      state:
        state < 0.9
          ? 'NORMAL'
          : state < 0.93
            ? 'REVOKED'
            : state < 0.96
              ? 'OBJECTION'
              : state < 0.99
                ? 'REPAIRED'
                : 'OTHER',
    });
  }
  return specs.sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** Events with points, oldest first: 4 in 100 firms. */
export function misconductOf(world: World, index: number): readonly MisconductItem[] {
  const draws = drawsFor(world.seed, 'misconduct', index);
  const subject = organisationAt(world.seed, index);
  const scripted = scriptedAt('organisation', index, world.today);
  const drawn = index >= RESERVED_ORGANISATIONS && isFirm(subject.bodyClass) && draws.chance(0.04);
  return Array.from({ length: drawn ? draws.between(1, 3) : (scripted?.misconduct ?? 0) }, (_, at) => {
    const [conductCode, conduct, points] = draws.pick(CONDUCT);
    const decidedAt = addDays(world.today, -draws.between(5, 900));
    return {
      subjectCode: subject.uscc,
      eventNo: `HCJF-${index}-${at}`,
      conductCode,
      conduct,
      points,
      cycle: decidedAt.slice(0, 4),
      decidedBy: '合成公共资源交易监督管理局',
      decidedAt,
      publicUntil: addMonths(decidedAt, 6),
    };
  }).sort((a, b) => (a.decidedAt < b.decidedAt ? -1 : 1));
}

/** Contracts, oldest first: 40 in 100 firms as suppliers, 70 in 100 public bodies as buyers. */
export function contractsOf(world: World, index: number): readonly ContractItem[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, 'contracts', index);
  const subject = organisationAt(world.seed, index);
  const buyer = isPublicBody(subject.bodyClass);
  const share = buyer ? 0.7 : isFirm(subject.bodyClass) ? 0.4 : 0;
  const drawn = !scripted && index >= RESERVED_ORGANISATIONS && draws.chance(share);
  const count = drawn ? draws.between(1, buyer ? 8 : 6) : (scripted?.contracts ?? 0);
  return Array.from({ length: count }, (_, at) =>
    contract(draws, world.today, subject.uscc, buyer, `HCHT-${index}-${String(at).padStart(3, '0')}`),
  ).sort((a, b) => (a.signedAt < b.signedAt ? -1 : 1));
}

function contract(
  draws: Draws,
  today: string,
  subjectCode: string,
  buyer: boolean,
  contractNo: string,
): ContractItem {
  const signedAt = addDays(today, -draws.between(10, 1_200));
  const delivered = addDays(signedAt, draws.between(20, 200));
  const acceptance = delivered >= today ? 'PENDING' : draws.chance(0.96) ? 'ACCEPTED' : 'REJECTED';
  const acceptedAt = acceptance === 'PENDING' ? null : delivered;
  // 国务院令802: 30 days after acceptance, 60 at the most.
  const payBy = addDays(delivered, 30);
  const paid = addDays(delivered, draws.between(5, draws.chance(0.8) ? 30 : 120));
  const paidAt = acceptance === 'ACCEPTED' && paid < today ? paid : null;
  const amount = `${draws.between(10_000, 20_000_000)}.${String(draws.between(0, 99)).padStart(2, '0')}`;
  const other = String(draws.between(0, 999_999)).padStart(6, '0');
  return {
    subjectCode,
    contractNo,
    side: buyer ? 'BUYER' : 'SUPPLIER',
    counterparty: buyer ? `合成企业${other}有限公司` : `合成局${other}`,
    title: `合成采购项目${contractNo.slice(5)}`,
    amount,
    signedAt,
    acceptance,
    acceptedAt,
    payBy,
    paidAt,
    paidAmount: paidAt === null ? null : amount,
  };
}
