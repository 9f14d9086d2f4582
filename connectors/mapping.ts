// Reads raw rows into records: each row is brought to its subject by its key, each value to its canonical form. What
// cannot be brought to anybody, or cannot be read, leaves a gap in the evidence, because a record left out would make
// somebody look clean.
import {
  type Gap,
  type MatchMethod,
  type RecordRow,
  type SourceAnswer,
  type Value,
  undisclosedMark,
} from './contract.ts';
import { canonicalText } from '../schema/identifiers/canonical-text.ts';
import { comparableKey, readKeys } from './key-forms.ts';
import type { KeyFault } from './key-faults.ts';
import type { PlannedField, PlannedLookup } from './lookup.ts';
import type { Allowance, RecordMapping } from './manifest.ts';
import { maskCouldBe } from './masked-key.ts';
import { SourceError } from './source-error.ts';
import { type ReceiveRow, missing } from './transport.ts';
import { type Drift, isPlainCode } from './watch.ts';

export interface Collected extends Pick<SourceAnswer, 'rows' | 'invalidSubjects'> {
  readonly candidates: SourceAnswer['rows'];
  readonly methods: ReadonlyMap<string, ReadonlyMap<string, MatchMethod>>;
  readonly gaps: readonly Gap[];
  /** Rows of subjects nobody asked for. */
  readonly foreign: number;
  /** What was wrong, without values: `CourtListing.publishedOn is not a date`. */
  readonly reasons: ReadonlySet<string>;
}

export interface RowCollector {
  readonly receive: ReceiveRow;
  /**
   * `asked`: the look-ups of the exchange.
   * @throws SourceError where a control was not found, or rows came that are all somebody else's
   */
  readonly finish: (asked: readonly PlannedLookup[]) => Collected;
}

/** Told where a row departs from the manifest. */
export type NoteDrift = (drift: Omit<Drift, 'source'>) => void;

/** What came of one record type. */
interface Tally {
  rows: number;
  foreign: number;
  unusable: number;
  /** Whether a control, or a row that is or may be somebody's who was asked about, is among them. */
  answered: boolean;
  readonly unreadable: Set<string>;
}

