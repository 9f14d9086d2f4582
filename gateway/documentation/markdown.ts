// Tables of the pages, and the marked places in which they stand. Everything outside the marks is a person's.
import type { Bilingual } from '../../schema/bilingual.ts';

/** A Markdown table. Cells are one line; what would end a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

/** `text` as code. */
export const code = (text: string): string => `\`${text}\``;

/** Texts as code, in a list; a dash for none. */
export function codes(texts: Iterable<string>): string {
  const all = [...texts].map(code);
  return all.length === 0 ? '–' : all.join(', ');
}

const begin = (name: string): string => `<!-- generated: ${name} -->`;
const end = (name: string): string => `<!-- /generated: ${name} -->`;

/**
 * The page with the content of one marked place replaced.
 * @throws Error where the page has no such place
 */
export function fillMarked(page: string, name: string, content: string): string {
  const from = page.indexOf(begin(name));
  const to = page.indexOf(end(name), from);
  if (from < 0 || to < 0) throw new Error(`no place ${begin(name)} … ${end(name)}`);
  return `${page.slice(0, from)}${begin(name)}\n\n${content.trim()}\n\n${page.slice(to)}`;
}

/** "Name. 名称。" → its two languages; a text without a second one has it empty. */
export function languages(text: string): Bilingual {
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' ');
  const parts = /^(.*?[.:;!?)])\s+([\p{Script=Han}（“《〔].*)$/u.exec(line);
  return parts === null ? { en: line, zh: '' } : { en: parts[1]!, zh: parts[2]! };
}
