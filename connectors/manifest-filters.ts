// Reads which fields a source can filter by, and refuses those whose raw text cannot be told from outside: a filter
// that guessed could leave out a row somebody may see.
import type { RecordField, RecordType } from '../schema/catalogue.ts';
import { suggest } from '../schema/suggest.ts';
import type { FieldMapping, Report } from './manifest.ts';
import type { Path } from './manifest-lines.ts';
import type { TransportName, WrittenManifest } from './manifest-schema.ts';
import type { FieldFilter, FilterForm } from './source-condition.ts';
import { booleanWords } from './transforms/boolean.ts';
import { madeTypeOf } from './transforms/library.ts';

type WrittenRecord = WrittenManifest['records'][string];
type WrittenFilter =
  | Record<string, never>
  | { readonly excludeAt: string }
  | { readonly excludeArgument: string; readonly type: string };

interface Telling {
  readonly form: FilterForm;
  readonly words: readonly string[];
}

/** Transforms that can be told from outside, with their one open form. */
const OPEN_FORMS: ReadonlyMap<string, FilterForm> = new Map([
  ['text', 'text'],
  ['integer', 'integer'],
  ['date', 'date'],
  ['region', 'region'],
]);

/** What an SDL type is read by where the manifest says nothing. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['String', 'text'],
  ['ID', 'text'],
  ['Int', 'integer'],
  ['Boolean', 'boolean'],
  ['Date', 'date'],
  ['RegionCode', 'region'],
]);

/** The filters that are right; what is wrong was reported. */
export function readFilters(
  type: RecordType,
  record: WrittenRecord,
  transport: TransportName,
  fields: ReadonlyMap<string, FieldMapping>,
  report: Report,
): ReadonlyMap<string, FieldFilter> {
  const filters = new Map<string, FieldFilter>();
  const base: Path = ['records', type.name, 'filters'];
  for (const [name, written, at] of entriesOf(record.filters)) {
    const path = [...base, at];
    const mapping = fields.get(name);
    const field = type.fields.get(name);
    if (field === undefined) {
      report(
        path,
        `${base.join('.')}.${name}: ${type.name} has no such field`,
        suggest(name, type.fields.keys()),
      );
      continue;
    }
    // The field itself is wrong, and reported.
    if (mapping === undefined) continue;
    const telling = tellingOf(field, record.fields[name]?.as);
    const possible =
      transport === 'sql' || transport === 'file' ? telling : telling?.form === 'words' && telling;
    if (possible === undefined || possible === false) {
      const what =
        transport === 'sql' || transport === 'file'
          ? 'only text, integer, boolean, date, region and code fields'
          : 'only code and boolean fields';
      report(path, `${base.join('.')}.${name}: ${what} can be filtered at this source; leave it out`);
      continue;
    }
    if (SHAPED.has(possible.form) && hasWords(record.fields[name])) {
      report(
        path,
        `${base.join('.')}.${name}: a field with words of its own for no value cannot be filtered at the source; leave it out`,
      );
      continue;
    }
    filters.set(name, {
      ...possible,
      ...whereOf(written),
      column: mapping.column,
      transform: mapping.transform,
    });
  }
  return filters;
}

/** Forms whose raw text a source judges by its shape: a word for none could have that shape and be left out by it. */
const SHAPED: ReadonlySet<FilterForm> = new Set(['integer', 'date', 'region']);

function hasWords(field: WrittenRecord['fields'][string] | undefined): boolean {
  return [field?.none, field?.forever, field?.undisclosed].some((words) => words !== undefined);
}

/** Field, where its unwanted words go, and its place under `filters`. */
function entriesOf(written: WrittenRecord['filters']): readonly [string, WrittenFilter, string | number][] {
  if (written === undefined) return [];
  if (Array.isArray(written)) return (written as readonly string[]).map((name, at) => [name, {}, at]);
  return Object.entries(written as Readonly<Record<string, WrittenFilter>>).map(([name, filter]) => [
    name,
    filter,
    name,
  ]);
}

function whereOf(written: WrittenFilter): Pick<FieldFilter, 'excludeAt' | 'argument'> {
  if ('excludeAt' in written) return { excludeAt: written.excludeAt };
  if (!('excludeArgument' in written)) return {};
  return { argument: { name: written.excludeArgument, type: written.type } };
}

function tellingOf(field: RecordField, as: unknown): Telling | undefined {
  if (field.list) return undefined;
  const { name, parameter } = transformOf(field, as);
  if (name === 'boolean')
    return { form: 'words', words: [...booleanWords, ...Object.keys(Object(parameter) as object)] };
  if (name === 'code') return { form: 'words', words: Object.keys(Object(parameter) as object) };
  const form = name === undefined ? undefined : OPEN_FORMS.get(name);
  return form === undefined ? undefined : { form, words: [] };
}

/** The transform's name and parameter as written, or as the field's type has it. */
function transformOf(
  field: RecordField,
  as: unknown,
): { readonly name: string | undefined; readonly parameter?: unknown } {
  if (typeof as === 'string') return { name: as };
  if (typeof as === 'object' && as !== null) {
    const [entry] = Object.entries(as);
    return { name: entry?.[0], parameter: entry?.[1] };
  }
  if (field.enumValues !== undefined) {
    return { name: 'code', parameter: Object.fromEntries(field.enumValues.map((value) => [value, value])) };
  }
  return { name: DEFAULTS.get(madeTypeOf(field)) };
}
