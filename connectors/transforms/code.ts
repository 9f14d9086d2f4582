// code: an agency's code → ours, by a table in the manifest. A code outside the table is refused, unless the table
// says with '*' what every other code means.
import { fromText, halfWidth, type Transform } from './transform.ts';

/** `table`: agency's code → value of the enum (or text). Codes are compared in half width. */
export function code(table: ReadonlyMap<string, string>): Transform {
  const known = new Map([...table].map(([theirs, ours]) => [halfWidth(theirs.trim()), ours]));
  const otherwise = table.get('*');
  known.delete('*');
  return fromText(
    'is a code the manifest does not list',
    (given) => known.get(halfWidth(given)) ?? otherwise,
  );
}
