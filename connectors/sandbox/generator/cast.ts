// The cast: named subjects, one for each state a user meets, the same in every world. What each holds is in
// cast-records.ts; what the gateway should make of it is `expect`.
import type { Bilingual } from '../../../schema/bilingual.ts';
import { citizenIdAt, usccAt } from './identifiers.ts';
import type { BodyClass } from './body-class.ts';
import { prefixOf } from './body-class.ts';
import { REGIONS } from './world.ts';

interface Described {
  readonly key: string;
  /** Also its index in the generator. */
  readonly index: number;
  readonly name: string;
  readonly describes: Bilingual;
  /** Outcome of the scene on the sandbox's day; absent where it depends on rules of the jurisdiction. */
  readonly expect: { readonly scene: 'GOVERNMENT_PROCUREMENT' | 'PROMOTION'; readonly outcome?: Outcome };
}

type Outcome = 'CLEAR' | 'BARRED' | 'REVIEW';

/** A named subject. `id` is its USCC or citizen id. */
export type CastMember = Described & { readonly id: string } & (
    { readonly kind: 'organisation'; readonly bodyClass: BodyClass } | { readonly kind: 'person' }
  );

type Row = readonly [key: string, outcome: Outcome | undefined, en: string, zh: string, name?: string];

const FIRMS: readonly Row[] = [
  ['clean-firm', 'CLEAR', 'no record anywhere', '各来源均无不良记录'],
  [
    'listed-firm',
    'BARRED',
    'court listing on ground (1), not deleted: no fixed term',
    '失信被执行人，情形（一），未删除，无固定期限',
  ],
  [
    'listed-expired',
    'CLEAR',
    'court listing on ground (3), published two years and a day ago',
    '失信被执行人，情形（三），发布满两年零一天',
  ],
  [
    'listed-extended',
    'BARRED',
    'court listing on ground (2), 30 months old, extended by 12',
    '失信被执行人，情形（二），发布三十个月，延长十二个月',
  ],
  [
    'listed-deleted',
    'CLEAR',
    'court listing on ground (1), deleted last month',
    '失信被执行人，情形（一），上月已删除',
  ],
  ['banned-firm', 'BARRED', 'procurement ban in force', '政府采购禁止期内'],
  ['ban-ended-yesterday', 'CLEAR', 'procurement ban that ended yesterday', '政府采购禁止期昨日届满'],
  ['ban-no-end', 'REVIEW', 'procurement ban without an end date', '政府采购禁止期缺截止日期'],
  ['ban-objection', undefined, 'procurement ban in force, under objection', '政府采购禁止期内，异议核查中'],
  ['ban-repaired', 'CLEAR', 'procurement ban within its dates, but repaired', '政府采购禁止期内，已信用修复'],
  ['tax-listed', 'BARRED', 'on the list for major tax violations', '重大税收违法失信主体'],
  [
    'same-name-a',
    'CLEAR',
    'shares its name with same-name-b; no record',
    '与 same-name-b 同名，无记录',
    '样例同名企业有限公司',
  ],
  [
    'same-name-b',
    'BARRED',
    'shares its name with same-name-a; procurement ban in force',
    '与 same-name-a 同名，政府采购禁止期内',
    '样例同名企业有限公司',
  ],
  [
    'legacy-code',
    'BARRED',
    'court listing and ban keyed by the organisation code alone',
    '法院与采购记录仅有组织机构代码',
  ],
  ['deregistered-firm', undefined, 'deregistered, no other record', '已注销，无其他记录'],
  ['unregistered-firm', 'REVIEW', 'valid code, absent from the registry', '代码有效，但法人库未登记'],
  ['many-contracts', 'CLEAR', '120 contracts, for paging', '一百二十份合同，用于分页'],
];

const BODIES: readonly (readonly [bodyClass: BodyClass, row: Row])[] = [
  [
    'GOVERNMENT',
    [
      'arrears-government',
      undefined,
      'county government with arrears, debt level RED',
      '存在拖欠、债务风险等级为红的县级政府',
      '样例县人民政府',
    ],
  ],
  ['COMMITTEE', ['committee', 'CLEAR', "residents' committee", '居民委员会', '样例社区居民委员会']],
  ['DEPARTMENT', ['department', 'CLEAR', 'government department', '政府部门', '样例市样例局']],
  ['PUBLIC_INSTITUTION', ['institution', 'CLEAR', 'public institution', '事业单位', '样例市样例中心']],
];

