// Why a written key is nobody's: a closed list, with words and a cure for whoever keeps the data.
import type { Bilingual } from '../schema/bilingual.ts';

export type KeyFault =
  | 'EMPTY'
  | 'LENGTH'
  | 'CHECK_DIGIT'
  | 'DATE'
  | 'EXPONENT'
  | 'ROUNDED'
  | 'EATEN_ZEROS'
  | 'SEVERAL'
  | 'MASKED'
  | 'OTHER';

/** How many rows have each kind of fault. */
export type KeyFaultCounts = Readonly<Partial<Record<KeyFault, number>>>;

export const keyFaultWords: Readonly<
  Record<KeyFault, { readonly what: Bilingual; readonly cure: Bilingual }>
> = {
  EMPTY: {
    what: { en: 'no key', zh: '没有主体标识' },
    cure: {
      en: 'fill it in, or let the manifest skip rows without a key (keyless: skip)',
      zh: '请补填标识；如该类行本无标识，可在清单中注明跳过（keyless: skip）',
    },
  },
  LENGTH: {
    what: { en: 'a key of the wrong length', zh: '标识位数不对' },
    cure: { en: 'compare it with the certificate', zh: '请与证照核对，补齐或删去多余字符' },
  },
  CHECK_DIGIT: {
    what: { en: 'a key whose check place is wrong', zh: '标识校验位错误' },
    cure: { en: 'a character was mistyped; compare it with the certificate', zh: '有字符录错，请与证照核对' },
  },
  DATE: {
    what: { en: 'a citizen number with a day that never was', zh: '公民身份号码中的出生日期不存在' },
    cure: { en: 'a digit was mistyped; compare it with the document', zh: '有数字录错，请与证件核对' },
  },
  EXPONENT: {
    what: {
      en: 'a key made a number by a spreadsheet (3.1E+17)',
      zh: '标识被电子表格改成科学计数法（如 3.1E+17）',
    },
    cure: {
      en: 'the digits are lost: fill the column in again as text',
      zh: '数字已丢失：请将该列设为“文本”后重新填写',
    },
  },
  ROUNDED: {
    what: { en: 'a key rounded to fifteen or sixteen digits', zh: '标识末几位被舍入' },
    cure: {
      en: 'the digits are lost: fill the column in again as text, and keep it as text in the database',
      zh: '末几位已丢失：请将该列设为“文本”（数据库中用字符类型）后重新填写',
    },
  },
  EATEN_ZEROS: {
    what: { en: 'a code that lost zeros in front', zh: '代码前面的零丢失' },
    cure: {
      en: 'export the column as text, with its zeros',
      zh: '请将该列设为“文本”，补齐前面的零后重新导出',
    },
  },
  SEVERAL: {
    what: { en: 'several keys in one cell', zh: '一格内有多个标识' },
    cure: {
      en: 'write a row for each, or name what stands between them in the manifest (separator)',
      zh: '请每个主体单列一行，或在清单中注明分隔符（separator）',
    },
  },
  MASKED: {
    what: { en: 'a key masked so far that it could be anybody’s', zh: '标识遮盖过多，无法辨认' },
    cure: { en: 'deliver it whole, or with fewer places masked', zh: '请提供完整标识，或减少遮盖位数' },
  },
  OTHER: {
    what: { en: 'none of the forms the manifest declares', zh: '不是清单约定的任何一种标识' },
    cure: {
      en: 'correct it, or declare its form in the manifest (as)',
      zh: '请更正；如确为另一种标识，请在清单中注明（as）',
    },
  },
};
