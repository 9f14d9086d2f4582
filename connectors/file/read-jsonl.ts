// Rows of a JSON Lines delivery: one object a line, single values only. A member a line leaves out is null, but a
// required column that no line has is missing.
import { memberOf } from '../http/json-path.ts';
import { plainText } from '../transforms/transform.ts';
import { missing } from '../transport.ts';
import type { Complain, DeliveredRow, Wanted } from './delivered-row.ts';
import { problem } from './delivery-problem.ts';
import { splitLines } from './split-lines.ts';

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
  for await (const { line, text: written } of splitLines(text)) {
    if (written.trim() === '') continue;
    rows += 1;
    yield { line, values: readLine(written, line, columns, unseen, complain) };
  }
  const [column] = unseen;
  if (rows > 0 && column !== undefined) throw problem('MISSING_COLUMN', 'is on no line', { column });
}

function readLine(
  written: string,
  line: number,
  columns: readonly string[],
  unseen: Set<string>,
  complain: Complain,
): (string | null)[] {
  let item: unknown;
  try {
    item = JSON.parse(written);
  } catch {
    throw problem('UNREADABLE', 'is not JSON', { line });
  }
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw problem('UNREADABLE', 'is not an object', { line });
  }
  const object = item;
  return columns.map((column) => {
    const value = memberOf(object, column);
    if (value === missing) return null;
    unseen.delete(column);
    if (typeof value === 'string') return value;
    const plain = plainText(value);
    if (plain.ok) return plain.text;
    complain(typeof value === 'number' ? 'SPOILT' : 'UNREADABLE', plain.reason, line, column);
    return null;
  });
}
