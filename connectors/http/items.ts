// Hands JSON objects over as rows.
import { SourceError } from '../source-error.ts';
import { type Lookup, type ReceiveRow, missing } from '../transport.ts';
import { memberAt, memberOf } from './json-path.ts';

/** `asked`: the key of a call whose answer does not repeat it. @throws SourceError */
export function receiveItems(
  lookup: Lookup,
  items: readonly unknown[],
  receive: ReceiveRow,
  asked?: string,
): void {
  for (const item of items) {
    if (typeof item !== 'object' || item === null) {
      throw new SourceError('SOURCE_INVALID_ANSWER', 'an item is not an object');
    }
    receive(
      lookup,
      asked ?? columnOf(item, lookup.keyColumn),
      lookup.columns.map((column) => columnOf(item, column)),
    );
  }
}

/** The member of that whole name, or at that path. */
export function columnOf(item: object, column: string): unknown {
  const value = memberOf(item, column);
  return value === missing && column.includes('.') ? memberAt(item, column) : value;
}
