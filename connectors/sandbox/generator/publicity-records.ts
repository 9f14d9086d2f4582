// What the credit office publishes of an organisation, in the columns of its tables: penalties of 双公示 under their CF_*
// names, and the lists. Made from the index.
import { isFirm } from './body-class.ts';
import { scriptedAt } from './cast-records.ts';
import { castMember } from './cast.ts';
import { addDays, addMonths } from './dates.ts';
import { classAt, registrationNumberAt, usccOfIndex } from './organisation.ts';
import { type Draws, drawsFor } from './random.ts';
import { RESERVED_ORGANISATIONS, type World } from './world.ts';

/** A row: values in the order of the table's columns. Dates YYYY-MM-DD, fines in 万元. */
export type PublicityRow = readonly (string | null)[];

/** Tables of schema publicity and their columns, in the order of the rows. */
export const PUBLICITY_COLUMNS = {
  penalty: [
    ...(['cf_xdr_shxym', 'cf_wsh', 'cf_wfxw', 'cf_yj', 'cf_cflb', 'cf_nr_fk', 'cf_jdrq'] as const),
    ...(['cf_gsrq', 'cf_gsjzq', 'cf_cfjg', 'cf_cb', 'cf_zt'] as const),
  ],
  wage_arrears_listing: ['uscc', 'doc_no', 'authority', 'listed_on', 'removed_on', 'zt'],
  bidding_ban: ['uscc', 'doc_no', 'ground', 'authority', 'valid_from', 'valid_to', 'zt'],
  red_listing: ['uscc', 'granted_by', 'granted_on', 'valid_to'],
  old_number: ['uscc', 'registration_no'],
} as const;

export type PublicityTable = keyof typeof PUBLICITY_COLUMNS;

/** 0 正常, 1 撤销, 2 异议, 3 其他, 4 修复. */
type Status = '0' | '1' | '2' | '3' | '4';

/** What decides the legal state of a penalty. `fine` in 万元. */
export interface PenaltySpec {
  readonly kind: '警告' | '罚款' | '没收违法所得、没收非法财物' | '吊销许可证件' | '责令停产停业';
  readonly fine?: string;
  readonly decidedOn: string;
  readonly basis?: string;
  readonly status?: Status;
}

/** What decides the state of a listing for wage arrears. */
export interface WageArrearsSpec {
  readonly listedOn: string;
  readonly removedOn?: string;
  readonly status?: Status;
}

/** What decides the state of a ban from tenders. */
export interface BiddingBanSpec {
  readonly ground: '串通投标' | '弄虚作假' | '其他';
  readonly from: string;
  readonly to: string | null;
  readonly status?: Status;
}

const BASES = [
  '《中华人民共和国安全生产法》第九十七条',
  '《中华人民共和国环境保护法》第五十九条',
  '《中华人民共和国广告法》第五十五条',
] as const;

/** Rows of one table about an organisation: of firms 3 in 100 have penalties, of other bodies 1. */
export function publicityRowsOf(world: World, table: PublicityTable, index: number): readonly PublicityRow[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, `publicity-${table}`, index);
  const free = !scripted && index >= RESERVED_ORGANISATIONS;
  const chance = (firm: number, other: number): boolean =>
    free && draws.chance(isFirm(classAt(index)) ? firm : other);
  // Most hold nothing, and a code takes time to make.
  const uscc = (): string => usccOfIndex(index);
  const numberOf = scripted?.keyedByNumberOf;
  const oldNumber = numberOf === undefined ? undefined : registrationNumberAt(castMember(numberOf).index);
  switch (table) {
    case 'old_number':
      return oldNumber === undefined ? [] : [[uscc(), oldNumber]];
    case 'penalty':
      return penaltyRows(
        () => oldNumber ?? uscc(),
        index,
        chance(0.03, 0.01) ? drawPenalties(draws, world.today) : (scripted?.penalties ?? []),
      );
    case 'wage_arrears_listing': {
      const drawn: readonly WageArrearsSpec[] = chance(0.006, 0)
        ? [{ listedOn: addDays(world.today, -draws.between(20, 1_500)) }]
        : [];
      return [...drawn, ...(scripted?.wageArrears ?? [])].map((spec, at) => [
        ...[uscc(), `合成人社列〔${spec.listedOn.slice(0, 4)}〕${index}${at}号`, '合成人力资源和社会保障局'],
        ...[spec.listedOn, spec.removedOn ?? null, spec.status ?? '0'],
      ]);
    }
    case 'bidding_ban': {
      const from = addDays(world.today, -draws.between(20, 1_200));
      const drawn: readonly BiddingBanSpec[] = chance(0.006, 0)
        ? [{ ground: draws.pick(['串通投标', '弄虚作假']), from, to: addDays(addMonths(from, 12), -1) }]
        : [];
      return [...drawn, ...(scripted?.biddingBans ?? [])].map((spec, at) => [
        ...[uscc(), `合成招监罚〔${spec.from.slice(0, 4)}〕${index}${at}号`, spec.ground],
        ...['合成公共资源交易监督管理局', spec.from, spec.to, spec.status ?? '0'],
      ]);
    }
    case 'red_listing': {
      const grantedOn = addDays(world.today, -draws.between(20, 700));
      const drawn = chance(0.04, 0.02) ? [addMonths(grantedOn, 24)] : [];
      return [...drawn, ...(scripted?.redListedUntil ?? [])].map((until) => [
        ...[uscc(), '合成信用主管部门', addMonths(until, -24), until],
      ]);
    }
  }
}

function penaltyRows(
  key: () => string,
  index: number,
  specs: readonly PenaltySpec[],
): readonly PublicityRow[] {
  // Twenty days are more than seven working days, whatever the holidays.
  const late = index % 13 === 0;
  return specs.map(({ kind, fine, decidedOn, basis, status }, at) => [
    ...[
      key(),
      `合成罚〔${decidedOn.slice(0, 4)}〕${index}${at}号`,
      '合成违法行为',
      basis ?? BASES[index % 3]!,
    ],
    ...[kind, fine ?? null, decidedOn, addDays(decidedOn, late ? 20 : 5), addMonths(decidedOn, 36)],
    ...['合成行政执法局', late ? 't' : 'f', status ?? '0'],
  ]);
}

function drawPenalties(draws: Draws, today: string): readonly PenaltySpec[] {
  return Array.from({ length: draws.between(1, 2) }, (): PenaltySpec => {
    const kind = draws.pick([
      '警告',
      '罚款',
      '罚款',
      '罚款',
      '没收违法所得、没收非法财物',
      '责令停产停业',
    ] as const);
    const decidedOn = addDays(today, -draws.between(10, 1_600));
    const status = draws.pick(['0', '0', '0', '0', '0', '0', '1', '2', '4'] as const);
    if (kind !== '罚款') return { kind, decidedOn, status };
    const procurement = draws.chance(0.1) ? { basis: '《中华人民共和国政府采购法》第七十七条' } : {};
    return {
      kind,
      decidedOn,
      status,
      fine: `${draws.between(1, draws.chance(0.1) ? 400 : 20)}.50`,
      ...procurement,
    };
  }).sort((a, b) => (a.decidedOn < b.decidedOn ? -1 : 1));
}
