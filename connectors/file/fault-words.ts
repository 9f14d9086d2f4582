// What each fault of a delivery means and how it is mended, for the agency's clerk and the operator.
import type { Bilingual } from '../../schema/bilingual.ts';
import type { DeliveryFault } from './delivery-problem.ts';

export const faultWords: Readonly<
  Record<DeliveryFault, { readonly what: Bilingual; readonly cure: Bilingual }>
> = {
  ENCODING: {
    what: { en: 'not in the agreed encoding', zh: '字符编码与约定不符' },
    cure: {
      en: 'save it in the agreed encoding: in Excel as “CSV (comma delimited)” for GB18030, as “CSV UTF-8” for UTF-8',
      zh: '请按约定编码另存：GB18030 选“CSV（逗号分隔）”，UTF-8 选“CSV UTF-8（逗号分隔）”',
    },
  },
  EMPTY: {
    what: { en: 'empty, or without a header', zh: '文件为空或没有表头' },
    cure: {
      en: 'export it again, with its header; an empty list has a header, too',
      zh: '请重新导出，并保留表头；即使没有数据也应有表头',
    },
  },
  DUPLICATE_HEADER: {
    what: { en: 'a column appears twice in the header', zh: '表头中有重复的列' },
    cure: { en: 'give each column a name of its own', zh: '请为每一列取不同的名称' },
  },
  MISSING_COLUMN: {
    what: { en: 'an agreed column is missing', zh: '缺少约定的列' },
    cure: {
      en: 'export it with all agreed columns, under their agreed names',
      zh: '请导出全部约定的列，列名与约定一致',
    },
  },
  REORDERED: {
    what: { en: 'the columns are not in the agreed order', zh: '列的顺序与约定不符' },
    cure: { en: 'put the columns in the agreed order', zh: '请按约定顺序排列各列' },
  },
  SHORT_ROW: {
    what: { en: 'a row is shorter or longer than the header', zh: '行的列数或宽度与表头不符' },
    cure: {
      en: 'look for line breaks or delimiters inside a cell, and put such cells in quotes',
      zh: '请检查该行单元格内是否有换行或分隔符；含此类字符的单元格须加引号',
    },
  },
  UNREADABLE: {
    what: { en: 'cannot be read in the agreed format', zh: '无法按约定格式读取' },
    cure: {
      en: 'export it again in the agreed format; do not rename a file to another extension',
      zh: '请按约定格式重新导出，不要只改扩展名',
    },
  },
  TOO_LARGE: {
    what: { en: 'larger than anything honest', zh: '超出合理大小' },
    cure: { en: 'split it, or deliver less history', zh: '请拆分或缩小导出范围' },
  },
  NO_KEY: {
    what: { en: 'a key that tells rows apart is empty', zh: '区分各行的主键为空' },
    cure: { en: 'fill in the columns that tell one row from another', zh: '请补填用以区分各行的主键列' },
  },
  UNUSABLE_KEY: {
    what: { en: 'a row whose key is nobody’s', zh: '主体标识无法识别' },
    cure: {
      en: 'correct the keys of these rows and deliver again; keep the column as text',
      zh: '请更正这些行的主体标识后重新交付；该列须设为“文本”',
    },
  },
  LEFT_OUT: {
    what: { en: 'a row that is to be left out holds a key', zh: '按规则应剔除的行含有主体标识' },
    cure: {
      en: 'put hints and notes where they were agreed, or nothing in their place; the steward can name such rows by a column (drop: { column, is })',
      zh: '请按约定放置说明行和备注行；清单管理员也可改用按列识别（drop: { column, is }）',
    },
  },
  DUPLICATE_KEY: {
    what: { en: 'two rows have the same key', zh: '主键重复' },
    cure: { en: 'remove the row that is there twice', zh: '请删除重复的行' },
  },
  SPOILT: {
    what: {
      en: 'a value was made a number by a spreadsheet (3.1E+17)',
      zh: '内容被电子表格改成科学计数法（如 3.1E+17）',
    },
    cure: {
      en: 'set the column to “text” before filling it in, and export again',
      zh: '请先将该列设为“文本”，重新填写后导出',
    },
  },
  FORMULA: {
    what: { en: 'a cell holds a formula instead of a value', zh: '单元格为公式而非数值' },
    cure: {
      en: 'paste the values instead of the formulas (Paste Special, Values)',
      zh: '请用“选择性粘贴—数值”将公式转为数值',
    },
  },
  UNKNOWN_OPERATION: {
    what: { en: 'an operation that was not agreed', zh: '操作类型不在约定之内' },
    cure: { en: 'write one of the agreed words for what happens to the row', zh: '请使用约定的操作类型用语' },
  },
  TRUNCATED: {
    what: { en: 'cut off before its trailer', zh: '文件被截断，缺少结尾行' },
    cure: { en: 'deliver it again, whole: it was cut off on its way', zh: '文件传输中断，请重新完整交付' },
  },
  COUNT: {
    what: { en: 'not as many rows as its trailer says', zh: '行数与结尾行不符' },
    cure: {
      en: 'deliver it again; rows were lost or added on its way',
      zh: '行数与结尾行不符，请重新导出并交付',
    },
  },
  HASH: {
    what: { en: 'its hash does not agree', zh: '校验值不符' },
    cure: {
      en: 'make its hash anew after the last change, and deliver both again',
      zh: '请在最后一次修改后重新生成校验值，连同文件重新交付',
    },
  },
  SHRUNKEN: {
    what: { en: 'far fewer rows than before', zh: '行数较上一批大幅减少' },
    cure: {
      en: 'check whether the export was complete; if it is right, the operator can release it',
      zh: '请核对是否完整导出；如内容确实无误，可请运维人员放行',
    },
  },
  OLDER: {
    what: { en: 'older than the delivery in use', zh: '早于正在使用的批次' },
    cure: {
      en: 'deliver the newest data, under a later date or number',
      zh: '请交付最新数据，日期或序号须更大',
    },
  },
  FUTURE: {
    what: { en: 'dated in the future', zh: '文件名日期尚未到来' },
    cure: { en: 'name it by the day the data speak of', zh: '文件名应为数据截至日期' },
  },
  LINK: {
    what: { en: 'a link, not a file', zh: '是链接而非文件' },
    cure: { en: 'put the file itself there', zh: '请放置文件本身，不要使用快捷方式或链接' },
  },
  GAP: {
    what: { en: 'a delivery before it is missing', zh: '此前的批次尚未收到' },
    cure: { en: 'deliver the one before it, or a full delivery', zh: '请补交此前的批次，或交付全量文件' },
  },
  UNPROVEN: {
    what: { en: 'the file with its hash is missing', zh: '缺少校验文件' },
    cure: {
      en: 'put the file with its hash beside it; or a person releases it',
      zh: '请将校验文件放在其旁；或由运维人员确认放行',
    },
  },
};
