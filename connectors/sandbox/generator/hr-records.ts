// What the personnel department holds on a person, in the columns of its tables. Made from the index.
import { BLOCK, siblingOf } from './body-class.ts';
import { scriptedAt } from './cast-records.ts';
import { castAt } from './cast.ts';
import { addDays, addMonths } from './dates.ts';
import { organisationAt } from './organisation.ts';
import { personAt, type Person } from './person.ts';
import { drawsFor, type Draws } from './random.ts';
import { RESERVED_ORGANISATIONS, RESERVED_PERSONS, type World } from './world.ts';

/** A row: values in the order of the table's columns. Dates YYYY-MM-DD. */
export type HrRow = readonly (string | null)[];

/** Tables of schema hr and their columns, in the order of the rows. */
export const HR_COLUMNS = {
  officer: ['citizen_id', 'name', 'region_code', 'since'],
  post: ['citizen_id', 'org_uscc', 'org_name', 'title', 'rank', 'region_code', 'valid_from', 'valid_to'],
  integrity_record: [
    'citizen_id',
    'kind',
    'result',
    'authority',
    'doc_no',
    'decided_on',
    'effective_to',
    'zt',
  ],
  sanction: [
    ...(['citizen_id', 'kind', 'series', 'act_no', 'authority', 'doc_no'] as const),
    ...(['decided_on', 'effective_on', 'effective_to', 'zt'] as const),
  ],
} as const;

export type HrTable = keyof typeof HR_COLUMNS;

type PartyKind = '党内警告' | '党内严重警告' | '撤销党内职务' | '留党察看' | '开除党籍';

/** What decides the legal state of a sanction. */
export interface SanctionSpec {
  readonly kind: '警告' | '记过' | '记大过' | '降级' | '撤职' | '开除' | PartyKind;
  readonly effectiveOn: string | null;
  readonly decidedOn?: string;
  readonly series?: '处分' | '政务处分' | '党纪处分';
  /** Same number, same act. */
  readonly act?: number;
  /** 0 正常, 1 撤销, 2 异议, 3 其他, 4 修复. */
  readonly status?: '0' | '1' | '2' | '3' | '4';
}

/** What decides the state of a violation on the integrity file: it has effect for two years. */
export interface ViolationSpec {
  readonly decidedOn: string;
  readonly status?: SanctionSpec['status'];
}

/** 公务员法 §64, 纪律处分条例 §10–13: months of effect; a dismissal has no end, that of a probation is decided later. */
const EFFECT_MONTHS: Readonly<Record<SanctionSpec['kind'], number | null>> = {
  警告: 6,
  记过: 12,
  记大过: 18,
  降级: 24,
  撤职: 24,
  开除: null,
  党内警告: 12,
  党内严重警告: 18,
  撤销党内职务: 24,
  留党察看: null,
  开除党籍: 60,
};

/** Null: without end. */
export function effectMonths(kind: SanctionSpec['kind']): number | null {
  return EFFECT_MONTHS[kind];
}

/** Rows of one table about a person; none for somebody who is no official. */
export function hrRowsOf(world: World, table: HrTable, index: number): readonly HrRow[] {
  const person = personAt(world.seed, index);
  if (!person.official) return [];
  switch (table) {
    case 'officer':
      return [[person.citizenId, person.name, person.region, person.since]];
    case 'post':
      return postRows(world, person);
    case 'integrity_record':
      return integrityRows(world, person);
    case 'sanction':
      return sanctionRows(world, person);
  }
}

function postRows(world: World, person: Person): readonly HrRow[] {
  const draws = drawsFor(world.seed, 'posts', person.index);
  const rows: HrRow[] = [];
  let from = person.since;
  for (let left = draws.between(1, 4); left > 0; left -= 1) {
    const to = addMonths(from, draws.between(18, 90));
    const current = left === 1 || to >= world.today;
    const body = organisationAt(world.seed, bodyIndex(draws, world));
    rows.push([
      ...[person.citizenId, body.uscc, body.name],
      draws.pick(['科员', '副科长', '科长', '副主任', '主任', '副局长']),
      draws.pick(['一级科员', '二级主任科员', '一级主任科员', '四级调研员']),
      ...[body.region, from, current ? null : to],
    ]);
    if (current) break;
    from = addDays(to, 1);
  }
  return rows;
}

/** A government or department somewhere in the world. */
function bodyIndex(draws: Draws, world: World): number {
  const block = draws.between(
    RESERVED_ORGANISATIONS / BLOCK + 1,
    Math.floor(world.organisations / BLOCK) - 1,
  );
  const index = siblingOf(Math.floor(block) * BLOCK, draws.pick(['GOVERNMENT', 'DEPARTMENT', 'DEPARTMENT']));
  return index >= RESERVED_ORGANISATIONS && index < world.organisations ? index : 40;
}

