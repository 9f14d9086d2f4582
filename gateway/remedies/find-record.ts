// Finds the record a remedy is about, at its source and by its document number: nobody objects to what he does not have.
// Asked for are only the number, the date and the status, as far as the caller may derive from them.
import { type Connector, type Subject, type Value, gapFor } from '../../connectors/contract.ts';
import type { Log } from '../../connectors/log.ts';
import type { DeclaredRemedies } from '../../schema/remedies-declared.ts';
import type { RecordType } from '../../schema/catalogue.ts';
import { ClientError } from '../errors.ts';
import { conditionsOn } from './conditions-on.ts';
import { type Pseudonymise, pseudonymOf } from '../request/pseudonyms.ts';
import { knownDay } from '../verdict/period.ts';
import type { Recorder } from '../request/record.ts';
import { stateFor } from '../request/section-view.ts';
import type { Decided } from '../request/stages.ts';
import { fieldsToFind, mayActFor, mayLookInto } from './in-sight.ts';
import { comparableNumber } from './record-number.ts';

export interface FoundRecord {
  readonly type: RecordType;
  /** As the source writes it. */
  readonly record: string;
  /** Date of the document, the latest where it has several; null where none is recorded. */
  readonly datedOn: string | null;
  /** What conditions of policies look at in it, as far as this caller may derive from that. */
  readonly facts: Readonly<Record<string, Value>>;
}

export interface RecordFinder {
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly recorder: Recorder;
  readonly pseudonymise: Pseudonymise;
  readonly log: Log;
  readonly requestMilliseconds: number;
}

/** A record type that the SDL gives a remedy and the table lets this caller look for. @throws ClientError REMEDY_NOT_OFFERED */
export function remediableType(
  decided: Decided,
  name: string,
  at: string,
): { readonly type: RecordType; readonly declared: DeclaredRemedies } {
  const type = decided.admitted.snapshot.catalogue.records.get(name);
  const declared = type?.remedies;
  // A type nobody knows, one without remedies and one this caller may not look into are all the same from outside.
  if (type === undefined || declared === undefined || !mayLookInto(decided.table, type))
    throw new ClientError('REMEDY_NOT_OFFERED', at);
  return { type, declared };
}

/**
 * The record of the subject with that number, in use. @throws ClientError REMEDY_NOT_OFFERED, RECORD_NOT_FOUND,
 * RECORD_UNCONFIRMED where the source does not say
 */
export async function findRecord(
  decided: Decided,
  subject: Subject,
  wanted: { readonly recordType: string; readonly record: string },
  deed: string,
  { connectors, recorder, pseudonymise, log, requestMilliseconds }: RecordFinder,
): Promise<FoundRecord> {
  const { type, declared } = remediableType(decided, wanted.recordType, `${deed}(recordType)`);
  const { admitted, table } = decided;
  const { catalogue } = admitted.snapshot;
  const notFound = new ClientError('RECORD_NOT_FOUND', `${deed}(record)`);
  // Whose records are none of the caller's business has none, as far as it can tell; no source hears of it.
  if (!mayActFor(decided, subject)) throw notFound;
  const sections = [...catalogue.sections.values()];
  const holds = sections.some(
    ({ source, subject: kind, fields }) =>
      source === type.source &&
      kind === subject.kind &&
      [...fields.values()].some(({ record }) => record === type.name),
  );
  if (!holds || !decided.purpose.subjects.includes(subject.kind)) throw notFound;
  const looked = conditionsOn(admitted.snapshot, type);
  const fields = table.permit(type, undefined, [...fieldsToFind(declared), ...looked])!;
  recorder.note(decided, 'record-looked-up', {
    subject: pseudonymOf(pseudonymise, subject),
    source: type.source,
    recordType: type.name,
    fields: [...fields],
  });
  await recorder.settle();
  const answer = await connectors
    .get(type.source)
    ?.fetch(
      { subjects: [subject], steps: [{ record: type.name, fields }] },
      AbortSignal.timeout(requestMilliseconds),
    );
  const { state } = answer === undefined ? { state: 'UNAVAILABLE' } : stateFor(answer, subject);
  if (answer === undefined || (state !== 'OK' && state !== 'STALE')) {
    log.warn({ request: admitted.request, source: type.source, state }, 'a record could not be confirmed');
    throw new ClientError('RECORD_UNCONFIRMED');
  }
  const number = comparableNumber(wanted.record);
  const today = admitted.today;
  const conditions = fieldsToFind(declared).flatMap((name) => {
    const decision = table.derivations.get(`${type.name}.${name}`);
    return decision?.kind === 'row' ? [decision] : [];
  });
  const rows = (answer.rows.get(type.name)?.get(subject.id) ?? []).filter(
    (row) =>
      typeof row[declared.record] === 'string' &&
      comparableNumber(String(row[declared.record])) === number &&
      row['recordStatus'] !== 'REPAIRED' &&
      row['recordStatus'] !== 'REVOKED' &&
      conditions.every((condition) => condition.holds({ row, today })),
  );
  const [first] = rows;
  if (first === undefined) {
    const whole = gapFor(answer.gaps, type.name, subject.id) === undefined;
    throw whole ? notFound : new ClientError('RECORD_UNCONFIRMED');
  }
  const dates = rows.map((row) => knownDay(row[declared.dated])).filter((date) => date !== null);
  return {
    type,
    record: String(first[declared.record]),
    datedOn: dates.length === rows.length ? dates.sort().at(-1)! : null,
    facts: Object.fromEntries(
      looked.filter((name) => fields.includes(name)).map((name) => [name, first[name] ?? null]),
    ),
  };
}
