// Remedies in the gateway's own state. Every change is one transaction that holds the lock of all remedies, so that the
// numbers of steps stand in the order in which they became visible, and each step is written with what it changes.
import type { RemedyKind } from '../../policies/engine/remedy-law.ts';
import type { GatewayState, Query } from '../state/state.ts';
import type { RemedyEffect } from './procedure.ts';
import { comparableNumber } from './record-number.ts';

/** A remedy as it stands. Days are YYYY-MM-DD. */
export interface Remedy {
  readonly number: string;
  readonly kind: RemedyKind;
  /** Pseudonym. */
  readonly subject: string;
  readonly subject_kind: 'Organization' | 'Person';
  readonly subject_id: string;
  readonly source: string;
  readonly record_type: string;
  readonly record: string;
  readonly state: string;
  readonly revision: number;
  readonly open: boolean;
  readonly effect: RemedyEffect | null;
  readonly statement: string;
  readonly corrected_on: string | null;
  readonly filed_on: string;
  readonly due_on: string | null;
  /** Why it was not admitted; null where it was, or is not decided. */
  readonly ground: string | null;
  /** Of a mitigation: the body that decided. */
  readonly decided_by: string | null;
}

/** Who takes a step, when and why. */
export interface StepBy {
  readonly at: Date;
  readonly consumer: string;
  readonly official: string | undefined;
  readonly request: string;
  readonly reason: string | undefined;
}

export interface RemedyStepRow {
  readonly seq: string;
  readonly number: string;
  readonly from_state: string | null;
  readonly to_state: string;
  readonly effect: RemedyEffect | null;
  readonly at: Date;
  readonly consumer: string;
  readonly official: string | null;
  readonly reason: string | null;
}

export interface CorrectionRow {
  readonly objection: string;
  readonly source: string;
  readonly record_type: string;
  readonly record: string;
  readonly reason: string;
  readonly requested_on: string;
  readonly closed_on: string | null;
  readonly outcome: string | null;
}

/** Longest list anybody gets. */
export const longestList = 100;

const columns = `number, kind, subject, subject_kind, subject_id, source, record_type, record, state, revision, open,
  effect, statement, corrected_on::text, filed_on::text, due_on::text, ground, decided_by`;

/** Everything or nothing of `work`, which alone changes remedies meanwhile. */
export function changing<T>(state: GatewayState, work: (query: Query) => Promise<T>): Promise<T> {
  return state.transaction(async (query) => {
    await query("select pg_advisory_xact_lock(hashtextextended('gateway.remedy', 0))");
    return work(query);
  });
}

export async function remedyByNumber(query: Query, number: string): Promise<Remedy | undefined> {
  return (await query<Remedy>(`select ${columns} from gateway.remedy where number = $1`, [number]))[0];
}

/** Remedies of one record that are open or have an effect. */
export async function remediesOfRecord(
  query: Query,
  of: Pick<Remedy, 'subject' | 'source' | 'record_type' | 'record'>,
): Promise<readonly Remedy[]> {
  const all = await query<Remedy>(
    `select ${columns} from gateway.remedy where subject = $1 and source = $2 and record_type = $3
       and (open or effect is not null) order by number`,
    [of.subject, of.source, of.record_type],
  );
  const number = comparableNumber(of.record);
  return all.filter(({ record }) => comparableNumber(record) === number);
}

/** What a list is about: remedies of one kind, on records of these types. */
export interface Listed {
  readonly kind: RemedyKind;
  readonly recordTypes: readonly string[];
}

/** The latest of a subject (pseudonym). */
export function remediesOfSubject(
  query: Query,
  subject: string,
  { kind, recordTypes }: Listed,
): Promise<readonly Remedy[]> {
  return query<Remedy>(
    `select ${columns} from gateway.remedy where subject = $1 and kind = $2 and record_type = any($3)
     order by filed_on desc, number desc limit ${longestList}`,
    [subject, kind, recordTypes],
  );
}

/** Open ones whose clock has run out, the longest first. */
export function overdueOn(
  query: Query,
  today: string,
  { kind, recordTypes }: Listed,
): Promise<readonly Remedy[]> {
  return query<Remedy>(
    `select ${columns} from gateway.remedy
     where open and due_on < $1::date and kind = $2 and record_type = any($3)
     order by due_on, number limit ${longestList}`,
    [today, kind, recordTypes],
  );
}

