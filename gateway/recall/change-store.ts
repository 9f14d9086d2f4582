// The changes of records' meanings and the readings they concern, as SQL. Everything here runs under `lockForTelling`.
import type { RemedyEffect } from '../remedies/procedure.ts';
import type { Query } from '../state/state.ts';
import type { ChangeKind } from './change-kind.ts';
import type { Reader, Standing } from './reader-standing.ts';

/** A step of a remedy, with the record it is about. */
export interface RemedyStepTaken {
  readonly seq: string;
  readonly number: string;
  readonly from_state: string | null;
  readonly to_state: string;
  readonly before: RemedyEffect | null;
  readonly effect: RemedyEffect | null;
  readonly at: Date;
  readonly subject: string;
}

/** A change and the record it is about. */
export interface Change {
  readonly seq: string;
  readonly number: string;
  readonly kind: ChangeKind;
  readonly at: Date;
  readonly reads_from: Date;
  readonly reads_until: Date;
  readonly subject: string;
  readonly source: string;
  readonly record_type: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Readings of one consumer for one purpose that nobody has been told about. */
export interface FoundReader extends Reader {
  readonly readings: number;
  readonly last_read_at: Date;
  /** The same of the readings whose verdict cited a rule about the record's type. */
  readonly cited_readings: number;
  readonly last_cited_at: Date | null;
  readonly sealed: boolean;
  readonly keep_until: Date;
}

const nextStep = `
  select e.seq, e.number, e.from_state, e.to_state, e.effect, e.at, r.subject,
    (select p.effect from gateway.remedy_event p where p.number = e.number and p.seq < e.seq order by p.seq desc limit 1)
      as before
  from gateway.remedy_event e join gateway.remedy r using (number)
  where e.seq > (select seq from gateway.recall_position) order by e.seq limit 1`;

const selectChange = `
  select c.seq, c.number, c.kind, c.at, c.reads_from, c.reads_until, c.subject, r.source, r.record_type, r.facts
  from gateway.recall_change c join gateway.remedy r using (number)`;

const dueChange = `${selectChange} where c.due order by c.seq limit 1`;
const changeBySeq = `${selectChange} where c.seq = $1`;

// A case is followed from its first change: whoever was told of an objection is told what came of it.
const enter = `
  insert into gateway.recall_change (seq, number, subject, kind, at, reads_from, reads_until)
  select $1, $2, $3, $4, $5,
    coalesce(min(at), $5::timestamptz) - make_interval(days => $6), $5::timestamptz + make_interval(secs => $7)
  from gateway.recall_change where number = $2`;

const findReadings = `
  insert into gateway.recall_reading
    (change, log, seq, consumer, purpose, request, at, case_number, named, sealed, cited, keep_until)
  select $1, r.log, r.seq, r.consumer, r.purpose, r.request, r.at, r.case_number, r.officer is not null, r.sealed,
    s.rules && $7::text[], r.keep_until
  from gateway.access_subject s join gateway.access_reading r on r.id = s.reading
  where s.subject = $2 and s.at between $3 and $4 and $5 = any(s.sources) and r.answered
    and jsonb_array_length(coalesce(r.fields -> $5 -> $6, '[]'::jsonb)) > 0
    and not exists (
      select from gateway.recall_reading t where t.change = $1 and t.log = r.log and t.seq = r.seq)
  order by s.at limit $8
  returning seq`;

const readersFound = `
  select consumer, purpose, count(*)::int as readings, max(at) as last_read_at,
    (count(*) filter (where cited))::int as cited_readings, max(at) filter (where cited) as last_cited_at,
    bool_or(sealed) as sealed,
    bool_or(case_number is not null) as case_given, bool_or(named) as user_given, bool_or(cited) as cited,
    max(keep_until) as keep_until
  from gateway.recall_reading where change = $1 and notice is null
  group by consumer, purpose order by consumer, purpose`;

const nextNumber = `
  insert into gateway.recall_list as l (consumer, last_number) values ($1, 1)
  on conflict (consumer) do update set last_number = l.last_number + 1 returning last_number`;

const writeNotice = `
  insert into gateway.recall_notice (change, consumer, purpose, part, number, untold, made_at, last_read_at, readings,
    sealed, case_given, user_given, cited, verdicts_only, acknowledge_by, keep_until)
  select $1, $2, $3, coalesce(max(part), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
  from gateway.recall_notice where change = $1 and consumer = $2 and purpose = $3
  returning id`;

const coverReadings = `
  update gateway.recall_reading set notice = $4
  where change = $1 and consumer = $2 and purpose = $3 and notice is null`;

/** Readings found by one statement, so that none takes long. */
const readingsAtOnce = 5000;

/** Whether there is anything to tell; asked without the lock. */
export async function somethingToTell(query: Query): Promise<boolean> {
  const [row] = await query<{ some: boolean }>(
    `select exists (select from gateway.remedy_event where seq > (select seq from gateway.recall_position))
       or exists (select from gateway.recall_change where due) as some`,
  );
  return row!.some;
}

/** The step behind the position; the position moves onto it. */
export async function takeNextStep(query: Query): Promise<RemedyStepTaken | undefined> {
  const [step] = await query<RemedyStepTaken & Record<string, unknown>>(nextStep);
  if (step !== undefined) await query('update gateway.recall_position set seq = $1', [step.seq]);
  return step;
}

/** A change of which more readings came to be known; it is no longer noted as such. */
export async function takeDueChange(query: Query): Promise<Change | undefined> {
  const [change] = await query<Change & Record<string, unknown>>(dueChange);
  if (change !== undefined)
    await query('update gateway.recall_change set due = false where seq = $1', [change.seq]);
  return change;
}

/** @param days how long before the first change of the case readings count; `margin`: seconds after the change */
export async function enterChange(
  query: Query,
  step: RemedyStepTaken,
  kind: ChangeKind,
  { days, margin }: { readonly days: number; readonly margin: number },
): Promise<Change> {
  await query(enter, [step.seq, step.number, step.subject, kind, step.at, days, margin]);
  return (await query<Change & Record<string, unknown>>(changeBySeq, [step.seq]))[0]!;
}

/** Everybody whose readings of the record nobody was told about yet. `rules`: ids of rules about the record's type. */
export async function findReaders(
  query: Query,
  change: Change,
  rules: readonly string[],
): Promise<readonly FoundReader[]> {
  const { seq, subject, reads_from, reads_until, source, record_type } = change;
  const given = [seq, subject, reads_from, reads_until, source, record_type, rules, readingsAtOnce];
  while ((await query(findReadings, given)).length === readingsAtOnce);
  return query<FoundReader & Record<string, unknown>>(readersFound, [seq]);
}

/** What is written of one reader. */
export interface NoticeMade {
  readonly change: Change;
  readonly reader: FoundReader;
  readonly standing: Standing;
  readonly at: Date;
  /** YYYY-MM-DD. */
  readonly acknowledgeBy: string;
}

/** Writes a notice, with the next number of the reader's list where it is told. @returns the number */
export async function enterNotice(query: Query, made: NoticeMade): Promise<string | null> {
  const { change, reader, standing, at, acknowledgeBy } = made;
  const told = standing.kind === 'told';
  const verdictsOnly = told && standing.verdictsOnly;
  const [list] = told ? await query<{ last_number: string }>(nextNumber, [reader.consumer]) : [];
  const number = list?.last_number ?? null;
  const [notice] = await query<{ id: string }>(writeNotice, [
    change.seq,
    reader.consumer,
    reader.purpose,
    number,
    told ? null : standing.reason,
    at,
    verdictsOnly ? reader.last_cited_at : reader.last_read_at,
    verdictsOnly ? reader.cited_readings : reader.readings,
    reader.sealed,
    reader.case_given,
    reader.user_given,
    reader.cited,
    verdictsOnly,
    told ? acknowledgeBy : null,
    reader.keep_until,
  ]);
  await query(coverReadings, [change.seq, reader.consumer, reader.purpose, notice!.id]);
  return number;
}
