// What each fault of a delivery means, for the agency and the operator.
import type { DeliveryFault } from './delivery-problem.ts';

export const faultWords: Readonly<Record<DeliveryFault, { readonly en: string; readonly zh: string }>> = {
  ENCODING: { en: 'not in the agreed encoding', zh: '字符编码与约定不符' },
  EMPTY: { en: 'empty, or without a header', zh: '文件为空或没有表头' },
  DUPLICATE_HEADER: { en: 'a column appears twice in the header', zh: '表头中有重复的列' },
  MISSING_COLUMN: { en: 'an agreed column is missing', zh: '缺少约定的列' },
  REORDERED: { en: 'the columns are not in the agreed order', zh: '列的顺序与约定不符' },
  SHORT_ROW: { en: 'a row is shorter or longer than the header', zh: '行的列数或宽度与表头不符' },
  UNREADABLE: { en: 'cannot be read in the agreed format', zh: '无法按约定格式读取' },
  TOO_LARGE: { en: 'larger than anything honest', zh: '超出合理大小' },
  NO_KEY: { en: 'a key that tells rows apart is empty', zh: '区分各行的主键为空' },
  UNUSABLE_KEY: { en: 'a row whose key is nobody’s', zh: '主体标识无法识别' },
  DUPLICATE_KEY: { en: 'two rows have the same key', zh: '主键重复' },
  SPOILT: {
    en: 'an identifier was spoilt, as by a spreadsheet (3.1E+17)',
    zh: '标识被电子表格改坏（如 3.1E+17）',
  },
  FORMULA: { en: 'a cell holds a formula instead of a value', zh: '单元格为公式而非数值' },
  UNKNOWN_OPERATION: { en: 'an operation that was not agreed', zh: '操作类型不在约定之内' },
  TRUNCATED: { en: 'cut off before its trailer', zh: '文件被截断，缺少结尾行' },
  COUNT: { en: 'not as many rows as its trailer says', zh: '行数与结尾行不符' },
  HASH: { en: 'its hash does not agree', zh: '校验值不符' },
  SHRUNKEN: { en: 'far fewer rows than before', zh: '行数较上一批大幅减少' },
  OLDER: { en: 'older than the delivery in use', zh: '早于正在使用的批次' },
  FUTURE: { en: 'dated in the future', zh: '文件名日期尚未到来' },
  LINK: { en: 'a link, not a file', zh: '是链接而非文件' },
  GAP: { en: 'a delivery before it is missing', zh: '此前的批次尚未收到' },
  UNPROVEN: { en: 'the file with its hash is missing', zh: '缺少校验文件' },
};
