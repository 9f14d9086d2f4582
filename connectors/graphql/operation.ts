// Writes the one operation of a request: a root field per look-up, keys as variables, exactly the permitted columns.
import type { GraphqlRecord } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import type { Lookup } from '../transport.ts';

const NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, readonly string[]>>;
}

/** Root field `s0` answers look-up 0 and takes variable `$k0`, conditions `$f0_0`, and so on. */
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
    const given = [`${argument}:$k${at}`];
    declared.push(`$k${at}:${type}`);
    variables[`k${at}`] = lookup.keys;
    lookup.conditions.forEach(({ filter, test }, place) => {
      if (filter.argument === undefined || test.kind !== 'except') return;
      const name = `f${at}_${place}`;
      given.push(`${filter.argument.name}:$${name}`);
      declared.push(`$${name}:${filter.argument.type}`);
      variables[name] = test.texts;
    });
    roots.push(`s${at}:${field}(${given.join(',')}){${columns.join(' ')}}`);
  });
  return { query: `query Records(${declared.join(',')}){${roots.join(' ')}}`, variables };
}
