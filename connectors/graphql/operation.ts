// Writes the one operation of a request: a root field per look-up, keys as variables, exactly the permitted columns.
import type { GraphqlRecord } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import type { Lookup } from '../transport.ts';

const NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, readonly string[]>>;
}

/** Root field `s0` answers look-up 0 and takes variable `$k0`, and so on. */
export function writeOperation(lookups: readonly Lookup<GraphqlRecord>[]): Operation {
  const variables = Object.create(null) as Record<string, readonly string[]>;
  const declared: string[] = [];
  const roots: string[] = [];
  lookups.forEach((lookup, at) => {
    const { field, argument, type } = lookup.mapping.query;
    const columns = [...new Set([lookup.keyColumn, ...lookup.columns])];
    for (const column of columns) {
      // The manifest is checked at start-up; nothing that is no name may ever become query text.
      if (!NAME.test(column)) throw new SourceError('SOURCE_INVALID_ANSWER', 'a column is no GraphQL name');
    }
    declared.push(`$k${at}:${type}`);
    roots.push(`s${at}:${field}(${argument}:$k${at}){${columns.join(' ')}}`);
    variables[`k${at}`] = lookup.keys;
  });
  return { query: `query Records(${declared.join(',')}){${roots.join(' ')}}`, variables };
}
