// Reads the answer to an operation. An error belongs to the record its path leads to, whose subject is spoilt; an
// error that leads to no record makes everything unusable, for a list cut short reads like a list without entries.
// Messages of the source can quote variables and are not repeated.
import { memberAt } from '../http/json-path.ts';
import { comparableKey } from '../key-forms.ts';
import type { GraphqlRecord } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import { type Lookup, type ReceiveRow, missing } from '../transport.ts';
import type { EntityOptions, QueryOptions } from './manifest-part.ts';
import { AGE, keysOf } from './operation.ts';

/** @throws SourceError */
export function readAnswer(
  answer: unknown,
  lookups: readonly Lookup<GraphqlRecord>[],
  receive: ReceiveRow,
): void {
  const failed = failedItems(answer);
  lookups.forEach((lookup, at) => {
    const root = `s${at}`;
    const { entity, query } = lookup.mapping;
    const path =
      entity === undefined && query?.at !== undefined ? `data.${root}.${query.at}` : `data.${root}`;
    const items = memberAt(answer, path);
    const field = entity === undefined ? query!.field : '_entities';
    if (!Array.isArray(items)) throw invalid(`${field} is not a list`);
    if (entity === undefined) refuseCut(answer, `data.${root}`, items, query!);
    const broken = failed.get(root) ?? new Set<number>();
    if (entity === undefined) receiveList(lookup, items, broken, receive);
    else receiveEntities(lookup, entity, items, broken, receive);
    for (const index of broken) if (index >= items.length) throw invalid(`${field}: an error of no record`);
  });
}

/** A list that its own count, or its page, says goes on is no evidence. */
function refuseCut(
  answer: unknown,
  root: string,
  items: readonly unknown[],
  { field, count, more }: QueryOptions,
): void {
  if (count !== undefined && memberAt(answer, `${root}.${count}`) !== items.length)
    throw invalid(`${field}: ${count} counts other than the records that came`);
  if (more !== undefined && memberAt(answer, `${root}.${more}`) !== false)
    throw invalid(`${field}: ${more} does not say that this is all`);
}

/** What the answer says of how old its data are, at the path that was asked for. */
export function ageIn(answer: unknown, age: string): unknown {
  const [, ...below] = age.split('.');
  return memberAt(answer, ['data', AGE, ...below].join('.'));
}

/** Root field → places of its list that an error leads to. */
function failedItems(answer: unknown): ReadonlyMap<string, ReadonlySet<number>> {
  const errors = memberAt(answer, 'errors');
  const failed = new Map<string, Set<number>>();
  if (errors === missing || errors === null) return failed;
  if (!Array.isArray(errors)) throw invalid('errors of the answer are no list');
  if (errors.length === 0) return failed;
  const data = memberAt(answer, 'data');
  if (data === missing || data === null)
    throw new SourceError('SOURCE_REFUSED', `the answer has ${errors.length} errors and no data`);
  for (const error of errors as readonly unknown[]) {
    const path = memberAt(error, 'path');
    const [root, ...below] = Array.isArray(path) ? (path as readonly unknown[]) : [];
    const index = below.find((step) => typeof step === 'number');
    if (typeof root !== 'string' || index === undefined)
      throw invalid(`the answer has ${errors.length} errors, not all of them in a record`);
    const known = failed.get(root);
    if (known === undefined) failed.set(root, new Set([index]));
    else known.add(index);
  }
  return failed;
}

function receiveList(
  lookup: Lookup,
  items: readonly unknown[],
  broken: ReadonlySet<number>,
  receive: ReceiveRow,
): void {
  items.forEach((item, index) => {
    if (typeof item !== 'object' || item === null) throw invalid('an item is not an object');
    receiveRow(lookup, valueAt(item, lookup.keyColumn), broken.has(index) ? undefined : item, receive);
  });
}

/** Entities answer representations place by place; null is one that is not known there. */
function receiveEntities(
  lookup: Lookup,
  { key, at }: EntityOptions,
  items: readonly unknown[],
  broken: ReadonlySet<number>,
  receive: ReceiveRow,
): void {
  const keys = keysOf(lookup);
  if (items.length !== keys.length) throw invalid('_entities answers for fewer or more than were asked');
  keys.forEach((asked, index) => {
    const item: unknown = items[index];
    if (broken.has(index)) return receiveRow(lookup, asked, undefined, receive);
    if (item === null) return;
    if (typeof item !== 'object') throw invalid('an entity is not an object');
    const said = valueAt(item, key);
    // A foreign one in this place would leave whom we asked for without records, and looking clean.
    if (typeof said !== 'string' || (said !== asked && comparableKey(said) !== comparableKey(asked)))
      throw invalid('an entity answers for somebody else');
    if (at === undefined) return receiveRow(lookup, said, item, receive);
    const rows = memberAt(item, at);
    if (!Array.isArray(rows)) return receiveRow(lookup, said, undefined, receive);
    for (const row of rows as readonly unknown[]) {
      if (typeof row !== 'object' || row === null) throw invalid('an item is not an object');
      receiveRow(lookup, said, row, receive, key);
    }
  });
}

/** `item` undefined: a row that could not be read, which spoils whose it is. `key`: a column of the row's parent. */
function receiveRow(
  lookup: Lookup,
  said: unknown,
  item: object | undefined,
  receive: ReceiveRow,
  key?: string,
): void {
  if (item === undefined && lookup.columns.length === 0) throw invalid('an error in a record');
  const values = lookup.columns.map((column) => {
    if (item === undefined) return missing;
    return column === key ? said : valueAt(item, column);
  });
  receive(lookup, said, values);
}

/** The value at a path of fields; null where one on the way is null. */
function valueAt(item: object, column: string): unknown {
  let at: unknown = item;
  for (const name of column.split('.')) {
    if (at === null) return null;
    at = memberAt(at, name);
  }
  return at;
}

function invalid(detail: string): SourceError {
  return new SourceError('SOURCE_INVALID_ANSWER', detail);
}
