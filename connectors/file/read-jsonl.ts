// Rows of a JSON Lines delivery: one object a line, single values only. A member a line leaves out is null, but a
// column that no line has is missing.
import { memberOf } from '../http/json-path.ts';
import { plainText } from '../transforms/transform.ts';
import { missing } from '../transport.ts';
import { DeliveryProblem } from './delivery-problem.ts';
import type { StagedRow } from './read-csv.ts';

const LONGEST_LINE = 1_000_000;

/**
 * Yields rows in file order with the values of `columns`. Blank lines are skipped.
 * @throws DeliveryProblem
 */
export async function* readJsonLines(
  text: AsyncIterable<string>,
  columns: readonly string[],
): AsyncGenerator<StagedRow> {
  const unseen = new Set(columns);
  let line = 0;
  let rest = '';
  let rows = 0;
  const read = function* (lines: readonly string[]): Generator<StagedRow> {
    for (const written of lines) {
      line += 1;
      if (written.trim() === '') continue;
      rows += 1;
      yield readLine(written, line, columns, unseen);
    }
  };
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new DeliveryProblem('UNREADABLE', `line ${line + 1} is too long`);
    yield* read(lines);
  }
  yield* read([rest]);
  const [column] = unseen;
  if (rows > 0 && column !== undefined) {
    throw new DeliveryProblem('MISSING_COLUMN', `column ${column} is on no line`);
  }
}

function readLine(
  written: string,
  line: number,
  columns: readonly string[],
  unseen: Set<string>,
): (string | null)[] {
  let item: unknown;
  try {
    item = JSON.parse(written);
  } catch {
    throw new DeliveryProblem('UNREADABLE', `line ${line} is not JSON`);
  }
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new DeliveryProblem('UNREADABLE', `line ${line} is not an object`);
  }
  const object = item;
  return columns.map((column) => {
    const value = memberOf(object, column);
    if (value === missing) return null;
    unseen.delete(column);
    if (typeof value === 'string') return value;
    const plain = plainText(value);
    if (!plain.ok) throw new DeliveryProblem('UNREADABLE', `line ${line}: ${column} ${plain.reason}`);
    return plain.text;
  });
}
