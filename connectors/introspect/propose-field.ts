// Guesses what a column is from its name and a few of its values: a field's name, its type and how it is read. A guess
// saves typing and decides nothing: classification and policy are the most restrictive until a person says otherwise.
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import { parseOrgCode } from '../../schema/identifiers/org-code.ts';
import { parseUscc } from '../../schema/identifiers/uscc.ts';
import { boolean } from '../transforms/boolean.ts';
import { decimal } from '../transforms/decimal.ts';
import { integer } from '../transforms/integer.ts';
import { region } from '../transforms/region.ts';
import type { Transform } from '../transforms/transform.ts';
import { wanYuan } from '../transforms/wan-yuan.ts';
import type { Words } from '../transforms/words.ts';
import { yuan } from '../transforms/yuan.ts';
import type { FoundColumn } from './found-record.ts';
import { arePeriods, areTerms, dayFormOf, wordsAmong } from './propose-reading.ts';

export interface ProposedField {
  readonly column: string;
  readonly field: string;
  readonly type: 'String' | 'Date' | 'Int' | 'Boolean' | 'Money' | 'Decimal' | 'RegionCode';
  /** The transform where the type alone does not say it, as the manifest writes it. */
  readonly as?: string;
  /** Words that were seen, each from a list of words everybody uses so. */
  readonly words?: Words;
  /** What the source says of the column. */
  readonly comment?: string;
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
    const wanted = fieldName(column) ?? `field${index + 1}`;
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
      ...(guess.words === undefined ? {} : { words: guess.words }),
      ...(column.comment === undefined ? {} : { comment: column.comment }),
      ...(remark === '' ? {} : { remark }),
    };
  });
}

/**
 * `CF_JDRQ` → cfJdrq, `taxType` → taxType, `欠税余额(万元)` → balance; a name that says nothing is helped by its comment.
 * Undefined where nothing is known.
 */
function fieldName({ name: column, comment = '' }: FoundColumn): string | undefined {
  const known = [column, comment]
    .map((text) => knownNames.find(([pattern]) => pattern.test(text)))
    .find((found) => found !== undefined);
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

type Guess = Pick<ProposedField, 'type' | 'as' | 'remark' | 'words'>;

/** Types of databases whose numbers are not what was written beyond so many digits. */
export function losesDigits(declared: string): boolean {
  return /^(?:real|float|double)/i.test(declared);
}

const ROUNDED = 'its type loses digits: ask for a decimal column 浮点类型会丢失位数，请改用定点数';

function proposeType(column: FoundColumn): Guess {
  const { declared = '', samples } = column;
  const said = `${column.name} ${column.comment ?? ''}`;
  const isNamedDate =
    /日期|时间|期限|有效期|date|rq$|_on$|On$|until/i.test(column.name) ||
    /日期|时间|有效期/.test(column.comment ?? '');
  const isDated = isNamedDate || /^(?:date|timestamp)/i.test(declared);
  return (
    proposeDay(column, isDated, isNamedDate) ??
    proposeAmount(said, declared, samples) ??
    proposeOther(said, declared, samples)
  );
}

function proposeDay({ samples }: FoundColumn, isDated: boolean, isNamedDate: boolean): Guess | undefined {
  const { words, values } = wordsAmong(samples, true);
  const found = Object.values(words).some((list: readonly string[]) => list.length > 0) ? { words } : {};
  if (values.length === 0) return isDated ? { type: 'Date', ...found } : undefined;
  if (!isDated && !values.every((text) => /[-/.年]/.test(text))) return undefined;
  const form = dayFormOf(values, isNamedDate);
  if (form === 'unsure')
    return { type: 'Date', ...found, remark: 'is it D/M/Y or M/D/Y? 日在前还是月在前？as: { date: D/M/Y }' };
  if (form === 'Y/M/D') return { type: 'Date', ...found };
  if (form !== undefined) return { type: 'Date', as: `{ date: ${form} }`, ...found };
  if (arePeriods(values, words.forever))
    return {
      type: 'Date',
      as: '{ period: to }',
      ...found,
      remark: 'its cells hold from and to: add a field with { period: from } 起止合写，请另加起始字段',
    };
  if (areTerms(values))
    return { type: 'String', remark: 'a term? Date with { term: { from: field } } 期限，可自起始日推算' };
  return undefined;
}

function proposeAmount(said: string, declared: string, samples: readonly string[]): Guess | undefined {
  const isMoney = /金额|余额|元\)|元）|单位[:：]?万?元|amount|balance|fine|罚款|^money$/i.test(said);
  if (!isMoney && !/^money/i.test(declared)) return undefined;
  const { words, values } = wordsAmong(samples, false);
  const inWan = /万元/.test(said);
  if (!values.every((text) => (inWan ? wanYuan : yuan)(text).ok)) return undefined;
  const isSure = inWan || /[(（]元[)）]|单位[:：]?元/.test(said) || /^money/i.test(declared);
  const remarks = [
    ...(isSure ? [] : ['yuan or 万元? 元还是万元？']),
    ...(losesDigits(declared) ? [ROUNDED] : []),
  ];
  return {
    type: 'Money',
    ...(inWan ? { as: 'wan-yuan' } : {}),
    ...(words.none.length + words.undisclosed.length > 0 ? { words } : {}),
    ...(remarks.length > 0 ? { remark: remarks.join('; ') } : {}),
  };
}

function proposeOther(said: string, declared: string, samples: readonly string[]): Guess {
  const { words, values } = wordsAmong(samples, false);
  const found = words.none.length + words.undisclosed.length > 0 ? { words } : {};
  const all = (transform: Transform): boolean =>
    values.length > 0 && values.every((text) => transform(text).ok);
  if (/区划|region/i.test(said) && values.every((text) => region(text).ok))
    return { type: 'RegionCode', ...found };
  const isBit = /^(?:bool|bit(?:\(1\))?$|tinyint\(1\))/i.test(declared);
  if (
    (isBit && values.every((text) => boolean(text).ok)) ||
    (values.length > 2 && all(boolean) && !all(integer))
  )
    return { type: 'Boolean', ...found };
  if (/年度|year/i.test(said) && all(integer)) return { type: 'Int', ...found };
  if (/^(?:numeric|decimal|double|real|float)/i.test(declared) && all(decimal))
    return { type: 'Decimal', ...found, ...(losesDigits(declared) ? { remark: ROUNDED } : {}) };
  const distinct = new Set(samples).size;
  const isList = samples.length >= 10 && distinct <= 6 && samples.every((text) => text.length <= 12);
  return isList ? { type: 'String', remark: 'a code list? 是否代码表？' } : { type: 'String' };
}
