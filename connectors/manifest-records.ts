// Holds the record types of a manifest against those of the SDL: every field mapped, nothing mapped that does not
// exist, every transform able to make what the SDL promises.
import type { CatalogueSource, SubjectTypeName } from '../schema/catalogue.ts';
import { suggest } from '../schema/suggest.ts';
import type { SubjectKind } from './contract.ts';
import { type KeyForm, keyForms, readKey } from './key-forms.ts';
import type { Crosswalk, RecordMapping, Report, SubjectKey } from './manifest.ts';
import { readFields } from './manifest-fields.ts';
import { readFilters } from './manifest-filters.ts';
import type { Path } from './manifest-lines.ts';
import type { TransportName, WrittenManifest } from './manifest-schema.ts';
import type { WrittenCrosswalk } from './sql/manifest-part.ts';

type WrittenRecords = WrittenManifest['records'];
type WrittenRecord = WrittenRecords[string];

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

function checkNameLengths(name: string, record: WrittenRecord, report: Report): void {
  for (const [field, { column }] of Object.entries(record.fields)) {
    if (Buffer.byteLength(column) <= LONGEST_NAME) continue;
    const path = ['records', name, 'fields', field];
    report(path, `${path.join('.')}: a column's name has at most ${LONGEST_NAME} bytes in UTF-8`);
  }
}