export type NewRemedy = Omit<Remedy, 'number' | 'revision' | 'open' | 'ground' | 'decided_by'> &
  Partial<Pick<Remedy, 'decided_by'>> & {
    /** What conditions of policies look at in the record. */
    readonly facts: Readonly<Record<string, unknown>>;
  };

const prefixes: Readonly<Record<RemedyKind, string>> = { OBJECTION: 'OBJ', REPAIR: 'REP', MITIGATION: 'MIT' };

/** Writes a new remedy with its first step. */
export async function enterRemedy(query: Query, remedy: NewRemedy, by: StepBy): Promise<Remedy> {
  const prefix = `${prefixes[remedy.kind]}-${remedy.filed_on.slice(0, 4)}-`;
  const [entered] = await query<Remedy>(
    `insert into gateway.remedy (number, kind, subject, subject_kind, subject_id, source, record_type, record, state,
       effect, statement, corrected_on, filed_on, due_on, facts, decided_by)
     values ($1::text || lpad(nextval('gateway.remedy_number')::text, 6, '0'),
       $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning ${columns}`,
    [
      prefix,
      remedy.kind,
      remedy.subject,
      remedy.subject_kind,
      remedy.subject_id,
      remedy.source,
      remedy.record_type,
      remedy.record,
      remedy.state,
      remedy.effect,
      remedy.statement,
      remedy.corrected_on,
      remedy.filed_on,
      remedy.due_on,
      remedy.facts,
      remedy.decided_by ?? null,
    ],
  );
  await writeStep(query, null, entered!, by);
  return entered!;
}

/** Writes where a remedy stands after a step, and the step. */
export async function moveRemedy(
  query: Query,
  before: Remedy,
  after: Pick<Remedy, 'state' | 'open' | 'effect' | 'due_on'> & Partial<Pick<Remedy, 'ground'>>,
  by: StepBy,
): Promise<Remedy> {
  const [moved] = await query<Remedy>(
    `update gateway.remedy set state = $2, open = $3, effect = $4, due_on = $5, ground = $6,
       revision = revision + 1
     where number = $1 returning ${columns}`,
    [before.number, after.state, after.open, after.effect, after.due_on, after.ground ?? null],
  );
  await writeStep(query, before.state, moved!, by);
  return moved!;
}

async function writeStep(
  query: Query,
  from: string | null,
  { number, state, effect }: Remedy,
  by: StepBy,
): Promise<void> {
  await query(
    `insert into gateway.remedy_event (number, from_state, to_state, effect, at, consumer, official, request, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [number, from, state, effect, by.at, by.consumer, by.official ?? null, by.request, by.reason ?? null],
  );
}

/** Steps of remedies, in their order. */
export function stepsOf(query: Query, numbers: readonly string[]): Promise<readonly RemedyStepRow[]> {
  return query<RemedyStepRow>(
    `select seq, number, from_state, to_state, effect, at, consumer, official, reason
     from gateway.remedy_event where number = any($1) order by seq`,
    [numbers],
  );
}

export async function requestCorrection(
  query: Query,
  of: Remedy,
  reason: string,
  today: string,
): Promise<void> {
  await query(
    `insert into gateway.correction_request (objection, source, record_type, record, reason, requested_on)
     values ($1, $2, $3, $4, $5, $6)`,
    [of.number, of.source, of.record_type, of.record, reason, today],
  );
}

/** False where there is no open one. */
export async function closeCorrection(
  query: Query,
  objection: string,
  outcome: string,
  today: string,
): Promise<boolean> {
  const closed = await query(
    `update gateway.correction_request set closed_on = $2, outcome = $3
     where objection = $1 and closed_on is null returning objection`,
    [objection, today, outcome],
  );
  return closed.length === 1;
}

/** Open requests, oldest first; of one source where it is named. */
export function openCorrections(
  query: Query,
  source: string | undefined,
  recordTypes: readonly string[],
): Promise<readonly CorrectionRow[]> {
  return query<CorrectionRow>(
    `select objection, source, record_type, record, reason, requested_on::text, closed_on::text, outcome
     from gateway.correction_request where closed_on is null and ($1::text is null or source = $1)
       and record_type = any($2)
     order by requested_on, objection limit ${longestList}`,
    [source ?? null, recordTypes],
  );
}
