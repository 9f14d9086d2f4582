// Reads raw rows into records: each row is brought to its subject by its key, each value to its canonical form.
// A row that is nobody's is dropped; one that may be somebody's is his candidate, never his; a row that is or may be
// somebody's and cannot be read makes his section invalid, because a record left out would make him look clean.
import type { MatchMethod, RecordRow, SourceAnswer, Value } from './contract.ts';
import { canonicalText } from '../schema/identifiers/canonical-text.ts';
import { comparableKey, maskCouldBe } from './key-forms.ts';
import type { PlannedField, PlannedLookup } from './lookup.ts';
import type { RecordMapping } from './manifest.ts';
import { SourceError } from './source-error.ts';
import { type Lookup, type ReceiveRow, missing } from './transport.ts';
import { type Drift, isPlainCode } from './watch.ts';

export interface Collected extends Pick<SourceAnswer, 'rows' | 'invalidSubjects'> {
  readonly candidates: SourceAnswer['rows'];
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
  const records: Rows = new Map();
  const candidates: Rows = new Map();
  const invalid = new Set<string>();
  const reasons = new Set<string>();
  const methods = new Map<string, Map<string, MatchMethod>>();
  let foreign = 0;

  const spoil = (subject: string, reason: string): void => {
    invalid.add(subject);
    reasons.add(reason);
  };

  const keep = (where: Rows, mapping: RecordMapping, subject: string, row: RecordRow): void => {
    let bySubject = where.get(mapping);
    if (bySubject === undefined) where.set(mapping, (bySubject = new Map<string, RecordRow[]>()));
    const rows = bySubject.get(subject);
    if (rows === undefined) bySubject.set(subject, [row]);
    else if (rows.length < recordsPerSubject) rows.push(row);
    else spoil(subject, `${mapping.record}: more than ${recordsPerSubject} records`);
  };

  const receive: ReceiveRow = (asked, key, values, owners) => {
    // Transports hand back the look-ups they were given, and those were planned.
    const lookup = asked as PlannedLookup;
    const { mapping, fields } = lookup;
    const { record } = mapping;
    const { his, perhaps } = subjectsOf(lookup, key, owners);
    if (his.length === 0 && perhaps.length === 0) {
      foreign += 1;
      return;
    }
    const row = readFields(record, fields, values, noteDrift);
    if (typeof row === 'string') {
      for (const subject of [...his, ...perhaps]) spoil(subject, row);
      return;
    }
    for (const subject of perhaps) keep(candidates, mapping, subject, row);
    for (const subject of his) {
      const method = methodOf(lookup, key as string, subject);
      if (method !== 'EXACT') {
        const known = methods.get(record) ?? new Map<string, MatchMethod>();
        methods.set(record, known);
        known.set(subject, lessSure(known.get(subject), method));
      }
      keep(records, mapping, subject, row);
    }
  };

  const finish = (): Collected => ({
    rows: withoutInvalid(records, invalid),
    candidates: withoutInvalid(candidates, invalid),
    invalidSubjects: invalid,
    methods,
    foreign,
    reasons,
  });

  return { receive, finish };
}

type Rows = Map<RecordMapping, Map<string, RecordRow[]>>;

function withoutInvalid(collected: Rows, invalid: ReadonlySet<string>): SourceAnswer['rows'] {
  const rows = new Map<string, ReadonlyMap<string, readonly RecordRow[]>>();
  for (const [mapping, bySubject] of collected) {
    for (const subject of invalid) bySubject.delete(subject);
    rows.set(mapping.record, bySubject);
  }
  return rows;
}

/** Whose a row is, and whose it may be. Neither: nobody asked for it. */
interface Owners {
  readonly his: readonly string[];
  readonly perhaps: readonly string[];
}

const nobody: readonly string[] = [];

function subjectsOf(lookup: PlannedLookup, key: unknown, owners: readonly string[] | undefined): Owners {
  if (typeof key !== 'string') throw keyless(lookup);
  const { subjectsByKey } = lookup;
  const exact = subjectsByKey.get(key);
  if (exact !== undefined) return unlessShared(lookup, exact, owners);
  const comparable = comparableKey(key);
  if (comparable === undefined) throw keyless(lookup);
  if (!comparable.includes('*')) return unlessShared(lookup, subjectsByKey.get(comparable) ?? nobody, owners);
  // A masked key never matches. But whoever it could stand for must not look clean because of it.
  const perhaps = new Set<string>();
  for (const [known, subjects] of subjectsByKey)
    if (maskCouldBe(comparable, known)) subjects.forEach((subject) => perhaps.add(subject));
  return { his: nobody, perhaps: [...perhaps] };
}

/** A number that the crosswalk gives to anybody else, asked for or not, proves nothing about anybody. */
function unlessShared(
  { crosswalk, subjectsByKey }: PlannedLookup,
  subjects: readonly string[],
  owners: readonly string[] = [],
): Owners {
  if (crosswalk === undefined) return { his: subjects, perhaps: nobody };
  const isAlone = (subject: string): boolean =>
    owners.length > 0 &&
    owners.every((owner) => subjectsByKey.get(comparableKey(owner) ?? owner)?.includes(subject) === true);
  return {
    his: subjects.filter(isAlone),
    perhaps: subjects.filter((subject) => !isAlone(subject)),
  };
}

const fifteenPlaces = /^[0-9]{15}$/;

function methodOf(lookup: PlannedLookup, key: string, subject: string): MatchMethod {
  if (lookup.crosswalk !== undefined) return 'CROSSWALK';
  if (key === subject) return 'EXACT';
  if (comparableKey(key) !== subject) return 'ORG_CODE';
  const written = canonicalText(key);
  return written.ok && fifteenPlaces.test(written.value) ? 'CITIZEN_ID_15' : 'EXACT';
}

const bySureness: readonly MatchMethod[] = ['EXACT', 'CITIZEN_ID_15', 'ORG_CODE', 'CROSSWALK'];

function lessSure(known: MatchMethod | undefined, method: MatchMethod): MatchMethod {
  return known !== undefined && bySureness.indexOf(known) > bySureness.indexOf(method) ? known : method;
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
