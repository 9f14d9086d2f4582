// What the finance bureau delivers about an organisation, as rows of its four files. Made on demand.
import { isFirm, type BodyClass } from './body-class.ts';
import { scriptedAt } from './cast-records.ts';
import { addDays, addMonths } from './dates.ts';
import { classAt, organisationAt, usccOfIndex } from './organisation.ts';
import { drawsFor } from './random.ts';
import { RESERVED_ORGANISATIONS, type World } from './world.ts';

/** The files, by the first part of their names. */
export type FinanceFile = 'debt' | 'arrears' | 'subsidies' | 'tax-listings';

/** A row: columns to values; null is an empty CSV field or JSON null. Amounts of CSV files are in 万元. */
export type FinanceRow = Readonly<Record<string, string | boolean | null>>;

/** What decides the legal state of a tax listing; status as in 双公示, 0 正常. */
export interface TaxListingSpec {
  readonly listedOn: string;
  readonly removedOn: string | null;
  readonly status: '0' | '1' | '2' | '3' | '4';
}

/** Columns of each file in order. */
export const FINANCE_COLUMNS: Readonly<Record<FinanceFile, readonly string[]>> = {
  debt: [
    ...['统一社会信用代码', '年度', '区划代码', '一般债务限额(万元)', '一般债务余额(万元)'],
    ...['专项债务限额(万元)', '专项债务余额(万元)', '债务率(%)', '风险等级'],
  ],
  arrears: ['欠款单位代码', '台账编号', '类别', '债权人', '金额(万元)', '应付日期', '清偿日期'],
  subsidies: ['uscc', 'grantNo', 'programme', 'welfare', 'amount', 'grantedOn'],
  'tax-listings': ['uscc', 'docNo', 'nature', 'authority', 'listedOn', 'removedOn', 'status'],
};

/** Which bodies a file speaks of, so that a million others cost nothing. */
const CONCERNS: Readonly<Record<FinanceFile, (bodyClass: BodyClass) => boolean>> = {
  debt: (bodyClass) => bodyClass === 'GOVERNMENT',
  arrears: (bodyClass) => bodyClass === 'GOVERNMENT' || bodyClass === 'DEPARTMENT',
  subsidies: isFirm,
  'tax-listings': isFirm,
};

const ROWS: Readonly<Record<FinanceFile, (world: World, index: number) => readonly FinanceRow[]>> = {
  debt: debtRows,
  arrears: arrearRows,
  subsidies: subsidyRows,
  'tax-listings': taxRows,
};

/** Rows of one file about one organisation. */
export function financeRowsOf(world: World, file: FinanceFile, index: number): readonly FinanceRow[] {
  return CONCERNS[file](classAt(index)) ? ROWS[file](world, index) : [];
}

/** Rows of one file about everybody, made as they are read. */
export function* financeRows(world: World, file: FinanceFile): Generator<FinanceRow> {
  for (let index = 0; index < world.organisations; index += 1) yield* financeRowsOf(world, file, index);
}

function debtRows(world: World, index: number): readonly FinanceRow[] {
  const subject = organisationAt(world.seed, index);
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, 'debt', index);
  const lastYear = Number(world.today.slice(0, 4)) - 1;
  const latest = scripted?.debtRatio ?? draws.between(400, draws.chance(0.1) ? 3_600 : 2_400) / 10;
  return [2, 1, 0].map((ago) => {
    const ratio = Math.max(10, latest - ago * draws.between(0, 30));
    const general = draws.between(50_000, 900_000);
    const special = draws.between(80_000, 1_600_000);
    return {
      统一社会信用代码: subject.uscc,
      年度: String(lastYear - ago),
      区划代码: subject.region,
      '一般债务限额(万元)': `${Math.ceil(general * 1.08)}`,
      '一般债务余额(万元)': `${general}.${draws.between(10, 99)}`,
      '专项债务限额(万元)': `${Math.ceil(special * 1.12)}`,
      '专项债务余额(万元)': `${special}.${draws.between(10, 99)}`,
      '债务率(%)': ratio.toFixed(1),
      风险等级: ratio >= 300 ? '红' : ratio >= 200 ? '橙' : ratio >= 120 ? '黄' : '绿',
    };
  });
}

function arrearRows(world: World, index: number): readonly FinanceRow[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, 'arrears', index);
  const drawn = !scripted && index >= RESERVED_ORGANISATIONS && draws.chance(0.3);
  const count = drawn ? draws.between(1, 5) : (scripted?.arrears ?? 0);
  const uscc = usccOfIndex(index);
  return Array.from({ length: count }, (_, at) => {
    const kind = draws.pick(['物资采购款', '工程款', '保证金', '农民工工资']);
    const dueOn = addDays(world.today, -draws.between(20, 900));
    const paidOn = addDays(dueOn, draws.between(10, 400));
    const creditor = String(draws.between(0, 999_999)).padStart(6, '0');
    return {
      欠款单位代码: uscc,
      台账编号: `HCTZ-${index}-${at}`,
      类别: kind,
      // Commas and quotes are what real ledgers hold, and what a reader must survive.
      债权人:
        kind === '农民工工资'
          ? `合成人${creditor}等${draws.between(2, 40)}人`
          : `合成企业${creditor}有限公司, "合成"项目部`,
      '金额(万元)': `${draws.between(1, 3_000)}.${String(draws.between(0, 9_999)).padStart(4, '0')}`,
      应付日期: dueOn,
      清偿日期: !scripted && draws.chance(0.4) && paidOn < world.today ? paidOn : null,
    };
  });
}

function subsidyRows(world: World, index: number): readonly FinanceRow[] {
  const draws = drawsFor(world.seed, 'subsidies', index);
  if (index < RESERVED_ORGANISATIONS || !draws.chance(0.2)) return [];
  const uscc = usccOfIndex(index);
  return Array.from({ length: draws.between(1, 3) }, (_, at) => {
    const welfare = draws.chance(0.15);
    const grantedOn = addDays(world.today, -draws.between(10, 1_400));
    return {
      uscc,
      grantNo: `合成财补〔${grantedOn.slice(0, 4)}〕${index}${at}号`,
      programme: welfare ? '合成救济资金' : draws.pick(['合成技改补助', '合成稳岗补贴', '合成农机补贴']),
      welfare,
      amount: `${draws.between(5_000, 2_000_000)}.00`,
      grantedOn,
    };
  });
}

function taxRows(world: World, index: number): readonly FinanceRow[] {
  const scripted = scriptedAt('organisation', index, world.today);
  const draws = drawsFor(world.seed, 'tax', index);
  const drawn = !scripted && index >= RESERVED_ORGANISATIONS && draws.chance(0.015);
  if (!drawn && !scripted?.taxListings) return [];
  const listedOn = addDays(world.today, -draws.between(10, 1_400));
  const removedOn = addMonths(listedOn, 36);
  const state = draws.next();
  const specs: readonly TaxListingSpec[] = drawn
    ? [
        {
          listedOn,
          removedOn: removedOn < world.today ? removedOn : null,
          status: state < 0.93 ? '0' : state < 0.96 ? '1' : state < 0.98 ? '2' : '4',
        },
      ]
    : (scripted?.taxListings ?? []);
  return specs.map((spec) => ({
    uscc: usccOfIndex(index),
    docNo: `合成税稽〔${spec.listedOn.slice(0, 4)}〕${index}号`,
    nature: draws.pick(['偷税', '逃避追缴欠税', '骗取出口退税', '虚开增值税专用发票']),
    authority: '合成税务局稽查局',
    ...spec,
  }));
}
