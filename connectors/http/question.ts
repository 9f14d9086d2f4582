// Writes the call for some keys of a look-up: path, query, form or JSON body, as the manifest has it.
// INVARIANT: a key is one encoded value wherever it goes; it never becomes path, parameter or structure.
import type { HttpRecord } from '../manifest.ts';
import type { Lookup } from '../transport.ts';
import { bodyOf } from './json-path.ts';
import { type HttpOptions, methodFor } from './manifest-part.ts';
import type { HttpCall } from './wire.ts';

/** What goes into a call besides keys and columns, by its place. */
export type Members = ReadonlyMap<string, string | number>;

export type Question = Pick<HttpCall, 'method' | 'url' | 'body'>;

type Ask = (lookup: Lookup<HttpRecord>, keys: readonly string[], more: Members) => Question;

/** `base`: the address without a slash at its end. */
export function openQuestions(http: HttpOptions, base: string): Ask {
  const { keys: options, separator } = http;
  const method = http.method ?? methodFor(options.in);
  const where = options.in === 'path' ? (method === 'GET' ? 'query' : 'body') : options.in;

  return (lookup, keys, more) => {
    const members = membersOf(lookup, keys, more);
    const path = lookup.mapping.path ?? http.path;
    const url = new URL(
      base + (options.in === 'path' ? path.replace(`{${options.at}}`, () => segment(keys[0]!)) : path),
    );
    switch (where) {
      case 'query':
        url.search = encode(members, separator);
        return { method, url };
      case 'form':
        return { method, url, body: { type: FORM, text: encode(members, separator) } };
      case 'body':
        return { method, url, body: { type: 'application/json', text: JSON.stringify(bodyOf(members)) } };
    }
  };

  function membersOf(lookup: Lookup, keys: readonly string[], more: Members): Map<string, unknown> {
    const members = new Map<string, unknown>(Object.entries(http.constants ?? {}));
    if (options.in !== 'path') members.set(options.at, options.max === 1 ? keys[0]! : keys);
    if (http.columns !== undefined) {
      members.set(http.columns.at, [...new Set([lookup.keyColumn, ...lookup.columns])]);
    }
    for (const { filter, test } of lookup.conditions) {
      if (filter.excludeAt === undefined || test.kind !== 'except') continue;
      // What cannot be written is decided here alone.
      if (where !== 'body' && separator !== undefined && test.texts.some((text) => text.includes(separator)))
        continue;
      members.set(filter.excludeAt, test.texts);
    }
    for (const [at, value] of more) members.set(at, value);
    return members;
  }
}

const FORM = 'application/x-www-form-urlencoded';

/** One segment of a path. @throws RangeError for what a URL reads as the way up */
function segment(key: string): string {
  if (/^\.{0,2}$/.test(key)) throw new RangeError('a key is no segment of a path');
  return encodeURIComponent(key);
}

/** Parameters of a query or a form, in the order of the manifest. */
function encode(members: ReadonlyMap<string, unknown>, separator: string | undefined): string {
  const parameters: string[] = [];
  for (const [name, value] of members) {
    const texts = Array.isArray(value) ? value.map(String) : [String(value)];
    const written =
      separator === undefined
        ? texts.map((text) => encodeURIComponent(text))
        : [texts.map((text) => encodeURIComponent(text)).join(encodeURIComponent(separator))];
    for (const text of written) parameters.push(`${encodeURIComponent(name)}=${text}`);
  }
  return parameters.join('&');
}