export function collectRows(recordsPerSubject: number, noteDrift: NoteDrift = () => undefined): RowCollector {
  const records: Rows = new Map();
  const candidates: Rows = new Map();
  const invalid = new Set<string>();
  const reasons = new Set<string>();
  const methods = new Map<string, Map<string, MatchMethod>>();
  const tallies = new Map<RecordMapping, Tally>();
  const proven = new Set<PlannedLookup['controls']>();

  const keep = (where: Rows, mapping: RecordMapping, subject: string, row: RecordRow): void => {
    let bySubject = where.get(mapping);
    if (bySubject === undefined) where.set(mapping, (bySubject = new Map<string, RecordRow[]>()));
    const rows = bySubject.get(subject);
    if (rows === undefined) bySubject.set(subject, [row]);
    else if (rows.length < recordsPerSubject) rows.push(row);
    else {
      invalid.add(subject);
      reasons.add(`${mapping.record}: more than ${recordsPerSubject} records`);
    }
  };

  const tallyOf = (mapping: RecordMapping): Tally => {
    let tally = tallies.get(mapping);
    if (tally === undefined) {
      tally = { rows: 0, foreign: 0, unusable: 0, answered: false, unreadable: new Set() };
      tallies.set(mapping, tally);
    }
    return tally;
  };

  const receive: ReceiveRow = (asked, key, values, owners) => {
    // Transports hand back the look-ups they were given, and those were planned.
    const lookup = asked as PlannedLookup;
    const { mapping, fields, controls } = lookup;
    const { record } = mapping;
    const tally = tallyOf(mapping);
    tally.rows += 1;
    const { his, perhaps, isControl, faults } = subjectsOf(lookup, key, owners);
    if (isControl) proven.add(controls);
    if (isControl || his.length > 0 || perhaps.length > 0) tally.answered = true;
    if (faults.length > 0) {
      tally.unusable += 1;
      for (const fault of faults) noteDrift({ kind: 'unusable key', coordinate: record, value: fault });
    }
    if (his.length === 0 && perhaps.length === 0) {
      if (!isControl && faults.length === 0) tally.foreign += 1;
      return;
    }
    const row = readFields(record, fields, values, noteDrift);
    if (typeof row === 'string') {
      reasons.add(row);
      for (const subject of [...his, ...perhaps]) tally.unreadable.add(subject);
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

  const finish = (asked: readonly PlannedLookup[]): Collected => {
    for (const { mapping, controls } of asked) {
      if (controls.size > 0 && !proven.has(controls))
        throw new SourceError('SOURCE_INVALID_ANSWER', `${mapping.record}: its control was not found`);
    }
    let foreign = 0;
    const gaps: Gap[] = [];
    for (const [{ record, unusableKeys }, tally] of tallies) {
      foreign += tally.foreign;
      const spoilt = exceeds(unusableKeys, tally.unusable, tally.rows);
      if ((tally.foreign > 0 || spoilt) && !tally.answered)
        throw new SourceError(
          'SOURCE_INVALID_ANSWER',
          `${record}: it answered with rows of nobody who was asked about`,
        );
      if (spoilt) {
        reasons.add(`${record}: rows whose key is nobody's`);
        gaps.push({ record, reason: 'UNUSABLE_KEYS' });
      }
      if (tally.unreadable.size > 0) gaps.push({ record, reason: 'UNREADABLE', subjects: tally.unreadable });
    }
    return {
      rows: withoutInvalid(records, invalid),
      candidates: withoutInvalid(candidates, invalid),
      invalidSubjects: invalid,
      methods,
      gaps,
      foreign,
      reasons,
    };
  };

  return { receive, finish };
}

/** Whether so many of all rows are more than a manifest allows. */
export function exceeds(allowed: Allowance, some: number, all: number): boolean {
  return some > ('rows' in allowed ? allowed.rows : Math.floor(allowed.share * all));
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

/** Whose a row is, and whose it may be. Neither, and no fault: nobody asked for it. */
interface Owners {
  readonly his: readonly string[];
  readonly perhaps: readonly string[];
  readonly isControl: boolean;
  /** What is wrong with keys of the row that are nobody's. */
  readonly faults: readonly KeyFault[];
}

const nobody: readonly string[] = [];
const noFaults: readonly KeyFault[] = [];

function subjectsOf(lookup: PlannedLookup, key: unknown, owners: readonly string[] | undefined): Owners {
  const { subjectsByKey, controls, writing } = lookup;
  // As it mostly comes: just as it was asked for.
  const exact = typeof key === 'string' ? subjectsByKey.get(key) : undefined;
  if (exact !== undefined) {
    const isControl = controls.size > 0 && controls.has(comparableKey(key as string) ?? '');
    return { ...unlessShared(lookup, exact, owners), isControl, faults: noFaults };
  }
  const his = new Set<string>();
  const perhaps = new Set<string>();
  const faults: KeyFault[] = [];
  let isControl = false;
  for (const reading of readKeys(key, writing)) {
    if (reading.kind === 'masked') {
      // A masked key never matches. But whoever it could stand for must not look clean because of it.
      for (const [known, subjects] of subjectsByKey)
        if (maskCouldBe(reading.key, known)) subjects.forEach((subject) => perhaps.add(subject));
      continue;
    }
    // What has a wrong check place may still be just what its agency holds.
    const found = reading.key === undefined ? undefined : subjectsByKey.get(reading.key);
    if (reading.key !== undefined && controls.has(reading.key)) isControl = true;
    else if (found === undefined && reading.kind === 'unusable') faults.push(reading.fault);
    if (found === undefined) continue;
    const shared = unlessShared(lookup, found, owners);
    shared.his.forEach((subject) => his.add(subject));
    shared.perhaps.forEach((subject) => perhaps.add(subject));
  }
  for (const subject of his) perhaps.delete(subject);
  return { his: [...his], perhaps: [...perhaps], isControl, faults };
}

/** A number that the crosswalk gives to anybody else, asked for or not, proves nothing about anybody. */
function unlessShared(
  { crosswalk, subjectsByKey }: PlannedLookup,
  subjects: readonly string[],
  owners: readonly string[] = [],
): Pick<Owners, 'his' | 'perhaps'> {
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
  const comparable = comparableKey(key);
  if (comparable !== subject && lookup.writing.separators.length > 0) {
    const others = readKeys(key, lookup.writing).map((reading) => reading.key);
    if (others.includes(subject)) return 'EXACT';
  }
  if (comparable !== subject) return 'ORG_CODE';
  const written = canonicalText(key);
  return written.ok && fifteenPlaces.test(written.value) ? 'CITIZEN_ID_15' : 'EXACT';
}

const bySureness: readonly MatchMethod[] = ['EXACT', 'CITIZEN_ID_15', 'ORG_CODE', 'CROSSWALK'];

function lessSure(known: MatchMethod | undefined, method: MatchMethod): MatchMethod {
  return known !== undefined && bySureness.indexOf(known) > bySureness.indexOf(method) ? known : method;
}

/** The record, or what is wrong with it. */
function readFields(
  record: string,
  fields: readonly PlannedField[],
  values: readonly unknown[],
  noteDrift: NoteDrift,
): RecordRow | string {
  const row = Object.create(null) as Record<string, Value>;
  let undisclosed: string[] | undefined;
  for (const { field, at, startAt, transform } of fields) {
    const raw = values[at];
    if (raw === missing) {
      noteDrift({ kind: 'missing column', coordinate: `${record}.${field}` });
      return `${record}.${field} was left out`;
    }
    const read = startAt === undefined ? transform(raw) : transform(raw, values[startAt]);
    if (read.unknownCode !== undefined) noteCode(noteDrift, `${record}.${field}`, read.unknownCode);
    if (!read.ok) {
      if (read.unknownCode === undefined)
        noteDrift({ kind: 'changed type', coordinate: `${record}.${field}` });
      return `${record}.${field} ${read.reason}`;
    }
    row[field] = read.value;
    if (read.undisclosed === true) (undisclosed ??= []).push(field);
  }
  if (undisclosed !== undefined) row[undisclosedMark] = undisclosed;
  return row;
}

/** Where a row of all of a record type's columns departs from the manifest, field by field. */
export function driftOf(
  { record, fields }: RecordMapping,
  columns: readonly string[],
  values: readonly unknown[],
): readonly Omit<Drift, 'source'>[] {
  const drift: Omit<Drift, 'source'>[] = [];
  for (const { field, column, transform, start } of fields.values()) {
    const counted = start === undefined ? {} : { startAt: columns.indexOf(start.column) };
    const planned = { field, column, transform, at: columns.indexOf(column), ...counted };
    readFields(record, [planned], values, (one) => drift.push(one));
  }
  return drift;
}

/** What cannot be told from a value of a record is counted and not passed on. */
function noteCode(noteDrift: NoteDrift, coordinate: string, code: string): void {
  noteDrift({ kind: 'unknown code', coordinate, ...(isPlainCode(code) ? { value: code } : {}) });
}
