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
  const dropper = openRowDropper<object>(
    wanted.drop,
    (object) => ({ first: '', cell: (column) => textsIn(valueAt(object, column)).join(BETWEEN_ENTRIES) }),
    wanted.leftOut,
  );
  for await (const { line, text: written } of splitLines(text)) {
    if (written.trim() === '') continue;
    const object = objectIn(written, line);
    // Columns alone say what is no record here, so that nothing is left out by its place.
    if (dropper.push(object).length === 0) continue;
    rows += 1;
    yield { line, values: readLine(object, line, columns, unseen, complain) };
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
): readonly (string | null)[] {
  return columns.map((column) => {
    const found = valueAt(object, column);
    if (found === missing) return null;
    unseen.delete(column);
    const texts = textsIn(found, (value, reason) =>
      complain(typeof value === 'number' ? 'SPOILT' : 'UNREADABLE', reason, line, column),
    );
    return texts.length === 0 ? null : texts.join(BETWEEN_ENTRIES);
  });
}

/** The entries of a list, or the one value. `refuse` hears of what is no single value. */
function textsIn(
  found: unknown,
  refuse: (value: unknown, reason: string) => void = () => undefined,
): readonly string[] {
  if (found === missing) return [];
  return (Array.isArray(found) ? (found as readonly unknown[]) : [found]).flatMap((value) => {
    if (typeof value === 'string') return [value];
    const plain = plainText(value);
    if (plain.ok) return plain.text === null ? [] : [plain.text];
    refuse(value, plain.reason);
    return [];
  });
}
