// The court's listings of a subject, in the columns of the court's service. Made on demand from the index.
import { isFirm } from './body-class.ts';
import { scriptedAt } from './cast-records.ts';
import { addDays, addMonths } from './dates.ts';
import { organisationAt } from './organisation.ts';
import { personAt } from './person.ts';
import { drawsFor, type Draws } from './random.ts';
import { RESERVED_ORGANISATIONS, RESERVED_PERSONS, type World } from './world.ts';

/** One item of the service. Dates YYYY-MM-DD; amounts in yuan as decimal strings. */
export interface CourtItem {
  readonly iname: string;
  /** Key: USCC, organisation code with hyphen in older cases, or citizen id. */
  readonly cardNum: string;
  readonly cardNumMasked: string;
  readonly sexy: string | null;
  readonly age: number | null;
  readonly businessEntity: string | null;
  readonly courtName: string;
  readonly areaName: string;
  readonly areaCode: string;
  readonly caseCode: string;
  readonly gistId: string;
  readonly gistUnit: string;
  readonly regDate: string;
  readonly duty: string;
  readonly performance: '全部未履行' | '部分履行' | '全部已履行';
  readonly performedPart: string | null;
  readonly unperformPart: string | null;
  readonly disruptTypeName: string;
  readonly extendMonths: number | null;
  readonly publishDate: string;
  readonly exitDate: string | null;
  readonly caseState: '正常' | '撤销' | '异议' | '其他' | '修复';
}

/** What decides the legal state of a listing. */
export interface ListingSpec {
  /** Statutory ground, 1 to 6. */
  readonly ground: 1 | 2 | 3 | 4 | 5 | 6;
  readonly publishedOn: string;
  readonly extensionMonths?: number;
  readonly deletedOn?: string;
  readonly state: CourtItem['caseState'];
}

/** 法释〔2017〕7号 §1, in the words of the service. */
const GROUNDS = {
  1: '有履行能力而拒不履行生效法律文书确定义务',
  2: '以伪造证据、暴力、威胁等方法妨碍、抗拒执行',
  3: '以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行',
  4: '违反财产报告制度',
  5: '违反限制消费令',
  6: '无正当理由拒不履行执行和解协议',
} as const;

const PROVINCES: Readonly<Record<string, readonly [name: string, short: string]>> = {
  '42': ['湖北', '鄂'],
  '37': ['山东', '鲁'],
  '41': ['河南', '豫'],
  '35': ['福建', '闽'],
  '13': ['河北', '冀'],
};

/** Columns by name, for the service's check of what is asked. */
export type CourtColumn = keyof CourtItem;

/** Listings of an organisation, oldest first. 6 in 100 firms and 1 in 100 other bodies have some. */
export function organisationListings(world: World, index: number): readonly CourtItem[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, 'court', index);
  const subject = organisationAt(world.seed, index);
  let specs: readonly ListingSpec[] = scripted?.listings ?? [];
  let legacy = scripted?.keyedByOrgCode === true;
  if (!scripted && index >= RESERVED_ORGANISATIONS && subject.registered) {
    specs = draws.chance(isFirm(subject.bodyClass) ? 0.06 : 0.01) ? drawListings(draws, world.today) : [];
    legacy = draws.chance(0.05);
  }
  const key = legacy ? `${subject.orgCode.slice(0, 8)}-${subject.orgCode.slice(8)}` : subject.uscc;
  return specs.map((spec, at) => ({
    ...listing(draws, spec, subject.region, `${index}${at}`, legacy),
    iname: subject.name,
    cardNum: key,
    cardNumMasked: legacy
      ? `${key.slice(0, 5)}***-${key.slice(9)}`
      : `${key.slice(0, 8)}******${key.slice(14)}`,
    sexy: null,
    age: null,
    businessEntity: subject.legalRepresentative,
  }));
}

/** Listings of a person, oldest first. 1 in 100 has some. */
export function personListings(world: World, index: number): readonly CourtItem[] {
  const scripted = scriptedAt('person', index, world.today);
  const draws = drawsFor(world.seed, 'court-person', index);
  const subject = personAt(world.seed, index);
  const drawn = !scripted && index >= RESERVED_PERSONS && draws.chance(0.01);
  const specs = drawn ? drawListings(draws, world.today) : (scripted?.listings ?? []);
  return specs.map((spec, at) => ({
    ...listing(draws, spec, subject.region, `${index}${at}`, false),
    iname: subject.name,
    cardNum: subject.citizenId,
    cardNumMasked: `${subject.citizenId.slice(0, 6)}********${subject.citizenId.slice(14)}`,
    sexy: subject.sex,
    age: Number(world.today.slice(0, 4)) - Number(subject.birthDate.slice(0, 4)),
    businessEntity: null,
  }));
}

function drawListings(draws: Draws, today: string): readonly ListingSpec[] {
  const specs: ListingSpec[] = [];
  for (let left = draws.chance(0.2) ? draws.between(2, 4) : 1; left > 0; left -= 1) {
    const ground = draws.pick([1, 1, 1, 2, 3, 4, 5, 6]);
    const publishedOn = addDays(today, -draws.between(3, 1_600));
    const deletedOn = addDays(publishedOn, draws.between(60, 700));
    const state = draws.next();
    specs.push({
      ground,
      publishedOn,
      ...(ground === 2 && draws.chance(0.4) && { extensionMonths: draws.between(12, 36) }),
      ...(draws.chance(0.35) && deletedOn < today && { deletedOn }),
      state:
        state < 0.92
          ? '正常'
          : state < 0.95
            ? '撤销'
            : state < 0.98
              ? '异议'
              : state < 0.99
                ? '修复'
                : '其他',
    });
  }
  return specs.sort((a, b) => (a.publishedOn < b.publishedOn ? -1 : 1));
}

type WithoutSubject = Omit<
  CourtItem,
  'iname' | 'cardNum' | 'cardNumMasked' | 'sexy' | 'age' | 'businessEntity'
>;

function listing(
  draws: Draws,
  spec: ListingSpec,
  region: string,
  number: string,
  old: boolean,
): WithoutSubject {
  const [areaName, short] = PROVINCES[region.slice(0, 2)] ?? ['湖北', '鄂'];
  const regDate = addMonths(spec.publishedOn, -draws.between(2, 8));
  const year = regDate.slice(0, 4);
  // Court number 99 is unassigned; brackets come in both widths, and old cases have the older form.
  const brackets = draws.chance(0.8) ? ['（', '）'] : ['(', ')'];
  const total = draws.between(20_000, 9_000_000);
  const performed = draws.chance(0.3) ? Math.floor(total * draws.next()) : 0;
  return {
    courtName: `合成${areaName}人民法院`,
    areaName,
    areaCode: region,
    caseCode: old
      ? `${year}年执字第${number}号`
      : `${brackets[0]}${year}${brackets[1]}${short}9901执${number}号`,
    gistId: `${brackets[0]}${Number(year) - 1}${brackets[1]}${short}9901民初${number}号`,
    gistUnit: `合成${areaName}人民法院`,
    regDate,
    duty: `支付货款${total}元及逾期利息`,
    performance: performed === 0 ? '全部未履行' : '部分履行',
    performedPart: `${performed}.00`,
    unperformPart: `${total - performed}.00`,
    disruptTypeName: GROUNDS[spec.ground],
    extendMonths: spec.extensionMonths ?? null,
    publishDate: spec.publishedOn,
    exitDate: spec.deletedOn ?? null,
    caseState: spec.state,
  };
}
