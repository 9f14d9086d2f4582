// Writes workbooks, streamed, as spreadsheets write them: for tests and for the measurement of large deliveries. What a
// test wants wrong it passes as a part of its own.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** Text, a number, `{ serial }` for a date, `{ formula }`, or `{ xml }` of a whole cell without its reference. */
export type XlsxCell =
  | string
  | number
  | null
  | { readonly serial: number; readonly style?: number }
  | { readonly formula: string; readonly value: number }
  | { readonly xml: string };

export interface XlsxOptions {
  /** Texts in the table of shared texts, as Excel does, rather than in their cells. Default true. */
  readonly shared?: boolean;
  readonly sheet?: string;
  readonly from1904?: boolean;
  /** Ranges such as `A3:A5`. */
  readonly merged?: readonly string[];
  /** Parts that take the place of those made here, or come in addition. */
  readonly parts?: Readonly<Record<string, string>>;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';

/** Style 1 is a day, 2 a moment, 3 a day in Chinese, 4 an amount with two places. */
const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/><numFmt numFmtId="165" formatCode="[Red]#,##0.00&quot;day&quot;"/></numFmts><cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`;

export async function writeXlsx(
  path: string,
  rows: Iterable<readonly XlsxCell[]>,
  options: XlsxOptions = {},
): Promise<void> {
  const { shared = true, sheet = 'Sheet1', from1904 = false, merged = [], parts = {} } = options;
  const texts = new Map<string, number>();
  const zip = new ZipFile();
  const made: Record<string, string> = {
    '[Content_Types].xml': `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
    '_rels/.rels': `${HEAD}<Relationships xmlns="${PACKAGE}"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr${from1904 ? ' date1904="1"' : ''}/><sheets><sheet name="${sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships xmlns="${PACKAGE}"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/><Relationship Id="rId3" Type="${OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
    'xl/styles.xml': STYLES,
    ...parts,
  };
  const stream = (name: string, chunks: () => Iterable<string>): void => {
    if (made[name] === undefined)
      zip.addReadStreamLazy(name, (done) => done(null, Readable.from(inBlocks(chunks()))));
  };
  for (const [name, text] of Object.entries(made)) zip.addBuffer(Buffer.from(text), name);
  stream('xl/worksheets/sheet1.xml', function* () {
    yield `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>`;
    let number = 0;
    for (const row of rows) {
      number += 1;
      const cells = row.map((cell, at) =>
        writeCell(cell, `${columnName(at)}${number}`, shared ? texts : undefined),
      );
      yield `<row r="${number}">${cells.join('')}</row>`;
    }
    yield '</sheetData>';
    if (merged.length > 0)
      yield `<mergeCells>${merged.map((range) => `<mergeCell ref="${range}"/>`).join('')}</mergeCells>`;
    yield '</worksheet>';
  });
  stream('xl/sharedStrings.xml', function* () {
    yield `${HEAD}<sst xmlns="${MAIN}">`;
    for (const text of texts.keys()) yield `<si><t xml:space="preserve">${escape(text)}</t></si>`;
    yield '</sst>';
  });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

function writeCell(cell: XlsxCell, reference: string, texts: Map<string, number> | undefined): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
  if (typeof cell === 'string') {
    if (texts === undefined) return `<c r="${reference}" t="inlineStr"><is><t>${escape(cell)}</t></is></c>`;
    let index = texts.get(cell);
    if (index === undefined) texts.set(cell, (index = texts.size));
    return `<c r="${reference}" t="s"><v>${index}</v></c>`;
  }
  if ('serial' in cell) return `<c r="${reference}" s="${cell.style ?? 1}"><v>${cell.serial}</v></c>`;
  if ('formula' in cell) return `<c r="${reference}"><f>${cell.formula}</f><v>${cell.value}</v></c>`;
  return cell.xml.replace('<c', `<c r="${reference}"`);
}

function columnName(at: number): string {
  const letter = String.fromCharCode(65 + (at % 26));
  return at < 26 ? letter : columnName(Math.floor(at / 26) - 1) + letter;
}

function escape(text: string): string {
  return text.replace(/[&<>]/g, (sign) => (sign === '&' ? '&amp;' : sign === '<' ? '&lt;' : '&gt;'));
}

function* inBlocks(chunks: Iterable<string>): Iterable<string> {
  let block = '';
  for (const chunk of chunks) {
    block += chunk;
    if (block.length < 65_536) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}
