// What the development and reform commission delivers: projects of public bodies, who answered for them when, breaches
// of PPP contracts, commitments made to investors. Made on demand.
import { scriptedAt } from './cast-records.ts';
import { castMember } from './cast.ts';
import { addDays, addMonths } from './dates.ts';
import { classAt, organisationAt } from './organisation.ts';
import { personAt } from './person.ts';
import { drawsFor } from './random.ts';
import { RESERVED_ORGANISATIONS, RESERVED_PERSONS, type World } from './world.ts';

/** The files, by the first part of their names. */
export type InvestmentFile = 'projects' | 'responsibilities' | 'breaches' | 'commitments';

/** A row: columns to values; null is an empty field. */
export type InvestmentRow = Readonly<Record<string, string | null>>;

const STAGES = ['筹备', '招标投标', '政府采购', '融资', '实施', '移交'] as const;

/** Who answered for a project, as a member of the cast or an index, and until when. */
export interface ResponsibleSpec {
  readonly person: string | number;
  readonly stage: (typeof STAGES)[number];
  readonly from: string;
  readonly to: string | null;
}

/** A project of a public body with those who answered for it. */
export interface ProjectSpec {
  readonly ppp: boolean;
  readonly stage: (typeof STAGES)[number];
  readonly startedOn: string;
  readonly performance: '守信' | '失信' | '未评';
  readonly responsible: readonly ResponsibleSpec[];
}

/** A breach of a PPP contract. */
export interface BreachSpec {
  readonly decidedOn: string;
  readonly resolvedOn?: string;
  readonly state?: '正常' | '撤销' | '异议' | '其他' | '修复';
}

/** A commitment made to an investor. */
export interface CommitmentSpec {
  readonly dueOn: string;
  readonly fulfilledOn?: string;
  readonly changedOn?: string;
  readonly change?: '国家利益' | '公共利益' | '其他法定事由' | '政府换届' | '责任人更替' | '其他';
  readonly compensatedOn?: string;
}

/** Columns of each file in order. */
export const INVESTMENT_COLUMNS = {
  projects: ['实施机构代码', '项目编号', '项目名称', '是否PPP', '阶段', '启动日期', '履约情况'],
  responsibilities: [
    ...[
      '实施机构代码',
      '项目编号',
      '项目名称',
      '是否PPP',
      '阶段',
      '责任人姓名',
      '责任人证件号',
      '责任人职务',
    ],
    ...['起始日期', '终止日期', '履约情况'],
  ],
  breaches: ['实施机构代码', '文号', '项目编号', '违约行为', '认定单位', '认定日期', '整改完成日期', '状态'],
  commitments: [
    ...['承诺单位代码', '承诺编号', '类型', '内容', '承诺日期', '履行期限', '履行日期'],
    ...['变更日期', '变更事由', '补偿日期'],
  ],
} as const satisfies Readonly<Record<InvestmentFile, readonly string[]>>;

const ROWS: Readonly<Record<InvestmentFile, (world: World, index: number) => readonly InvestmentRow[]>> = {
  projects: (world, index) => projectsOf(world, index).map(({ row }) => row),
  responsibilities: (world, index) => projectsOf(world, index).flatMap(({ responsible }) => responsible),
  breaches: breachRows,
  commitments: commitmentRows,
};

/** Rows of one file about one organisation; only governments and departments have any. */
export function investmentRowsOf(
  world: World,
  file: InvestmentFile,
  index: number,
): readonly InvestmentRow[] {
  const bodyClass = classAt(index);
  return bodyClass === 'GOVERNMENT' || bodyClass === 'DEPARTMENT' ? ROWS[file](world, index) : [];
}

/** Rows of one file about everybody, made as they are read. */
export function* investmentRows(world: World, file: InvestmentFile): Generator<InvestmentRow> {
  for (let index = 0; index < world.organisations; index += 1) yield* investmentRowsOf(world, file, index);
}

