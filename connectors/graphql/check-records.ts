// Holds the record types of a graphql manifest together: each is asked for in one way, and every column can be a field
// of an operation.
import type { Report } from '../manifest.ts';
import type { WrittenManifest } from '../manifest-schema.ts';

type Records = (WrittenManifest & { readonly transport: 'graphql' })['records'];

const PATH = /^[_A-Za-z][_0-9A-Za-z]*(?:\.[_A-Za-z][_0-9A-Za-z]*)*$/;

export function checkGraphqlRecords(records: Records, report: Report): void {
  for (const [name, { query, entity, subjects, fields, filters }] of Object.entries(records)) {
    const base = ['records', name];
    const problem = (path: readonly string[], message: string): void =>
      report([...base, ...path], `${[...base, ...path].join('.')}: ${message}`);
    if ((query === undefined) === (entity === undefined)) problem([], 'write either query or entity');
    if (entity !== undefined && filters !== undefined)
      problem(['filters'], 'an entity takes no arguments; leave them out');

    const columns: (readonly [path: readonly string[], column: string])[] = [];
    for (const [kind, key] of Object.entries(subjects)) {
      if (key === undefined) continue;
      columns.push([['subjects', kind], key.column]);
      if (entity !== undefined && key.column !== entity.key)
        problem(['subjects', kind], `an entity is found by its key, ${entity.key}`);
    }
    for (const [field, { column }] of Object.entries(fields)) columns.push([['fields', field], column]);
    for (const [path, column] of columns) {
      if (!PATH.test(column)) problem(path, `${column} is not a field, or a path such as authority.name`);
      const under = columns.find(([, other]) => other.startsWith(`${column}.`));
      if (under !== undefined) problem(path, `${column} cannot be a value, for ${under[1]} is inside it`);
    }
  }
}
