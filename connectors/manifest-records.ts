// Holds the record types of a manifest against those of the SDL: every field mapped, nothing mapped that does not
// exist, every transform able to make what the SDL promises.
import type { CatalogueSource, RecordField, RecordType, SubjectTypeName } from '../schema/catalogue.ts';
import { suggest } from '../schema/suggest.ts';
import type { SubjectKind } from './contract.ts';
import { type KeyForm, keyForms, readKey } from './key-forms.ts';
import type { Crosswalk, FieldMapping, RecordMapping, Report, SubjectKey } from './manifest.ts';
import { readFilters } from './manifest-filters.ts';
import type { Path } from './manifest-lines.ts';
import type { TransportName, WrittenManifest } from './manifest-schema.ts';
import type { WrittenCrosswalk } from './sql/manifest-part.ts';
import { defaultTransform, madeTypeOf, transforms } from './transforms/library.ts';
import type { Transform } from './transforms/transform.ts';

type WrittenRecords = WrittenManifest['records'];
type WrittenRecord = WrittenRecords[string];
type WrittenField = WrittenRecord['fields'][string];

/** PostgreSQL cuts longer names silently; names of staging columns and of the source's own obey it. */
const LONGEST_NAME = 63;

/** The mappings that are right; what is wrong was reported. */
export function readRecords(
  written: WrittenRecords,
  transport: TransportName,
  sdl: CatalogueSource,
  report: Report,
): ReadonlyMap<string, RecordMapping> {
  const mappings = new Map<string, RecordMapping>();
  for (const [name, record] of Object.entries(written) as [string, WrittenRecord][]) {
    const type = sdl.records.get(name);
    if (type === undefined) {
      report(
        ['records', name],
        `records.${name}: ${sdl.file} has no such record type`,
        suggest(name, sdl.records.keys()),
      );
      continue;
    }
    const fields = readFields(type, record, report);
    mappings.set(name, {
      // What only one transport knows (table, delivery, query, path) rides along.
      ...record,
      record: name,
      subjects: readSubjects(name, record, sdl, report),
      order: readOrder(name, record, report),
      fields,
      filters: readFilters(type, record, transport, fields, report),
    });
    if (transport === 'sql' || transport === 'file') checkNameLengths(name, record, report);
  }
  for (const name of sdl.records.keys()) {
    if (!Object.hasOwn(written, name)) report(['records'], `records: ${name} of ${sdl.file} is not mapped`);
  }
  return mappings;
}

function readSubjects(
  name: string,
  record: WrittenRecord,
  sdl: CatalogueSource,
  report: Report,
): ReadonlyMap<SubjectKind, SubjectKey> {
  const base: Path = ['records', name, 'subjects'];
  const expected = new Set<SubjectTypeName>();
  for (const section of sdl.sections) {
    if ([...section.fields.values()].some((field) => field.record === name)) expected.add(section.subject);
  }
  const subjects = new Map<SubjectKind, SubjectKey>();
  for (const [kind, key] of Object.entries(record.subjects) as [SubjectKind, SubjectColumn | undefined][]) {
    if (key === undefined) continue;
    if (!expected.has(kind)) {
      report(
        [...base, kind],
        `${base.join('.')}.${kind}: no section of ${kind} in ${sdl.file} shows ${name}`,
      );
      continue;
    }
    const crosswalk =
      key.crosswalk && readCrosswalk(key.crosswalk, key.column, kind, [...base, kind], report);
    // With a crosswalk the column need not hold our identifier at all.
    const forms =
      crosswalk !== undefined && key.as === undefined
        ? []
        : readForms(key.as, kind, [...base, kind, 'as'], report);
    const controls = readControls(key.control, kind, [...base, kind, 'control'], report);
    if (controls.length > 0 && forms.length === 0)
      report([...base, kind, 'control'], `${base.join('.')}.${kind}.control: write it under crosswalk`);
    subjects.set(kind, {
      column: key.column,
      forms,
      separators: key.separator ?? [],
      controls,
      ...(crosswalk === undefined ? {} : { crosswalk }),
    });
  }
  for (const kind of expected) {
    if (record.subjects[kind] === undefined)
      report(base, `${base.join('.')}: say by which column a ${kind} is found`);
  }
  return subjects;
}

interface SubjectColumn {
  readonly column: string;
  readonly as?: unknown;
  readonly separator?: readonly string[] | undefined;
  readonly control?: readonly string[] | undefined;
  readonly crosswalk?: WrittenCrosswalk | undefined;
}

/** Subjects by their own codes, canonical. */
function readControls(
  written: readonly string[] | undefined,
  kind: SubjectKind,
  path: Path,
  report: Report,
): readonly string[] {
  const [form] = formsOf(kind);
  return (written ?? []).flatMap((code) => {
    const read = readKey(code, [form!]);
    if (read.kind === 'key') return [read.key];
    const name = kind === 'Organization' ? 'a USCC' : 'a citizen id of eighteen places';
    report(path, `${path.join('.')}: ${name} of a subject that is always found`);
    return [];
  });
}

const formsOf = (kind: SubjectKind): readonly KeyForm[] =>
  [...keyForms.values()].filter((form) => form.kind === kind);

