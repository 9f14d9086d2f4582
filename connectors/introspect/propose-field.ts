// Guesses what a column is from its name and a few of its values: a field's name, its type and how it is read. A guess
// saves typing and decides nothing: classification and policy are the most restrictive until a person says otherwise.
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import { parseOrgCode } from '../../schema/identifiers/org-code.ts';
import { parseUscc } from '../../schema/identifiers/uscc.ts';
import { boolean } from '../transforms/boolean.ts';
import { date } from '../transforms/date.ts';
import { decimal } from '../transforms/decimal.ts';
import { integer } from '../transforms/integer.ts';
import type { Transform } from '../transforms/transform.ts';
import type { FoundColumn } from './found-record.ts';

export interface ProposedField {
  readonly column: string;
  readonly field: string;
  readonly type: 'String' | 'Date' | 'Int' | 'Boolean' | 'Money' | 'Decimal' | 'RegionCode';
  /** The transform where the type alone does not say it. */
  readonly as?: string;
  /** A remark for the person who finishes the files. */
  readonly remark?: string;
}

export type KeyFormName = 'uscc' | 'org-code' | 'citizen-id';

/** A column by which subjects are found. */
export interface ProposedKey {
  readonly column: string;
  readonly as: KeyFormName;
}

const parsers: readonly (readonly [KeyFormName, (text: string) => { readonly ok: boolean }])[] = [
  ['uscc', parseUscc],
  ['citizen-id', parseCitizenId],
  ['org-code', parseOrgCode],
];

/** The first column that holds nothing but identifiers of one form, or that its name gives away. */
export function proposeKey(columns: readonly FoundColumn[]): ProposedKey | undefined {
  for (const { name, samples } of columns) {
    const form = parsers.find(([, parse]) => samples.length > 0 && samples.every((text) => parse(text).ok));
    if (form !== undefined) return { column: name, as: form[0] };
  }
  const named = columns.find(({ name }) => /统一社会信用代码|^uscc$|shxydm|tyshxydm/i.test(name));
  return named === undefined ? undefined : { column: named.name, as: 'uscc' };
}

/** Column names in use, as far as they need no guessing. */
const knownNames: readonly (readonly [RegExp, string])[] = [
  [/统一社会信用代码|社会信用代码/, 'uscc'],
  [/组织机构代码/, 'orgCode'],
  [/身份证|证件号/, 'citizenId'],
  [/法定代表人|法人代表/, 'legalRepresentative'],
  [/姓名/, 'personName'],
  [/名称|企业名/, 'name'],
  [/文书号|文号|决定书/, 'documentNumber'],
  [/案号/, 'caseCode'],
  [/区划/, 'region'],
  [/欠税余额|余额/, 'balance'],
  [/金额/, 'amount'],
  [/罚款/, 'fine'],
  [/年度/, 'year'],
  [/列入日期|列入时间/, 'listedOn'],
  [/移出日期|移出时间|撤销日期/, 'removedOn'],
  [/公告日期|公布日期|公示日期|发布日期/, 'publishedOn'],
  [/处罚日期|决定日期/, 'decidedOn'],
  [/截止日期|有效期至|届满/, 'until'],
  [/起始日期|生效日期/, 'effectiveOn'],
  [/更新/, 'updatedOn'],
  [/日期|时间/, 'date'],
  [/机关|部门|单位/, 'authority'],
  [/事由|情形|性质|案由/, 'nature'],
  [/状态/, 'status'],
  [/税种/, 'taxType'],
  [/类别|类型|种类/, 'kind'],
  [/备注/, 'remark'],
];

/** Fields for the columns, every name once. */
export function proposeFields(columns: readonly FoundColumn[]): readonly ProposedField[] {
  const taken = new Set<string>();
  return columns.map((column, index) => {
    const wanted = fieldName(column.name) ?? `field${index + 1}`;
    let field = wanted;
    for (let count = 2; taken.has(field); count += 1) field = `${wanted}${count}`;
    taken.add(field);
    const guess = proposeType(column);
    const unnamed = field.startsWith('field') ? 'name it 请命名' : undefined;
    const remark = [unnamed, guess.remark].filter((part) => part !== undefined).join('; ');
    return {
      column: column.name,
      field,
      type: guess.type,
      ...(guess.as === undefined ? {} : { as: guess.as }),
      ...(remark === '' ? {} : { remark }),
    };
  });
}

/** `CF_JDRQ` → cfJdrq, `taxType` → taxType, `欠税余额(万元)` → balance; undefined where nothing is known. */
function fieldName(column: string): string | undefined {
  const known = knownNames.find(([pattern]) => pattern.test(column));
  if (known !== undefined) return known[1];
  const words = column.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  const [first = '', ...rest] = words.map((word) =>
    word === word.toUpperCase() ? word.toLowerCase() : word,
  );
  const joined =
    first.charAt(0).toLowerCase() +
    first.slice(1) +
    rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(joined) ? joined : `field${joined}`;
}

function proposeType({
  name,
  declared = '',
  samples,
}: FoundColumn): Pick<ProposedField, 'type' | 'as' | 'remark'> {
  const all = (transform: Transform): boolean =>
    samples.length > 0 && samples.every((text) => transform(text).ok);
  const looksDated = /日期|时间|date|rq$|_on$|On$/i.test(name) || /^(?:date|timestamp)/i.test(declared);
  if (looksDated && (samples.length === 0 || all(date))) return { type: 'Date' };
  if (samples.length > 0 && samples.every((text) => /[-/年]/.test(text)) && all(date))
    return { type: 'Date' };
  const isMoney = /金额|余额|元\)|元）|amount|balance|fine|罚款/i.test(name);
  if (isMoney && (samples.length === 0 || all(decimal))) {
    return /万元/.test(name)
      ? { type: 'Money', as: 'wan-yuan' }
      : { type: 'Money', remark: 'yuan or 万元? 元还是万元？' };
  }
  if (/区划|region/i.test(name) && samples.every((text) => /^[0-9]{6}$/.test(text)))
    return { type: 'RegionCode' };
  if (/^bool/i.test(declared) || (samples.length > 2 && all(boolean) && !all(integer)))
    return { type: 'Boolean' };
  if (/年度|year/i.test(name) && all(integer)) return { type: 'Int' };
  if (/^(?:numeric|decimal|double|real|float)/i.test(declared) && all(decimal)) return { type: 'Decimal' };
  const distinct = new Set(samples).size;
  const isList = samples.length >= 10 && distinct <= 6 && samples.every((text) => text.length <= 12);
  return isList ? { type: 'String', remark: 'a code list? 是否代码表？' } : { type: 'String' };
}