const INTEGRITY: readonly (readonly [kind: string, results: readonly [string, ...string[]]])[] = [
  ['01', ['如实报告', '如实报告', '漏报，已补报']],
  ['02', ['无不良反映', '无不良反映', '谈话提醒']],
  ['03', ['优秀', '称职', '称职', '称职', '基本称职', '不称职']],
  ['04', ['违反工作纪律', '违约']],
  ['05', ['已履行', '履行中']],
  ['06', ['嘉奖', '记三等功']],
];

function integrityRows(world: World, person: Person): readonly HrRow[] {
  const draws = drawsFor(world.seed, 'integrity', person.index);
  const rows = Array.from({ length: draws.between(2, 6) }, (_, at) => {
    const draw = draws.next();
    // Assessments are the most frequent, violations rare; the cast has none, so that sanctions stand alone.
    const place = draw < 0.45 ? 2 : draw < 0.65 ? 0 : draw < 0.8 ? 1 : draw < 0.9 ? 4 : draw < 0.97 ? 5 : 3;
    const clean = place === 3 && castAt('person', person.index) !== undefined;
    const [kind, results] = INTEGRITY[clean ? 2 : place] ?? ['03', ['称职']];
    const decidedOn = addDays(world.today, -draws.between(20, 2_000));
    const year = decidedOn.slice(0, 4);
    const result = castAt('person', person.index) === undefined ? draws.pick(results) : results[0];
    return [
      ...[person.citizenId, kind, result, '合成人事部门', `HCDA-${year}-${person.index}-${at}`, decidedOn],
      kind === '04' ? addMonths(decidedOn, 24) : null,
      kind === '04' && draws.chance(0.1) ? draws.pick(['1', '2', '4']) : '0',
    ];
  });
  const scripted = scriptedAt('person', person.index, world.today)?.violations ?? [];
  scripted.forEach(({ decidedOn, status }, at) => {
    rows.push([
      ...[person.citizenId, '04', '违反工作纪律', '合成人事部门'],
      `HCDA-${decidedOn.slice(0, 4)}-${person.index}-9${at}`,
      ...[decidedOn, addMonths(decidedOn, 24), status ?? '0'],
    ]);
  });
  return rows.sort((a, b) => ((a[5] ?? '') < (b[5] ?? '') ? -1 : 1));
}

function sanctionRows(world: World, person: Person): readonly HrRow[] {
  const scripted = scriptedAt('person', person.index, world.today);
  const draws = drawsFor(world.seed, 'sanctions', person.index);
  const drawn = !scripted && person.index >= RESERVED_PERSONS && draws.chance(0.05);
  const specs = drawn ? drawSanctions(draws, world.today) : (scripted?.sanctions ?? []);
  const { citizenId } = person;
  const key = scripted?.keyedByOldCitizenId ? `${citizenId.slice(0, 6)}${citizenId.slice(8, 17)}` : citizenId;
  return specs.map((spec, at) => {
    const decidedOn = spec.decidedOn ?? addDays(spec.effectiveOn ?? world.today, -draws.between(0, 10));
    const months = EFFECT_MONTHS[spec.kind];
    const series = spec.series ?? draws.pick(['处分', '政务处分']);
    return [
      ...[key, spec.kind, series, `HCXW-${person.index}-${spec.act ?? at + 1}`],
      series === '处分' ? '合成任免机关' : series === '党纪处分' ? '合成纪律检查机关' : '合成监察机关',
      `合成${series}〔${decidedOn.slice(0, 4)}〕${person.index}${at}号`,
      ...[decidedOn, spec.effectiveOn],
      spec.effectiveOn === null || months === null ? null : addDays(addMonths(spec.effectiveOn, months), -1),
      spec.status ?? '0',
    ];
  });
}

function drawSanctions(draws: Draws, today: string): readonly SanctionSpec[] {
  return Array.from({ length: draws.chance(0.1) ? 2 : 1 }, () => {
    const state = draws.next();
    return {
      kind: draws.pick(['警告', '警告', '警告', '记过', '记过', '记大过', '降级', '撤职']),
      effectiveOn: draws.chance(0.02) ? null : addDays(today, -draws.between(5, 1_800)),
      ...(state >= 0.92 && { status: state < 0.95 ? '1' : state < 0.98 ? '2' : ('4' as const) }),
    } satisfies SanctionSpec;
  });
}