function readCrosswalk(
  { table, from, as, to, and, control }: WrittenCrosswalk,
  column: string,
  kind: SubjectKind,
  path: Path,
  report: Report,
): Crosswalk {
  // Said nothing, a crosswalk holds the identifier whole, which is the first form of its kind.
  const whole = formsOf(kind).slice(0, 1);
  const forms = as === undefined ? whole : readForms(as, kind, [...path, 'crosswalk', 'as'], report);
  const controls = readControls(control, kind, [...path, 'crosswalk', 'control'], report);
  return { table: table.split('.'), from, forms, controls, pairs: [[column, to], ...Object.entries(and)] };
}

function readForms(written: unknown, kind: SubjectKind, path: Path, report: Report): readonly KeyForm[] {
  const possible = formsOf(kind).map((form) => form.name);
  const names: readonly unknown[] = Array.isArray(written) ? written : [written];
  if (names.length === 0) report(path, `${path.join('.')}: one of ${possible.join(', ')}, or a list of them`);
  return names.flatMap((name) => {
    const form = typeof name === 'string' ? keyForms.get(name) : undefined;
    if (form?.kind === kind) return [form];
    const near = typeof name === 'string' ? suggest(name, possible) : undefined;
    report(path, `${path.join('.')}: one of ${possible.join(', ')}, or a list of them`, near);
    return [];
  });
}

/** The manifest names columns; what is put in order are values of fields. */
function readOrder(name: string, record: WrittenRecord, report: Report): readonly string[] {
  const fields = new Map<string, string>();
  for (const [field, { column }] of Object.entries(record.fields)) {
    if (!fields.has(column)) fields.set(column, field);
  }
  return record.order.flatMap((column, index) => {
    const field = fields.get(column);
    if (field !== undefined) return [field];
    const path = ['records', name, 'order', index];
    report(path, `${path.join('.')}: ${column} is not the column of a field`, suggest(column, fields.keys()));
    return [];
  });
}

function readFields(
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
    const transform = readTransform(written, sdlField, path, report);
    if (transform !== undefined) fields.set(field, { field, column: written.column, transform });
  }
  for (const field of type.fields.keys()) {
    if (!Object.hasOwn(record.fields, field))
      report(base, `${base.join('.')}: ${type.name}.${field} is not mapped`);
  }
  return fields;
}

function readTransform(
  written: WrittenField,
  field: RecordField,
  path: Path,
  report: Report,
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
  const type = madeTypeOf(field);
  if (!rule.makes.some((made) => made === type)) {
    const fitting = [...transforms].filter(([, other]) => other.makes.some((made) => made === type));
    const names = fitting.map(([name]) => name).join(', ') || 'no transform';
    report(
      at,
      `${where}: ${named.name} cannot make ${field.list ? `[${field.type}]` : field.type}; ${names} can`,
    );
    return undefined;
  }
  switch (rule.parameter) {
    case 'none':
      if (named.parameter === undefined) return rule.transform;
      report(at, `${where}: ${named.name} takes no parameter; write as: ${named.name}`);
      return undefined;
    case 'separator':
      if (typeof named.parameter === 'string' && named.parameter !== '') return rule.make(named.parameter);
      report(at, `${where}: ${named.name} needs the text between two values, such as { ${named.name}: ';' }`);
      return undefined;
    case 'table': {
      const table = readTable(named.parameter, field, [...at, named.name], report);
      return table === undefined ? undefined : rule.make(table);
    }
  }
}

/** `date` or `{ code: {…} }`. */
function readName(written: unknown): { readonly name: string; readonly parameter?: unknown } | undefined {
  if (typeof written === 'string') return { name: written };
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return undefined;
  const entries = Object.entries(written as Record<string, unknown>);
  const [entry] = entries;
  return entries.length === 1 && entry !== undefined ? { name: entry[0], parameter: entry[1] } : undefined;
}

function readTable(
  written: unknown,
  field: RecordField,
  path: Path,
  report: Report,
): ReadonlyMap<string, string> | undefined {
  const where = path.join('.');
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    report(path, `${where}: a table of the agency's codes and what they mean here`);
    return undefined;
  }
  const table = new Map<string, string>();
  let right = true;
  for (const [theirs, ours] of Object.entries(written as Record<string, unknown>)) {
    if (typeof ours === 'string' && (field.enumValues === undefined || field.enumValues.includes(ours))) {
      table.set(theirs, ours);
      continue;
    }
    right = false;
    const known = field.enumValues ?? [];
    const message =
      field.enumValues === undefined
        ? `${where}.${theirs}: write text`
        : `${where}.${theirs}: not a value of ${field.type}`;
    report([...path, theirs], message, typeof ours === 'string' ? suggest(ours, known) : undefined);
  }
  return right ? table : undefined;
}

function checkNameLengths(name: string, record: WrittenRecord, report: Report): void {
  for (const [field, { column }] of Object.entries(record.fields)) {
    if (Buffer.byteLength(column) <= LONGEST_NAME) continue;
    const path = ['records', name, 'fields', field];
    report(path, `${path.join('.')}: a column's name has at most ${LONGEST_NAME} bytes in UTF-8`);
  }
}
