// What exactly is wrong, in Chinese, and how that is mended where it takes more than the cure of its fault. The English
// words are the reasons that the readers give.
import type { Bilingual } from '../../schema/bilingual.ts';

export interface DetailWords {
  readonly zh: string;
  readonly cure?: Bilingual;
}

type Detail = readonly [reason: RegExp, zh: string, cure?: Bilingual];

const SAVE_AS_XLSX: Bilingual = {
  zh: '请在 Excel/WPS 中去除密码，另存为“Excel 工作簿（.xlsx）”后重新交付',
  en: 'take the password away and save it as “Excel Workbook (.xlsx)” in Excel or WPS',
};
const LINE_ENDS: Bilingual = {
  zh: '请重新导出，每条记录独占一行，行末换行',
  en: 'export it again with one record a line, and a line end after each',
};
const TYPED: Bilingual = {
  zh: '请在该单元格中直接填写文本或数值后另存',
  en: 'type a text or a number into the cell and save the file again',
};
const ONE_VALUE: Bilingual = {
  zh: '该项只能是一个值，不能是对象；清单管理员也可改用路径（如 properties.name）',
  en: 'write a single value there, no object; the steward can name a path instead (properties.name)',
};

const details: readonly Detail[] = [
  // Encoding.
  [/^(?:is not|not) (?:utf-8|utf-16le|utf-16be|gb18030)(?: near byte [0-9]+)?$/, '含有不属于约定编码的字节'],
  [/^begins with the mark of \S+, not \S+$/, '文件开头是另一种编码的标记'],
  [/^is written in utf-8, not gb18030$/, '文件实为 UTF-8，约定为 GB18030'],
  [/zero byte/, '含有零字节（文件可能是 UTF-16 或已损坏）'],
  [
    /^cuts a character in two$/,
    '汉字被列宽从中间截断',
    {
      zh: '请核对各列宽度（按字节计，一个汉字占两个字节）',
      en: 'compare the widths of the columns (in bytes: two to an ideograph)',
    },
  ],
  // Header.
  [/^the file is empty$/, '文件没有内容'],
  [/^no header$/, '没有表头'],
  [/^appears twice$/, '该列名重复'],
  [
    /^is missing: the header is not divided by the agreed delimiter$/,
    '表头没有按约定的分隔符分列',
    {
      zh: '请按约定的分隔符重新导出；Excel/WPS 中请选“CSV（逗号分隔）”',
      en: 'export it with the agreed delimiter; in Excel or WPS choose “CSV (comma delimited)”',
    },
  ],
  [/^is missing$/, '表头中没有该列'],
  [/^is on no line$/, '所有行都没有该列'],
  [/^is not among the columns of the manifest$/, '清单的列定义中没有该列'],
  [/^the columns are not those of the manifest, in its order$/, '列名或列序与清单不一致'],
  // Rows.
  [
    /^shorter than the header$/,
    '该行的列数少于表头',
    {
      zh: '请补齐该行缺少的分隔符；如单元格内有换行，请将该格用引号括起',
      en: 'add the delimiters that the row lacks; put a cell with a line break in quotes',
    },
  ],
  [
    /^longer than the header$/,
    '该行有内容超出表头范围',
    {
      zh: '请删除超出表头的内容，或为该列补列名；含分隔符的单元格须加引号',
      en: 'remove what stands beyond the header, or name its column; put a cell with a delimiter in quotes',
    },
  ],
  [
    /^has a value in a column without a name$/,
    '该行在没有列名的列中有内容',
    { zh: '请为该列补列名，或清空该列', en: 'name the column, or empty it' },
  ],
  [
    /^(?:shorter|longer) than the columns together$/,
    '该行宽度与各列宽度之和不符',
    {
      zh: '请按约定列宽补足空格；不要删除行尾空格，每行以换行结束',
      en: 'fill cells up with blanks to their widths, those at the end of the line too, and end each line',
    },
  ],
  [/^is to be left out and holds a key$/, '该行按清单规则应剔除，但含有主体标识，可能是记录'],
  [/^is empty$/, '主键为空'],
  [/^two rows have the same /, '有两行主键相同'],
  [/^no row holds a key: is it the agreed column\?$/, '没有一行填有主体标识，请核对是否为约定的列'],
  [/^is none of the words of the manifest$/, '不是清单约定的操作类型用语'],
  [
    /^is not CSV here \(/,
    '引号使用有误，从该行起无法按 CSV 读取',
    {
      zh: '请检查该行及其上方：单元格内的引号须写两个（""），整格用引号括起，引号外不留空格，且引号须成对',
      en: 'look at this line and those above: write a quote inside a cell twice ("") and the whole cell in quotes, no blank outside them, and close every quote',
    },
  ],
  [/^is not JSON$/, '该行不是 JSON', LINE_ENDS],
  [/^is not an object$/, '该行不是 JSON 对象', LINE_ENDS],
  [/^is not a single value$/, '该项不是单个值', ONE_VALUE],
  [/^is too long$/, '该行过长，可能缺少换行', LINE_ENDS],
  [/^holds text that cannot be stored/, '含有无法入库的字符'],
  // Spreadsheets.
  [/^was made a number by a spreadsheet$/, '内容已被电子表格转成科学计数法'],
  [
    /^is a number too long to be exact$/,
    '数字位数过多，已失精度',
    { zh: '请将该项导出为文本（加引号）', en: 'export it as text, in quotes' },
  ],
  [/^is a number with more digits than a sheet keeps; write text$/, '数字位数超出表格精度，末几位已丢失'],
  [/^is a formula; write its value$/, '该单元格为公式'],
  [/^holds an error such as #REF!$/, '该单元格为错误值（如 #REF!）', TYPED],
  [/^is not a number$/, '该单元格的数值无法识别', TYPED],
  [/^is of an unknown kind$/, '该单元格的类型无法识别', TYPED],
  [
    /^merged cells below the header$/,
    '表头以下有合并单元格',
    {
      zh: '请选中该区域，取消“合并单元格”，并在每一行填写内容',
      en: 'select them, choose “Unmerge Cells”, and fill in every row',
    },
  ],
  [
    /^is a zip or xlsx file, not text$/,
    '文件实为 xlsx 或压缩包，不是文本',
    {
      zh: '请在 Excel/WPS 中“另存为”约定的文本格式，不要只改扩展名',
      en: 'save it in the agreed text format with “Save As”; another extension does not change a file',
    },
  ],
  [/^is protected by a password$/, '文件设有密码', SAVE_AS_XLSX],
  [/^is not a whole xlsx workbook/, '不是完整的 xlsx 文件（传输中断、旧版 xls 或设有密码）', SAVE_AS_XLSX],
  [/^is not a workbook$/, '不是 Excel 工作簿', SAVE_AS_XLSX],
  [
    /^lacks the sheet the manifest names$/,
    '没有约定名称的工作表',
    { zh: '请将工作表改回约定的名称', en: 'give the sheet its agreed name again' },
  ],
  [
    /^(?:is damaged inside|is not well-formed XML inside|is nested too deeply|declares a document type or entities|has two parts of one name|lacks a part every workbook has|numbers its rows out of order|has a cell that no sheet can have|refers to a text that is not there)$/,
    '工作簿内部已损坏',
    {
      zh: '请用 Excel/WPS 打开后另存为新的 .xlsx 文件',
      en: 'open it in Excel or WPS and save it as a new .xlsx',
    },
  ],
  [
    /^(?:has too many|holds too many|holds a text longer|holds more text|unpacks to more)/,
    '文件或单元格大小超出限制',
  ],
  // The whole.
  [/^does not end with its trailer (?:line|row)$/, '末行不是约定的结尾行'],
  [/^[0-9]+ rows, where its trailer says [0-9]+$/, '实际行数与结尾行所写不一致'],
  [/^is not what its (?:trailer|\.\S+ file) says$/, '校验值与文件内容不一致'],
  [/after [0-9]+ in the delivery before/, '行数或可识别的行数少于上一批，超出允许幅度'],
  [/^the active delivery is /, '已有更新的批次在用'],
  [/^the date in its name has not come$/, '文件名中的日期尚未到来'],
  [/^links are not followed$/, '该文件是链接'],
  [/^waits for its \.\S+ file$/, '等待其校验文件'],
  [/^no full delivery has come before it$/, '此前没有全量文件'],
  [/^number [0-9]+ is missing \([0-9]+ in all\)$/, '缺少中间批次'],
];

/** The Chinese words for a reader's reason; undefined where it has none. */
export function detailWords(reason: string): DetailWords | undefined {
  const found = details.find(([expression]) => expression.test(reason));
  if (found === undefined) return undefined;
  const [, zh, cure] = found;
  return cure === undefined ? { zh } : { zh, cure };
}
