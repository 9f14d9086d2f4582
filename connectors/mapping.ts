// Reads raw rows into records: each row is brought to its subject by its key, each value to its canonical form.
// A row that is nobody's is dropped; a row that is somebody's and cannot be read makes his section invalid,
// because a record left out would make him look clean.
import type { MatchMethod, RecordRow, SourceAnswer, Value } from './contract.ts';
import { comparableKey, maskCouldBe } from './key-forms.ts';
import type { PlannedField, PlannedLookup } from './lookup.ts';
import type { RecordMapping } from './manifest.ts';
import { SourceError } from './source-error.ts';
import { type Lookup, type ReceiveRow, missing } from './transport.ts';
import { type Drift, isPlainCode } from './watch.ts';

export interface Collected extends Pick<SourceAnswer, 'rows' | 'invalidSubjects'> {
  readonly methods: ReadonlyMap<string, ReadonlyMap<string, MatchMethod>>;
  /** Rows of subjects nobody asked for. */
  readonly foreign: number;
  /** What was wrong with the invalid subjects, without values: `CourtListing.publishedOn is not a date`. */
  readonly reasons: ReadonlySet<string>;
}

export interface RowCollector {
  /** @throws SourceError when the row has no key: then no subject of the answer can be trusted to be complete */
  readonly receive: ReceiveRow;
  readonly finish: () => Collected;
}

/** Told where a row departs from the manifest. */
export type NoteDrift = (drift: Omit<Drift, 'source'>) => void;

export function collectRows(recordsPerSubject: number, noteDrift: NoteDrift = () => undefined): RowCollector {
  const records = new Map<RecordMapping, Map<string, RecordRow[]>>();
  const invalid = new Set<string>();
  const reasons = new Set<string>();
  const methods = new Map<string, Map<string, MatchMethod>>();
  let foreign = 0;

  const spoil = (subject: string, reason: string): void => {
    invalid.add(subject);
    reasons.add(reason);
  };

  const receive = (asked: Lookup, key: unknown, values: readonly unknown[]): void => {
    // Transports hand back the look-ups they were given, and those were planned.
    const lookup = asked as PlannedLookup;
    const { record } = lookup.mapping;
    const owners = ownersOf(lookup, key, (subject) => spoil(subject, `${record}: a masked key may be his`));
    if (owners.length === 0) {
      foreign += 1;
      return;
    }
    const row = readFields(record, lookup.fields, values, noteDrift);
    let bySubject = records.get(lookup.mapping);
    if (bySubject === undefined) {
      bySubject = new Map<string, RecordRow[]>();
      records.set(lookup.mapping, bySubject);
    }
    for (const subject of owners) {
      if (typeof row === 'string') {
        spoil(subject, row);
        continue;
      }
      const method = methodOf(lookup, key, subject);
      if (method !== 'EXACT') {
        const known = methods.get(record) ?? new Map<string, MatchMethod>();
        methods.set(record, known);
        if (known.get(subject) !== 'CROSSWALK') known.set(subject, method);
      }
      const rows = bySubject.get(subject);
      if (rows === undefined) bySubject.set(subject, [row]);
      else if (rows.length < recordsPerSubject) rows.push(row);
      else spoil(subject, `${record}: more than ${recordsPerSubject} records`);
    }
  };

  const finish = (): Collected => {
    const rows = new Map<string, ReadonlyMap<string, readonly RecordRow[]>>();
    for (const [mapping, bySubject] of records) {
      for (const subject of invalid) bySubject.delete(subject);
      rows.set(mapping.record, bySubject);
    }
    return { rows, invalidSubjects: invalid, methods, foreign, reasons };
  };

  return { receive, finish };
}

/** The subjects a row belongs to; none when nobody asked for it. */
function ownersOf(
  lookup: PlannedLookup,
  key: unknown,
  perhaps: (subject: string) => void,
): readonly string[] {
  if (typeof key !== 'string') throw keyless(lookup);
  const exact = lookup.subjectsByKey.get(key);
  if (exact !== undefined) return exact;
  const comparable = comparableKey(key);
  if (comparable === undefined) throw keyless(lookup);
  if (!comparable.includes('*')) return lookup.subjectsByKey.get(comparable) ?? [];
  // A masked key never matches. But whoever it could stand for must not look clean because of it.
  for (const [known, subjects] of lookup.subjectsByKey) {
    if (maskCouldBe(comparable, known)) subjects.forEach(perhaps);
  }
  return [];
}

function methodOf(lookup: PlannedLookup, key: unknown, subject: string): MatchMethod {
  if (lookup.crosswalk !== undefined) return 'CROSSWALK';
  return key === subject || comparableKey(key as string) === subject ? 'EXACT' : 'ORG_CODE';
}

function keyless(lookup: Lookup): SourceError {
  return new SourceError('SOURCE_INVALID_ANSWER', `${lookup.mapping.record}: a row without a key`);
}

/** The record, or what is wrong with it. */
function readFields(
  record: string,
  fields: readonly PlannedField[],
  values: readonly unknown[],
  noteDrift: NoteDrift,
): RecordRow | string {
  const row = Object.create(null) as Record<string, Value>;
  for (const { field, at, transform } of fields) {
    const raw = values[at];
    if (raw === missing) {
      noteDrift({ kind: 'missing column', coordinate: `${record}.${field}` });
      return `${record}.${field} was left out`;
    }
    const read = transform(raw);
    if (read.unknownCode !== undefined) noteCode(noteDrift, `${record}.${field}`, read.unknownCode);
    if (!read.ok) {
      if (read.unknownCode === undefined)
        noteDrift({ kind: 'changed type', coordinate: `${record}.${field}` });
      return `${record}.${field} ${read.reason}`;
    }
    row[field] = read.value;
  }
  return row;
}

/** Where a row of all of a record type's columns departs from the manifest, field by field. */
export function driftOf(
  { record, fields }: RecordMapping,
  columns: readonly string[],
  values: readonly unknown[],
): readonly Omit<Drift, 'source'>[] {
  const drift: Omit<Drift, 'source'>[] = [];
  for (const { field, column, transform } of fields.values()) {
    const planned = { field, column, transform, at: columns.indexOf(column) };
    readFields(record, [planned], values, (one) => drift.push(one));
  }
  return drift;
}

/** What cannot be told from a value of a record is counted and not passed on. */
function noteCode(noteDrift: NoteDrift, coordinate: string, code: string): void {
  noteDrift({ kind: 'unknown code', coordinate, ...(isPlainCode(code) ? { value: code } : {}) });
}
