// Dotted paths into JSON an agency sent or is sent. Own members only: a name such as __proto__ is a name.
import { missing } from '../transport.ts';

/** The member at a dotted path; `missing` where there is none. */
export function memberAt(value: unknown, path: string): unknown {
  let at = value;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return missing;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}

/** A member by its whole name, which may hold dots. */
export function memberOf(item: object, name: string): unknown {
  return Object.hasOwn(item, name) ? (item as Readonly<Record<string, unknown>>)[name] : missing;
}

/** Builds a body from dotted paths, on objects without a prototype. */
export function bodyOf(members: ReadonlyMap<string, unknown>): object {
  const body = Object.create(null) as Record<string, unknown>;
  for (const [path, value] of members) {
    const names = path.split('.');
    const last = names.pop()!;
    let at = body;
    for (const name of names) {
      const next = (at[name] ?? Object.create(null)) as Record<string, unknown>;
      at[name] = next;
      at = next;
    }
    at[last] = value;
  }
  return body;
}
