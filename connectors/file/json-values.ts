// What stands at a path of a JSON object: `properties.name`, `ids[0].code`. A list on the way without a number gives what
// its entries hold, one after the other.
import { memberOf } from '../http/json-path.ts';
import { missing } from '../transport.ts';

/** The value, a list of values, or `missing`. A member whose whole name is the path comes first. */
export function valueAt(object: object, path: string): unknown {
  const whole = memberOf(object, path);
  if (whole !== missing || !/[.[]/.test(path)) return whole;
  let found: readonly unknown[] = [object];
  let several = false;
  for (const step of path.split(/\.|(?=\[)/)) {
    const index = /^\[([0-9]{1,4})\]$/.exec(step)?.[1];
    found = found.flatMap((value): readonly unknown[] => {
      if (index !== undefined)
        return Array.isArray(value) && Number(index) < value.length ? [value[Number(index)]] : [];
      const entries: readonly unknown[] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
      several ||= Array.isArray(value);
      return entries.flatMap((entry) => {
        if (typeof entry !== 'object' || entry === null) return [];
        const member = memberOf(entry, step);
        return member === missing ? [] : [member];
      });
    });
  }
  const flat = found.flatMap((value): readonly unknown[] =>
    Array.isArray(value) ? (value as readonly unknown[]) : [value],
  );
  several ||= found.some((value) => Array.isArray(value));
  if (several) return flat;
  return flat.length === 0 ? missing : flat[0];
}
