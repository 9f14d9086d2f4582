#!/bin/sh
# exceljs 4.4.0 and read-excel-file 5.8.8 (Node 20). A workbook whose texts hold characters that XML cannot, written as
# ECMA-376 says (22.9.2.19 ST_Xstring: _x000D_ is a carriage return, _x005F_ an underscore): what a spreadsheet saves when a
# code was pasted together with its line end.
# Expected: the same text wherever it stands in the workbook, decoded. Seen: exceljs decodes shared strings and leaves inline
# strings as they are written; read-excel-file leaves all of them, so that a code has seven characters nobody typed.
# Exit code 0: still so. 1: it behaves otherwise now.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund exceljs@4.4.0 read-excel-file@5.8.8 yazl@3.3.1 >/dev/null
cat >run.mjs <<'JS'
import { createReadStream, createWriteStream } from 'node:fs';
import ExcelJS from 'exceljs';
import readExcelFile from 'read-excel-file/node';
import yazl from 'yazl';

const head = '<?xml version="1.0" encoding="UTF-8"?>';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const pack = 'http://schemas.openxmlformats.org/package/2006';
const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const parts = {
  '[Content_Types].xml': `<Types xmlns="${pack}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${kind}.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="${kind}.sharedStrings+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${pack}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${pack}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
  'xl/sharedStrings.xml': `<sst xmlns="${main}" count="2" uniqueCount="2"><si><t>A-1_x000D_</t></si><si><t>_x005F_x000D_</t></si></sst>`,
  'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>A-1_x000D_</t></is></c></row></sheetData></worksheet>`,
};
const zip = new yazl.ZipFile();
for (const [name, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(head + text), name);
zip.end();
await new Promise((done) => zip.outputStream.pipe(createWriteStream('t.xlsx')).on('close', done));

const book = new ExcelJS.Workbook();
await book.xlsx.readFile('t.xlsx');
const sheet = book.worksheets[0];
const seen = [
  JSON.stringify(['A1', 'B1', 'C1'].map((place) => sheet.getCell(place).text)),
  JSON.stringify((await readExcelFile(createReadStream('t.xlsx')))[0]),
];
const noted = [
  '["A-1\\r","_x000D_","A-1_x000D_"]',
  '["A-1_x000D_","_x005F_x000D_","A-1_x000D_"]',
];
console.log(seen.join('\n'));
process.exitCode = JSON.stringify(seen) === JSON.stringify(noted) ? 0 : 1;
JS
node run.mjs
