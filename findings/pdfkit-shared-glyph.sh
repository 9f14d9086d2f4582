#!/bin/sh
# pdfkit 0.20.2 with fontkit 2.0.4 and Noto Sans Hans (@embedpdf/fonts-sc 1.0.0), Node 20. Where a font draws two characters
# with one glyph, the PDF's map back to Unicode (ToUnicode) holds the character that was drawn first in the document.
# Expected: the text copied or searched is the text that was drawn. Seen: after one non-breaking hyphen (U+2011) every
# common hyphen of the document reads back as U+2011, so that 5-6 is not found; after U+F900 a U+8C48 reads back as U+F900.
# Exit code 0: still so. 1: it behaves otherwise now.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund pdfkit@0.20.2 fontkit@2.0.4 @embedpdf/fonts-sc@1.0.0 >/dev/null
cat >run.mjs <<'JS'
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import PDFDocument from 'pdfkit';

const fonts = join(dirname(createRequire(import.meta.url).resolve('@embedpdf/fonts-sc')), '../fonts');

/** The lines of a PDF as its own map to Unicode reads them. */
async function readBack(lines) {
  const pdf = new PDFDocument({ font: null, compress: false });
  const chunks = [];
  pdf.on('data', (chunk) => chunks.push(chunk));
  const ended = new Promise((resolve) => pdf.on('end', resolve));
  pdf.registerFont('text', join(fonts, 'NotoSansHans-Regular.otf'));
  pdf.font('text');
  for (const line of lines) pdf.text(line);
  pdf.end();
  await ended;
  const text = Buffer.concat(chunks).toString('latin1');
  const map = /beginbfrange[^[]*\[([^\]]*)\]/.exec(text)[1].match(/[0-9a-f]+/g);
  return [...text.matchAll(/\[<([0-9a-f]+)> 0\] TJ/g)].map(([, glyphs]) =>
    glyphs
      .match(/.{4}/g)
      .map((glyph) => String.fromCharCode(Number.parseInt(map[Number.parseInt(glyph, 16)], 16)))
      .join(''),
  );
}

const seen = [await readBack(['5-6']), await readBack(['1\u20112', '5-6']), await readBack(['\uf900', '\u8c48'])];
const noted = [['5-6'], ['1\u20112', '5\u20116'], ['\uf900', '\uf900']];
console.log(JSON.stringify(seen).replace(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`));
process.exitCode = JSON.stringify(seen) === JSON.stringify(noted) ? 0 : 1;
JS
node run.mjs
