// Holds the fields of a record type in a manifest against those of the SDL: every field mapped, nothing mapped that does
// not exist, every transform and word able to make what the SDL promises.
import type { RecordField, RecordType } from '../schema/catalogue.ts';
import { suggest } from '../schema/suggest.ts';
import type { FieldMapping, Report } from './manifest.ts';
import type { Path } from './manifest-lines.ts';
import type { WrittenManifest } from './manifest-schema.ts';
import { type ReadStart, readParameter } from './manifest-transform.ts';
import { defaultTransform, madeTypeOf, transforms } from './transforms/library.ts';
import type { Transform } from './transforms/transform.ts';
import { type Words, withWords } from './transforms/words.ts';

type WrittenRecord = WrittenManifest['records'][string];
export type WrittenField = WrittenRecord['fields'][string];

/** The fields that are right; what is wrong was reported. */
export function readFields(
  type: RecordType,
  record: WrittenRecord,
  report: Report,
): ReadonlyMap<string, FieldMapping> {
  const base: Path = ['records', type.name, 'fields'];
  const fields = new Map<string, FieldMapping>();
  for (const [field, written] of Object.entries(record.fields)) {
    const path = [...base, field];
    const sdlField = type.fields.get(field);
    if (sdlField === undefined) {
      const message = `${path.join('.')}: ${type.name} has no such field`;
      report(path, message, suggest(field, type.fields.keys()));
      continue;
    }
    const startField = startOf(written);
    const context = { type, record, report };
    const read = readField(written, sdlField, path, context, (name) => {
      const start = record.fields[name];
      const sdlStart = type.fields.get(name);
      // What is wrong with it is reported where it is written.
      if (start === undefined || sdlStart === undefined || startOf(start) !== undefined) return undefined;
      const quiet = { ...context, report: () => undefined };
      return readField(start, sdlStart, [...base, name], quiet, () => undefined);
    });
    if (read === undefined) continue;
    const start = startField === undefined ? undefined : record.fields[startField];
    fields.set(field, {
      field,
      column: written.column,
      transform: read,
      ...(start === undefined ? {} : { start: { field: startField!, column: start.column } }),
    });
  }
  for (const field of type.fields.keys()) {
    if (!Object.hasOwn(record.fields, field))
      report(base, `${base.join('.')}: ${type.name}.${field} is not mapped`);
  }
  return fields;
}

/** The field from which a term counts. */
function startOf({ as }: WrittenField): string | undefined {
  const from = (as as { readonly term?: { readonly from?: unknown } } | undefined)?.term?.from;
  return typeof from === 'string' ? from : undefined;
}

interface Context {
  readonly type: RecordType;
  readonly record: WrittenRecord;
  readonly report: Report;
}

function readField(
  written: WrittenField,
  field: RecordField,
  path: Path,
  context: Context,
  readStart: ReadStart,
): Transform | undefined {
  const words = readWords(written, field, path, context.report);
  if (!isPeriod(written)) {
    const transform = readTransform(written, field, words, path, context, readStart);
    return transform === undefined ? undefined : withWords(transform, words);
  }
  // Both ends of a period stand in one cell: what one field says of the cell holds for the other, and where the period
  // has no end it still has a beginning.
  const sharing = Object.values(context.record.fields).filter(
    (other) => other.column === written.column && isPeriod(other),
  );
  const forever = [...new Set(sharing.flatMap((other) => other.forever ?? []))];
  const transform = readTransform(written, field, { ...words, forever }, path, context, readStart);
  return transform === undefined ? undefined : withWords(transform, { ...words, forever: [] });
}

const isPeriod = ({ as }: WrittenField): boolean => typeof as === 'object' && as !== null && 'period' in as;

function readWords(written: WrittenField, field: RecordField, path: Path, report: Report): Words {
  const { none = [], forever = [], undisclosed = [] } = written;
  const where = path.join('.');
  if (forever.length > 0 && madeTypeOf(field) !== 'Date')
    report(
      [...path, 'forever'],
      `${where}.forever: only a Date can be without end, not a ${madeTypeOf(field)}`,
    );
  const meanings = new Map<string, string>();
  for (const [meaning, list] of Object.entries({ none, forever, undisclosed })) {
    for (const word of list) {
      const other = meanings.get(word);
      if (other !== undefined && other !== meaning)
        report([...path, meaning], `${where}.${meaning}: one of its words is under ${other} as well`);
      meanings.set(word, meaning);
    }
  }
  return { none, forever, undisclosed };
}

function readTransform(
  written: WrittenField,
  field: RecordField,
  words: Words,
  path: Path,
  { type, report }: Context,
  readStart: ReadStart,
): Transform | undefined {
  const where = `${path.join('.')}.as`;
  const at = [...path, 'as'];
  if (written.as === undefined || written.as === null) {
    const transform = defaultTransform(field);
    if (transform === undefined) {
      report(path, `${path.join('.')}: say with 'as' how to read a ${madeTypeOf(field)}`);
    }
    return transform;
  }
  const named = readName(written.as);
  const rule = named === undefined ? undefined : transforms.get(named.name);
  if (named === undefined || rule === undefined) {
    const near = named === undefined ? undefined : suggest(named.name, transforms.keys());
    report(at, `${where}: one of ${[...transforms.keys()].join(', ')}`, near);
    return undefined;
  }
  const made = madeTypeOf(field);
  if (!rule.makes.some((one) => one === made)) {
    const fitting = [...transforms].filter(([, other]) => other.makes.some((one) => one === made));
    const names = fitting.map(([name]) => name).join(', ') || 'no transform';
    report(
      at,
      `${where}: ${named.name} cannot make ${field.list ? `[${field.type}]` : field.type}; ${names} can`,
    );
    return undefined;
  }
  return readParameter(rule, named, { type, field, words, path: at, report, readStart });
}

/** `date` or `{ code: {…} }`. */
function readName(written: unknown): { readonly name: string; readonly parameter?: unknown } | undefined {
  if (typeof written === 'string') return { name: written };
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return undefined;
  const entries = Object.entries(written as Record<string, unknown>);
  const [entry] = entries;
  return entries.length === 1 && entry !== undefined ? { name: entry[0], parameter: entry[1] } : undefined;
}
