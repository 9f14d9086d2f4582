// A report as a PDF: text that can be selected and searched, the letters it uses embedded, and the signed document
// itself attached, so that the paper's file still proves itself.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { charactersOf } from './font-characters.ts';
import { legible, markNote } from './legible.ts';
import { qrCodeOf } from './qr-code.ts';
import type { ReportContent } from './report-content.ts';
import { type Block, type Proof, reportLayout, reportTitle } from './report-layout.ts';

type Pdf = InstanceType<typeof PDFDocument>;

const margin = 48;
const qrSide = 96;
const padding = 4;

interface Font {
  readonly file: Buffer;
  readonly characters: ReadonlySet<number>;
}

let font: Promise<Font> | undefined;

/** Noto Sans Hans (SIL Open Font License), read once. */
function textFont(): Promise<Font> {
  font ??= readFile(
    join(
      dirname(createRequire(import.meta.url).resolve('@embedpdf/fonts-sc')),
      '../fonts/NotoSansHans-Regular.otf',
    ),
  )
    .then((file) => ({ file, characters: charactersOf(file) }))
    .catch((error: unknown) => {
      font = undefined;
      throw error;
    });
  return font;
}

/** A4. `document` is the signed report. */
export async function reportPdf(report: ReportContent, document: string, proof: Proof): Promise<Buffer> {
  const issuedAt = new Date(report.issuedAt);
  const pdf = new PDFDocument({
    size: 'A4',
    margin,
    lang: 'zh-CN',
    displayTitle: true,
    font: null as unknown as string,
    info: { Title: `${reportTitle} ${report.number}`, CreationDate: issuedAt, ModDate: issuedAt },
  });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  const finished = new Promise<void>((resolve, reject) => pdf.once('end', resolve).once('error', reject));
  const { file, characters } = await textFont();
  pdf.registerFont('text', file);
  pdf.font('text');
  let marked = false;
  const shown: Show = (text) => {
    const legibly = legible(unbroken(text), (codePoint) => characters.has(codePoint));
    marked ||= legibly.marked;
    return legibly.text;
  };
  pdf.fontSize(18).text(reportTitle, { align: 'center' }).moveDown(0.5);
  for (const block of reportLayout(report, proof)) {
    for (const part of partsOf(block)) {
      draw(pdf, part, shown);
      // Whoever else asks of this process is answered in between.
      await nextTurn();
    }
  }
  if (marked) draw(pdf, { kind: 'note', text: markNote }, (text) => text);
  drawQrCode(pdf, proof.verifyAt);
  pdf.file(Buffer.from(document, 'utf8'), {
    name: `${report.number}.json`,
    type: 'application/json',
    creationDate: issuedAt,
    modifiedDate: issuedAt,
  });
  pdf.end();
  await finished;
  return Buffer.concat(chunks);
}

const rowsAtOnce = 20;

/** A block in pieces that are drawn at once: a long table comes a few rows at a time. */
function* partsOf(block: Block): Generator<Part> {
  if (block.kind !== 'facts' && block.kind !== 'table') {
    yield block;
    return;
  }
  if (block.kind === 'table')
    yield { kind: 'rows', rows: [block.columns], widths: block.widths, first: '#444' };
  const [widths, first] = block.kind === 'table' ? [block.widths, 'black'] : [[0.28, 0.72], '#444'];
  for (let at = 0; at < block.rows.length; at += rowsAtOnce)
    yield { kind: 'rows', rows: block.rows.slice(at, at + rowsAtOnce), widths, first };
}

type Part =
  | Exclude<Block, { readonly kind: 'facts' | 'table' }>
  | {
      readonly kind: 'rows';
      readonly rows: readonly (readonly string[])[];
      readonly widths: readonly number[];
      readonly first: string;
    };

/** What is drawn for a text. */
type Show = (text: string) => string;

function draw(pdf: Pdf, block: Part, shown: Show): void {
  switch (block.kind) {
    case 'heading':
      keepTogether(pdf, 60);
      pdf.moveDown(0.6).fontSize(12).fillColor('black').text(shown(block.text), margin).moveDown(0.2);
      return;
    case 'note':
      pdf.moveDown(0.3).fontSize(9).text(shown(block.text), margin).moveDown(0.3);
      return;
    case 'rows':
      for (const row of block.rows) drawRow(pdf, row.map(shown), block.widths, block.first);
      return;
    default:
      block satisfies never;
  }
}

/** One row of cells over the width of the page, with a line below; never torn between two pages. */
function drawRow(pdf: Pdf, texts: readonly string[], widths: readonly number[], first: string): void {
  pdf.fontSize(9);
  const whole = pdf.page.width - 2 * margin;
  const height =
    Math.max(
      ...texts.map((text, at) => pdf.heightOfString(text, { width: whole * widths[at]! - 2 * padding })),
    ) + padding;
  keepTogether(pdf, height);
  const top = pdf.y;
  let left = margin;
  texts.forEach((text, at) => {
    const width = whole * widths[at]!;
    pdf.fillColor(at === 0 ? first : 'black').text(text, left + padding, top, { width: width - 2 * padding });
    left += width;
  });
  pdf.x = margin;
  pdf.y = top + height;
  pdf
    .moveTo(margin, pdf.y - 1)
    .lineTo(margin + whole, pdf.y - 1)
    .lineWidth(0.4)
    .stroke('#bbbbbb');
  pdf.y += 2;
}

function keepTogether(pdf: Pdf, height: number): void {
  if (pdf.y + height > pdf.page.height - margin) pdf.addPage();
}

function drawQrCode(pdf: Pdf, address: string): void {
  keepTogether(pdf, qrSide + 24);
  const { side, isDark } = qrCodeOf(address);
  const unit = qrSide / side;
  const top = pdf.y + 12;
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      if (isDark(row, column)) pdf.rect(margin + column * unit, top + row * unit, unit, unit);
    }
  }
  pdf.fill('black');
}

/** A blank and a hyphen at which no line may end look as those at which one may. */
function unbroken(text: string): string {
  return text.replaceAll('\u00a0', ' ').replaceAll('\u2011', '-');
}
