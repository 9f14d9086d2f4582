// Looks at a sample answer of a JSON service, saved to a file: where the list of items is, and their members.
import { readFile } from 'node:fs/promises';
import { memberAt } from '../http/json-path.ts';
import { type FoundRecord, IntrospectionProblem, columnsOf } from './found-record.ts';

/** `items`: dotted path of the list; the first list of objects is taken if it is not given. */
export async function introspectJson(path: string, items: string | undefined): Promise<FoundRecord> {
  let answer: unknown;
  try {
    answer = JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new IntrospectionProblem(`${path} is not JSON`);
    throw error;
  }
  const at = items ?? findList(answer, []);
  const list = at === '' ? answer : at === undefined ? undefined : memberAt(answer, at);
  if (!Array.isArray(list) || list.length === 0) {
    throw new IntrospectionProblem(`${path}: no list of items to look at; say where with --items data.items`);
  }
  const envelope = at === '' ? [] : [`  envelope: { items: ${at} }`];
  return {
    columns: columnsOf(list),
    manifest: [],
    top: [
      'http:',
      '  # TODO: the path, where the keys go, and how many a call takes. 待办：路径、主体代码的位置及每次数量。',
      '  path: /TODO',
      '  keys: { at: codes, max: 50 }',
      ...envelope,
    ],
  };
}

function findList(value: unknown, path: readonly string[]): string | undefined {
  if (Array.isArray(value))
    return value.some((item) => typeof item === 'object') ? path.join('.') : undefined;
  if (typeof value !== 'object' || value === null || path.length > 4) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const found = findList(member, [...path, name]);
    if (found !== undefined) return found;
  }
  return undefined;
}