function projectsOf(
  world: World,
  index: number,
): readonly { readonly row: InvestmentRow; readonly responsible: readonly InvestmentRow[] }[] {
  const { uscc } = organisationAt(world.seed, index);
  return projectSpecs(world, index).map(({ ppp, stage, startedOn, performance, responsible }, at) => {
    const number = `HCXM-${index}-${at}`;
    const project = {
      实施机构代码: uscc,
      项目编号: number,
      项目名称: `合成${ppp ? '合作' : '投资'}项目${index}${at}`,
      是否PPP: ppp ? '是' : '否',
    };
    return {
      row: { ...project, 阶段: stage, 启动日期: startedOn, 履约情况: performance },
      responsible: responsible.map(({ person, stage: duty, from, to }) => {
        const known = personAt(world.seed, typeof person === 'number' ? person : castMember(person).index);
        return {
          ...{ ...project, 阶段: duty, 责任人姓名: known.name, 责任人证件号: known.citizenId },
          ...{ 责任人职务: '项目政府方责任人', 起始日期: from, 终止日期: to, 履约情况: performance },
        };
      }),
    };
  });
}

function projectSpecs(world: World, index: number): readonly ProjectSpec[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, 'projects', index);
  if (scripted || index < RESERVED_ORGANISATIONS || !draws.chance(0.3)) return scripted?.projects ?? [];
  return Array.from({ length: draws.between(1, 3) }, (): ProjectSpec => {
    const startedOn = addDays(world.today, -draws.between(400, 3_600));
    const handedOver = addMonths(startedOn, draws.between(10, 40));
    const somebody = (): number => draws.between(RESERVED_PERSONS, world.persons - 1);
    const later = handedOver < world.today;
    return {
      ppp: draws.chance(0.4),
      stage: draws.pick(STAGES),
      startedOn,
      performance: draws.pick(['守信', '守信', '守信', '未评', '失信']),
      responsible: [
        { person: somebody(), stage: '筹备', from: startedOn, to: later ? handedOver : null },
        ...(later
          ? [{ person: somebody(), stage: '实施' as const, from: addDays(handedOver, 1), to: null }]
          : []),
      ],
    };
  });
}

function breachRows(world: World, index: number): readonly InvestmentRow[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const { uscc } = organisationAt(world.seed, index);
  return (scripted?.breaches ?? []).map(({ decidedOn, resolvedOn, state }, at) => ({
    实施机构代码: uscc,
    文号: `合成发改认〔${decidedOn.slice(0, 4)}〕${index}${at}号`,
    项目编号: `HCXM-${index}-0`,
    违约行为: '未按合同约定支付可行性缺口补助',
    认定单位: '合成发展和改革委员会',
    认定日期: decidedOn,
    整改完成日期: resolvedOn ?? null,
    状态: state ?? '正常',
  }));
}

function commitmentRows(world: World, index: number): readonly InvestmentRow[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, 'commitments', index);
  const { uscc } = organisationAt(world.seed, index);
  const drawn = !scripted && index >= RESERVED_ORGANISATIONS && draws.chance(0.4);
  const specs: readonly CommitmentSpec[] = drawn
    ? Array.from({ length: draws.between(1, 4) }, (): CommitmentSpec => {
        const dueOn = addDays(world.today, draws.between(-1_200, 500));
        const fulfilled = addDays(dueOn, draws.between(-60, 40));
        return fulfilled < world.today && draws.chance(0.9) ? { dueOn, fulfilledOn: fulfilled } : { dueOn };
      })
    : (scripted?.commitments ?? []);
  return specs.map(({ dueOn, fulfilledOn, changedOn, change, compensatedOn }, at) => ({
    承诺单位代码: uscc,
    承诺编号: `HCCN-${index}-${at}`,
    类型: draws.pick(['政策', '合同']),
    内容: '合成招商引资承诺事项',
    承诺日期: addMonths(dueOn, -24),
    履行期限: dueOn,
    履行日期: fulfilledOn ?? null,
    变更日期: changedOn ?? null,
    变更事由: change ?? null,
    补偿日期: compensatedOn ?? null,
  }));
}
