// A row filter in a source's own words. A raw text is named only if it is certain how it would be read here; what
// the source writes in any other way comes through and is decided here, like everything else.
import type { Accepts, FieldTest, FilterValue, RowFilter } from '../policies/engine/row-filter.ts';
import type { RecordMapping } from './manifest.ts';
import type { Transform } from './transforms/transform.ts';

/** How a field's raw text can be told from outside: a closed list of words, or an open form. */
export type FilterForm = 'words' | 'text' | 'integer' | 'date' | 'region';

/** A field the manifest says its source can filter by. */
export interface FieldFilter {
  readonly column: string;
  readonly transform: Transform;
  readonly form: FilterForm;
  /** With the form `words`: every raw text the manifest knows. */
  readonly words: readonly string[];
  /** http: where in the body the words go that are not wanted. */
  readonly excludeAt?: string;
  /** graphql: the argument for them, and its type. */
  readonly argument?: { readonly name: string; readonly type: string };
}

/** What rows must meet at the source. `orAbsent`: or have no value. */
export interface SourceCondition {
  readonly filter: FieldFilter;
  readonly orAbsent: boolean;
  readonly test: ColumnTest;
  /** What it was made of. */
  readonly of: FieldTest;
}

/** Raw texts: exact ones, patterns of SQL's LIKE (escaped by a backslash), or inclusive bounds. */
export type ColumnTest =
  | { readonly kind: 'present' }
  | { readonly kind: 'except'; readonly texts: readonly string[] }
  | { readonly kind: 'like'; readonly shape: Shape | undefined; readonly patterns: readonly string[] }
  | {
      readonly kind: 'range';
      readonly shape: Shape;
      readonly from: string | undefined;
      readonly to: string | undefined;
    };

/** The one way to write a value by which a text is judged; other writings are left for us to read. */
export type Shape = 'integer' | 'date' | 'region';

const remembered = new WeakMap<RecordMapping, WeakMap<RowFilter, readonly SourceCondition[]>>();

/** Conditions for those tests of a filter that the source can hold. The others are held here alone. */
export function conditionsOf(
  mapping: RecordMapping,
  filter: RowFilter | undefined,
): readonly SourceCondition[] {
  if (filter === undefined || mapping.filters.size === 0) return [];
  const known = remembered.get(mapping) ?? new WeakMap<RowFilter, readonly SourceCondition[]>();
  remembered.set(mapping, known);
  let conditions = known.get(filter);
  if (conditions === undefined) {
    conditions = filter.flatMap((test) => {
      const field = mapping.filters.get(test.field);
      return field === undefined ? [] : (conditionFor(field, test) ?? []);
    });
    known.set(filter, conditions);
  }
  return conditions;
}

/** The tests of a filter that reach the source in some form, for whoever must know what it was told. */
export function testsSent(mapping: RecordMapping, filter: RowFilter | undefined): readonly FieldTest[] {
  return conditionsOf(mapping, filter)
    .filter(({ filter: field, test }) => test.kind === 'except' || !saysOnlyWhatToLeaveOut(field))
    .map(({ of }) => of);
}

/** http and graphql have a place for unwanted words and for nothing else. */
function saysOnlyWhatToLeaveOut({ excludeAt, argument }: FieldFilter): boolean {
  return excludeAt !== undefined || argument !== undefined;
}

function conditionFor(filter: FieldFilter, of: FieldTest): SourceCondition | undefined {
  const { accepts, orAbsent } = of;
  const test =
    filter.form === 'words'
      ? exceptWords(filter, accepts)
      : (testFor(filter.form, filter, accepts, orAbsent) ?? present);
  return test.kind === 'present' && orAbsent ? undefined : { filter, orAbsent, test, of };
}

const present: ColumnTest = { kind: 'present' };

/** Of a closed list the unwanted words are named, so that a word nobody listed still comes and is refused here. */
function exceptWords({ words, transform }: FieldFilter, accepts: Accepts): ColumnTest {
  const texts = words.filter((word) => {
    const read = transform(word);
    return read.ok && read.value !== null && !accepted(accepts, read.value as FilterValue);
  });
  return texts.length === 0 ? present : { kind: 'except', texts };
}

function accepted(accepts: Accepts, value: FilterValue): boolean {
  switch (accepts.kind) {
    case 'none':
      return false;
    case 'in':
      return accepts.values.includes(value);
    case 'notIn':
      return !accepts.values.includes(value);
    default:
      return true;
  }
}

function testFor(
  form: Exclude<FilterForm, 'words'>,
  { transform }: FieldFilter,
  accepts: Accepts,
  orAbsent: boolean,
): ColumnTest | undefined {
  switch (accepts.kind) {
    case 'notIn': {
      // Only texts that are read as themselves: a blank one is no value, one with spaces around it another value.
      const texts = accepts.values.filter((value) => readsAs(transform, value)).map(String);
      return texts.length === 0 ? undefined : { kind: 'except', texts };
    }
    case 'in': {
      // A text may have blanks around it at the source, so it is enough that it occurs. A text of blanks is no
      // value, and databases do not agree on what is blank.
      if (form === 'text' && orAbsent) return undefined;
      const patterns = accepts.values.map((value) =>
        form === 'text' ? `%${escape(value)}%` : escape(value),
      );
      return { kind: 'like', shape: form === 'text' ? undefined : form, patterns };
    }
    case 'within':
      if (form !== 'region') return undefined;
      return { kind: 'like', shape: 'region', patterns: accepts.regions.map((code) => `${prefixOf(code)}%`) };
    case 'range': {
      if (form !== 'integer' && form !== 'date') return undefined;
      const bound = (value: string | number | undefined): string | undefined =>
        value === undefined ? undefined : String(value);
      return { kind: 'range', shape: form, from: bound(accepts.from), to: bound(accepts.to) };
    }
    case 'any':
    case 'none':
      return undefined;
  }
}

function readsAs(transform: Transform, value: FilterValue): boolean {
  const read = transform(String(value));
  return read.ok && read.value === value;
}

/** Backslashes before what LIKE reads. */
function escape(value: FilterValue): string {
  return String(value).replace(/[\\%_]/g, '\\$&');
}

/** Codes of a region and of those in it begin so: xx for xx0000, xxyy for xxyy00. */
function prefixOf(code: string): string {
  return escape(code.replace(/(?:00){1,2}$/, ''));
}