/** Came later: identifiers follow from places, so those before keep theirs. */
const LATER: readonly (readonly [bodyClass: BodyClass, row: Row])[] = [
  [
    'ENTERPRISE',
    [
      'fined-heavily',
      'BARRED',
      'fined 3,000,000 yuan in government procurement a year ago',
      '一年前因政府采购违法被罚款三百万元',
    ],
  ],
  [
    'ENTERPRISE',
    [
      'fined-lightly',
      'REVIEW',
      'fined 50,000 yuan in government procurement a year ago: two texts disagree',
      '一年前因政府采购违法被罚款五万元，两项规定不一致',
    ],
  ],
  [
    'ENTERPRISE',
    ['fined-elsewhere', 'CLEAR', 'fined 50,000 yuan outside procurement', '采购领域外被罚款五万元'],
  ],
  [
    'ENTERPRISE',
    [
      'licence-revoked-long-ago',
      'CLEAR',
      'a licence revoked three years and a day ago',
      '许可证件被吊销满三年零一天',
    ],
  ],
  [
    'ENTERPRISE',
    ['wage-arrears', 'BARRED', 'on the list for wage arrears', '拖欠农民工工资失信联合惩戒对象'],
  ],
  [
    'ENTERPRISE',
    [
      'bidding-banned',
      'CLEAR',
      'banned from compulsory tenders for collusion, which is no bar to procurement',
      '因串通投标被取消投标资格，不影响政府采购',
    ],
  ],
  ['ENTERPRISE', ['red-listed', 'CLEAR', 'honoured for honesty', '守信激励对象']],
  [
    'DEPARTMENT',
    [
      'penalised-department',
      'CLEAR',
      'government department with a penalty: no honours',
      '受过行政处罚的政府部门，不得参加荣誉评选',
      '样例市受罚局',
    ],
  ],
  [
    'ENTERPRISE',
    [
      'legacy-number',
      'BARRED',
      'fined 3,000,000 yuan in government procurement, recorded under its old registration number',
      '因政府采购违法被罚款三百万元，记录仅有旧注册号',
    ],
  ],
  [
    'ENTERPRISE',
    [
      'shared-number-a',
      'REVIEW',
      'the same fine under an old registration number that leads to shared-number-b as well',
      '同样的罚款，所用旧注册号同时对应 shared-number-b',
    ],
  ],
  [
    'ENTERPRISE',
    [
      'shared-number-b',
      'REVIEW',
      'shares its old registration number with shared-number-a',
      '与 shared-number-a 旧注册号相同',
    ],
  ],
  [
    'ENTERPRISE',
    [
      'points-over',
      'CLEAR',
      'twelve points for misconduct in bidding in this cycle',
      '本记分周期内招标投标不良行为累计十二分',
    ],
  ],
  [
    'ENTERPRISE',
    ['points-under', 'CLEAR', 'eight points for misconduct in bidding', '招标投标不良行为记八分'],
  ],
  ['ENTERPRISE', ['agent-clean', 'CLEAR', 'procurement agent without records', '采购代理机构，无不良记录']],
  [
    'ENTERPRISE',
    ['agent-banned', 'CLEAR', 'procurement agent, banned for collusion', '采购代理机构，因串通被禁止代理'],
  ],
  [
    'ENTERPRISE',
    [
      'agent-recorded',
      'CLEAR',
      'procurement agent with misconduct on record, no ban',
      '采购代理机构，有不良行为记录，未禁止',
    ],
  ],
  [
    'DEPARTMENT',
    [
      'promise-broken',
      'CLEAR',
      'department with a commitment overdue and one broken with a new government as the excuse',
      '承诺逾期未履行、并以政府换届为由毁约的政府部门',
      '样例市招商局',
    ],
  ],
  [
    'DEPARTMENT',
    [
      'promise-kept',
      'CLEAR',
      'department that kept a commitment and paid for one it changed by law',
      '履行承诺、依法变更并已补偿的政府部门',
      '样例市商务局',
    ],
  ],
  [
    'DEPARTMENT',
    [
      'ppp-body',
      'CLEAR',
      'department with a PPP of 2018 whose contract it broke; another person answers for it since July 2020',
      '实施2018年政府和社会资本合作项目并违约的部门，2020年7月起责任人更替',
      '样例市建设局',
    ],
  ],
  [
    'ENTERPRISE',
    [
      'control-firm',
      'CLEAR',
      'agreed with the agencies: a record that has ended in every source, asked for with every question',
      '与各部门约定的对照主体：各来源均有已届满的记录，随每次查询一并核对',
    ],
  ],
];

