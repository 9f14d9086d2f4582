// code: an agency's code → ours, by a table in the manifest. A code outside the table is refused, unless the table
// says with '*' what every other code means; either way it is told, for the agency has changed without telling us.
import { NOTHING, halfWidth, plainText, type Transform } from './transform.ts';

/** `table`: agency's code → value of the enum (or text). Codes are compared in half width. */
export function code(table: ReadonlyMap<string, string>): Transform {
  const known = new Map([...table].map(([theirs, ours]) => [halfWidth(theirs.trim()), ours]));
  const otherwise = table.get('*');
  known.delete('*');
  return (raw) => {
    const plain = plainText(raw);
    if (!plain.ok) return plain;
    if (plain.text === null) return NOTHING;
    const given = halfWidth(plain.text);
    const value = known.get(given);
    if (value !== undefined) return { ok: true, value };
    if (otherwise !== undefined) return { ok: true, value: otherwise, unknownCode: given };
    return { ok: false, reason: 'is a code the manifest does not list', unknownCode: given };
  };
}
