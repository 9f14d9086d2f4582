// A report as a page to print. It loads nothing and runs no script; its policy allows its own style and nothing else.
import { createHash } from 'node:crypto';
import { isShownByBrowsers, legible, markNote } from './legible.ts';
import { type QrCode, qrCodeOf } from './qr-code.ts';
import type { ReportContent } from './report-content.ts';
import { type Block, type Proof, reportLayout, reportTitle } from './report-layout.ts';

const style = `
body { font: 14px/1.6 "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; color: #111;
  background: #fff; max-width: 54rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; text-align: center } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; break-after: avoid }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border: 1px solid #bbb; overflow-wrap: anywhere }
th { font-weight: 600; background: #f2f3f5 } tr { break-inside: avoid } .facts th { width: 14rem }
svg { width: 8rem; height: 8rem; margin: 1rem 0 } @page { size: A4; margin: 18mm }
@media print { body { margin: 0; max-width: none } }`;

/** The page's Content-Security-Policy. */
export const reportPagePolicy =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; ` +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export function reportPage(report: ReportContent, proof: Proof): string {
  let marked = false;
  const shown = (text: string): string => {
    const legibly = legible(text, isShownByBrowsers);
    marked ||= legibly.marked;
    return escaped(legibly.text);
  };
  const blocks = reportLayout(report, proof).map((block) => asHtml(block, shown));
  if (marked) blocks.push(`<p>${escaped(markNote)}</p>`);
  return pageOf(
    `<h1>${escaped(reportTitle)}</h1>\n${blocks.join('\n')}\n${qrSvg(qrCodeOf(proof.verifyAt))}`,
    reportTitle,
  );
}

/** What whoever scans the code of a report sees. */
export function verificationPage(number: string, belongs: boolean): string {
  const words = belongs
    ? '编号与文件哈希相符。 Number and hash belong together.'
    : '编号与文件哈希不相符，或报告已逾保存期。 Number and hash do not belong together, or the report is kept no longer.';
  return pageOf(
    `<h1>报告核验 Verification</h1>\n<p>${escaped(number)}</p>\n<p>${escaped(words)}</p>`,
    '报告核验 Verification',
  );
}

function pageOf(body: string, title: string): string {
  return (
    '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
    `<title>${escaped(title)}</title>\n<style>${style}</style>\n</head>\n<body>\n${body}\n</body>\n</html>\n`
  );
}

/** Text made safe inside an element. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** `shown` makes a text legible and safe. */
function asHtml(block: Block, shown: (text: string) => string): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${shown(block.text)}</h2>`;
    case 'note':
      return `<p>${shown(block.text)}</p>`;
    case 'facts': {
      const rows = block.rows.map(
        ([label, value]) => `<tr><th scope="row">${shown(label)}</th><td>${shown(value)}</td></tr>`,
      );
      return `<table class="facts">\n${rows.join('\n')}\n</table>`;
    }
    case 'table': {
      const head = block.columns.map((column) => `<th scope="col">${shown(column)}</th>`).join('');
      const rows = block.rows.map(
        (row) => `<tr>${row.map((cell) => `<td>${shown(cell)}</td>`).join('')}</tr>`,
      );
      return `<table>\n<tr>${head}</tr>\n${rows.join('\n')}\n</table>`;
    }
    default:
      return block satisfies never;
  }
}

function qrSvg({ side, isDark }: QrCode): string {
  const squares: string[] = [];
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      if (isDark(row, column)) squares.push(`M${column} ${row}h1v1h-1z`);
    }
  }
  return (
    `<svg viewBox="-2 -2 ${side + 4} ${side + 4}" role="img" aria-label="核验地址 Verification address">` +
    `<path d="${squares.join('')}"/></svg>`
  );
}
