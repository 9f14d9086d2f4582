// Holds the record types of an http manifest against what it says of calls: no two of them may be asked for by the
// same call, and nothing may take the place of the keys.
import type { Report } from '../manifest.ts';
import type { WrittenManifest } from '../manifest-schema.ts';
import type { HttpOptions } from './manifest-part.ts';

type HttpRecords = (WrittenManifest & { readonly transport: 'http' })['records'];

export function checkHttpRecords(http: HttpOptions, records: HttpRecords, report: Report): void {
  checkPaths(http, records, report);
  checkPlaces(http, records, report);
}

/** Two record types at one path would be told apart by nothing. */
function checkPaths(http: HttpOptions, records: HttpRecords, report: Report): void {
  const taken = new Map<string | undefined, string>();
  for (const [name, { path }] of Object.entries(records)) {
    const other = taken.get(path);
    if (other === undefined) taken.set(path, name);
    else report(['records', name], `records.${name}: needs a path of its own, for ${other} has the same`);
    checkPlaceholder(path ?? http.path, path === undefined ? ['http', 'path'] : ['records', name, 'path']);
  }

  function checkPlaceholder(path: string, at: readonly string[]): void {
    const places = path.match(/\{[^}]*\}/g) ?? [];
    const wanted = http.keys.in === 'path' ? [`{${http.keys.at}}`] : [];
    if (places.join() === wanted.join()) return;
    const words =
      wanted.length === 0 ? 'only keys in the path have a {place} there' : `needs one ${wanted[0]}`;
    report(at, `${at.join('.')}: ${words}`);
  }
}

/** A filter that took the place of the keys, or of another filter, would ask for something else. */
function checkPlaces(http: HttpOptions, records: HttpRecords, report: Report): void {
  const { keys, columns, paging, constants = {} } = http;
  const written: readonly (readonly [readonly string[], string | undefined])[] = [
    [['http', 'keys', 'at'], keys.in === 'path' ? undefined : keys.at],
    [['http', 'columns', 'at'], columns?.at],
    [['http', 'paging', 'pageAt'], paging?.pageAt],
    [['http', 'paging', 'offsetAt'], paging?.offsetAt],
    [['http', 'paging', 'cursorAt'], paging?.cursorAt],
    [['http', 'paging', 'sizeAt'], paging?.sizeAt],
    ...Object.keys(constants).map((name) => [['http', 'constants', name], name] as const),
  ];
  const take = (taken: Set<string>, path: readonly string[], place: string | undefined): void => {
    if (place === undefined) return;
    if (taken.has(place)) report(path, `${path.join('.')}: ${place} is taken`);
    taken.add(place);
  };
  const members = new Set<string>();
  for (const [path, place] of written) take(members, path, place);
  for (const [name, { filters = {} }] of Object.entries(records)) {
    const taken = new Set(members);
    for (const [field, { excludeAt }] of Object.entries(filters))
      take(taken, ['records', name, 'filters', field, 'excludeAt'], excludeAt);
  }
}
