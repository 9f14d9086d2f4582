// Rows of a JSON Lines delivery: one object a line, columns by name or by path. A list becomes one text, a line each. A
// member a line leaves out is null, but a required column that no line has is missing.
import { valueAt } from './json-values.ts';
import { plainText } from '../transforms/transform.ts';
import { missing } from '../transport.ts';
import type { Complain, DeliveredRow, Wanted } from './delivered-row.ts';
import { problem } from './delivery-problem.ts';
import { openRowDropper } from './drop-rows.ts';
import { splitLines } from './split-lines.ts';

/** Entries of a list, as one text. */
export const BETWEEN_ENTRIES = '\n';

/**
 * Yields rows in file order. Blank lines are skipped.
 * @throws DeliveryProblem
 */
export async function* readJsonLines(
  text: AsyncIterable<string>,
  wanted: Wanted,
  complain: Complain,
): AsyncGenerator<DeliveredRow> {
  const { columns, required = columns } = wanted;
  const unseen = new Set(required);
  let rows = 0;
  const dropper = openRowDropper<(column: string) => string>(
    wanted.drop,
    (cell) => ({ first: '', cell }),
    wanted.leftOut,
  );
  for await (const { line, text: written } of splitLines(text)) {
    if (written.trim() === '') continue;
    rows += 1;
    const object = objectIn(written, line);
    const { values, cell } = readLine(object, line, columns, unseen, complain);
    // Columns alone say what is no record there, so that nothing is left out by its place.
    if (dropper.push(cell).length > 0) yield { line, values };
  }
  const [column] = unseen;
  if (rows > 0 && column !== undefined) throw problem('MISSING_COLUMN', 'is on no line', { column });
}

function objectIn(written: string, line: number): object {
  let item: unknown;
  try {
    item = JSON.parse(written);
  } catch {
    throw problem('UNREADABLE', 'is not JSON', { line });
  }
  if (typeof item === 'object' && item !== null && !Array.isArray(item)) return item;
  throw problem('UNREADABLE', 'is not an object', { line });
}

function readLine(
  object: object,
  line: number,
  columns: readonly string[],
  unseen: Set<string>,
  complain: Complain,
): { readonly values: readonly (string | null)[]; readonly cell: (column: string) => string } {
  const textAt = (column: string): string | null => {
    const found = valueAt(object, column);
    if (found === missing) return null;
    unseen.delete(column);
    const texts = (Array.isArray(found) ? (found as readonly unknown[]) : [found]).flatMap((value) => {
      if (typeof value === 'string') return [value];
      const plain = plainText(value);
      if (plain.ok) return plain.text === null ? [] : [plain.text];
      complain(typeof value === 'number' ? 'SPOILT' : 'UNREADABLE', plain.reason, line, column);
      return [];
    });
    return texts.length === 0 ? null : texts.join(BETWEEN_ENTRIES);
  };
  return {
    values: columns.map(textAt),
    cell: (column) => {
      const found = valueAt(object, column);
      return typeof found === 'string' || typeof found === 'boolean' ? String(found) : '';
    },
  };
}