const PERSONS: readonly Row[] = [
  ['clean-official', 'CLEAR', 'official without sanctions', '无处分的公务员'],
  ['warned-in-force', 'BARRED', '警告 (warning) in effect since two months', '警告，两个月前生效'],
  [
    'warned-expired',
    'CLEAR',
    '警告 (warning) that took effect seven months ago',
    '警告，七个月前生效，影响期已满',
  ],
  ['demerit-in-force', 'BARRED', '记过 (demerit) in effect since three months', '记过，三个月前生效'],
  ['demerit-undated', 'REVIEW', '记过 (demerit) whose effective date is missing', '记过，生效日期缺失'],
  ['sanction-objection', undefined, '记过 (demerit) in effect, under objection', '记过影响期内，异议核查中'],
  ['sanction-repaired', 'CLEAR', '警告 (warning) within its dates, but repaired', '警告影响期内，已修复'],
  [
    'same-name-1',
    'CLEAR',
    'shares the name with same-name-2; no sanction',
    '与 same-name-2 同名，无处分',
    '样例·同名',
  ],
  [
    'same-name-2',
    'BARRED',
    'shares the name with same-name-1; 记大过 in effect',
    '与 same-name-1 同名，记大过影响期内',
    '样例·同名',
  ],
  ['double-sanction', 'BARRED', '处分 and 政务处分 for one act', '同一行为既有处分又有政务处分'],
  ['listed-person', undefined, 'court listing, no sanction', '失信被执行人，无处分'],
  ['not-an-official', 'REVIEW', 'in no table of the personnel department', '不在册人员'],
  [
    'overlapping-warnings',
    'BARRED',
    'two warnings whose six months overlap and add up; each alone has ended',
    '两次警告的影响期重叠累加，单独计算均已届满',
  ],
  ['violation-on-file', 'REVIEW', 'a violation on the integrity file', '诚信档案中有违纪记录'],
  [
    'old-citizen-id',
    'BARRED',
    '警告 (warning) in effect, recorded under the citizen id of fifteen places',
    '警告影响期内，记录使用十五位旧身份证号',
  ],
  ['expert-clean', 'CLEAR', 'evaluation expert without records', '评审专家，无不良记录'],
  [
    'expert-banned',
    'CLEAR',
    'evaluation expert, banned for taking a bribe: no fixed term',
    '评审专家，因受贿被禁止参加评审，无固定期限',
  ],
  [
    'expert-recorded',
    'CLEAR',
    'evaluation expert with misconduct put on record three years and a day ago',
    '评审专家，不良行为记录满三年零一天',
  ],
  [
    'ppp-then',
    'CLEAR',
    'answered for the PPP of ppp-body until June 2020',
    '至2020年6月为 ppp-body 项目政府方责任人',
  ],
  [
    'ppp-now',
    'CLEAR',
    'answers for the PPP of ppp-body since July 2020',
    '2020年7月起为 ppp-body 项目政府方责任人',
  ],
  [
    'party-warned',
    'BARRED',
    '党内严重警告 (serious warning within the Party) that took effect fifteen months ago',
    '党内严重警告，十五个月前生效，影响期内',
  ],
  [
    'different-kinds',
    'REVIEW',
    '记过 (demerit) while a 警告 (warning) had effect: each alone has ended, their sum has not',
    '警告处分期内又受记过处分，单独计算均已届满，合并计算未满',
  ],
  [
    'control-person',
    'CLEAR',
    'agreed with the agencies: a record that has ended in every source, asked for with every question',
    '与各部门约定的对照人员：各来源均有已届满的记录，随每次查询一并核对',
  ],
];

/** The governments of the regions have their places in the midst of the cast: see organisation.ts. */
export const FIRST_REGION_GOVERNMENT = 40;

const organisation = (bodyClass: BodyClass, row: Row, index: number): CastMember => ({
  ...described(row, index, 'GOVERNMENT_PROCUREMENT', `样例·${row[0]}有限公司`),
  kind: 'organisation',
  bodyClass,
  id: usccAt(prefixOf(bodyClass, index), index),
});

function described(
  row: Row,
  index: number,
  scene: Described['expect']['scene'],
  fallback: string,
): Described {
  const [key, outcome, en, zh, name = fallback] = row;
  const expect = outcome === undefined ? { scene } : { scene, outcome };
  return { key, index, name, describes: { en, zh }, expect };
}

/** The cast goes on after the governments of the regions. */
function laterIndex(at: number): number {
  const index = FIRMS.length + BODIES.length + at;
  return index < FIRST_REGION_GOVERNMENT ? index : index + REGIONS.length;
}

/** Keys are unique within a kind. */
export const cast: readonly CastMember[] = [
  ...FIRMS.map((row, at) => organisation('ENTERPRISE', row, at)),
  ...BODIES.map(([bodyClass, row], at) => organisation(bodyClass, row, FIRMS.length + at)),
  ...LATER.map(([bodyClass, row], at) => organisation(bodyClass, row, laterIndex(at))),
  ...PERSONS.map((row, index): CastMember => ({
    ...described(row, index, 'PROMOTION', `样例·${row[0]}`),
    kind: 'person',
    id: citizenIdAt(index),
  })),
];

const byIndex = {
  organisation: new Map(cast.filter((one) => one.kind === 'organisation').map((one) => [one.index, one])),
  person: new Map(cast.filter((one) => one.kind === 'person').map((one) => [one.index, one])),
};

/** The member at an index of the generator, if that index belongs to the cast. */
export function castAt(kind: CastMember['kind'], index: number): CastMember | undefined {
  return byIndex[kind].get(index);
}

/** The member with this key. @throws Error when there is none: a misspelt key in a test */
export function castMember(key: string): CastMember {
  const member = cast.find((one) => one.key === key);
  if (!member) throw new Error(`The cast has no "${key}".`);
  return member;
}
