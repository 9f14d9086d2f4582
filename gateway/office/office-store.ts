// Measures and letters in the gateway's database: as they stand, and every step they took. Changes are made under the
// lock of remedies, for each may change the other.
import type { Query } from '../state/state.ts';
import { type StepBy, longestList } from '../remedies/remedy-store.ts';
import { comparableNumber } from '../remedies/record-number.ts';
import type { ActKind } from './office-procedure.ts';

/** A measure or a letter as it stands. Days are YYYY-MM-DD. */
export interface OfficeAct {
  readonly number: string;
  readonly kind: ActKind;
  /** Pseudonym. */
  readonly subject: string;
  readonly uscc: string | null;
  readonly citizen_id: string | null;
  readonly type: string;
  readonly title: string;
  readonly basis: string;
  readonly nature: 'SANCTION' | 'INCENTIVE' | null;
  readonly honours: 'BARS' | 'RESTRICTS' | null;
  /** The record it rests on; all three or none. */
  readonly source: string | null;
  readonly record_type: string | null;
  readonly record: string | null;
  /** An objection to the record suspends nothing. */
  readonly stands: boolean;
  /** Number of the decision or of the letter. */
  readonly document: string;
  readonly authority: string;
  readonly executor: string | null;
  /** What a letter asks for. */
  readonly matter: string | null;
  /** Region of the office. */
  readonly place: string | null;
  readonly state: string;
  readonly revision: number;
  readonly open: boolean;
  readonly from_on: string;
  readonly to_on: string | null;
  readonly due_on: string | null;
  readonly closed_on: string | null;
  /** What the executor or the addressee said. */
  readonly answer: string | null;
  readonly outcome: string | null;
}

export interface OfficeStepRow {
  readonly number: string;
  readonly from_state: string | null;
  readonly to_state: string;
  readonly at: Date;
  readonly consumer: string;
  readonly official: string | null;
  readonly reason: string | null;
}

const columns = `number, kind, subject, uscc, citizen_id, type, title, basis, nature, honours, source, record_type,
  record, stands, document, authority, executor, matter, place, state, revision, open, from_on::text, to_on::text,
  due_on::text, closed_on::text, answer, outcome`;

export type NewAct = Omit<OfficeAct, 'number' | 'revision' | 'open' | 'closed_on' | 'answer' | 'outcome'>;

export async function actByNumber(query: Query, number: string): Promise<OfficeAct | undefined> {
  return (await query<OfficeAct>(`select ${columns} from gateway.office_act where number = $1`, [number]))[0];
}

/** The latest of a subject (pseudonym). */
export function actsOfSubject(query: Query, subject: string, kind: ActKind): Promise<readonly OfficeAct[]> {
  return query<OfficeAct>(
    `select ${columns} from gateway.office_act where subject = $1 and kind = $2
     order by from_on desc, number desc limit ${longestList}`,
    [subject, kind],
  );
}

/** Open measures on a record, whichever way its number is written. */
export async function measuresOnRecord(
  query: Query,
  of: {
    readonly subject: string;
    readonly source: string;
    readonly record_type: string;
    readonly record: string;
  },
): Promise<readonly OfficeAct[]> {
  const all = await query<OfficeAct>(
    `select ${columns} from gateway.office_act
     where subject = $1 and source = $2 and record_type = $3 and open and kind = 'MEASURE' order by number`,
    [of.subject, of.source, of.record_type],
  );
  const number = comparableNumber(of.record);
  return all.filter(({ record }) => record !== null && comparableNumber(record) === number);
}

/** Letters whose clock has run out, the longest first. */
export function overdueLettersOn(query: Query, today: string): Promise<readonly OfficeAct[]> {
  return query<OfficeAct>(
    `select ${columns} from gateway.office_act where kind = 'LETTER' and open and due_on < $1::date
     order by due_on, number limit ${longestList}`,
    [today],
  );
}

/** An open measure of the same type on the same record, or a letter of the same number. */
export async function sameAct(query: Query, act: NewAct): Promise<OfficeAct | undefined> {
  const [same] = await query<OfficeAct>(
    `select ${columns} from gateway.office_act where
       (kind = 'LETTER' and $1 = 'LETTER' and authority = $2 and document = $3) or
       (kind = 'MEASURE' and $1 = 'MEASURE' and open and subject = $4 and type = $5 and record is not distinct from $6::text
         and record_type is not distinct from $7::text and (to_on is null or to_on >= $8::date)
         and ($9::date is null or from_on <= $9::date))
     order by number limit 1`,
    [
      act.kind,
      act.authority,
      act.document,
      act.subject,
      act.type,
      act.record,
      act.record_type,
      act.from_on,
      act.to_on,
    ],
  );
  return same;
}

/** Writes a new act with its first step. */
export async function enterAct(query: Query, act: NewAct, by: StepBy): Promise<OfficeAct> {
  const names = Object.keys(act) as (keyof NewAct)[];
  const prefix = `${act.kind === 'MEASURE' ? 'MEA' : 'LET'}-${by.at.getUTCFullYear()}-`;
  const places = names.map((_name, index) => `$${index + 2}`).join(', ');
  const [entered] = await query<OfficeAct>(
    `insert into gateway.office_act (number, ${names.join(', ')})
     values ($1::text || lpad(nextval('gateway.office_number')::text, 6, '0'), ${places}) returning ${columns}`,
    [prefix, ...names.map((name) => act[name])],
  );
  await writeStep(query, null, entered!, by);
  return entered!;
}

export type ActChange = Pick<OfficeAct, 'state' | 'open'> &
  Partial<Pick<OfficeAct, 'due_on' | 'closed_on' | 'answer' | 'outcome'>>;

/** Writes where an act stands after a step, and the step; what `after` does not name stays. */
export async function moveAct(
  query: Query,
  before: OfficeAct,
  after: ActChange,
  by: StepBy,
): Promise<OfficeAct> {
  const { state, open, due_on, closed_on, answer, outcome } = { ...before, ...after };
  const [moved] = await query<OfficeAct>(
    `update gateway.office_act set state = $2, open = $3, due_on = $4, closed_on = $5, answer = $6, outcome = $7,
       revision = revision + 1 where number = $1 returning ${columns}`,
    [before.number, state, open, due_on, closed_on, answer, outcome],
  );
  await writeStep(query, before.state, moved!, by);
  return moved!;
}

async function writeStep(
  query: Query,
  from: string | null,
  { number, state }: OfficeAct,
  by: StepBy,
): Promise<void> {
  await query(
    `insert into gateway.office_step (number, from_state, to_state, at, consumer, official, request, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [number, from, state, by.at, by.consumer, by.official ?? null, by.request, by.reason ?? null],
  );
}

/** Steps of acts, in their order. */
export function officeStepsOf(query: Query, numbers: readonly string[]): Promise<readonly OfficeStepRow[]> {
  return query<OfficeStepRow>(
    `select number, from_state, to_state, at, consumer, official, reason
     from gateway.office_step where number = any($1) order by seq`,
    [numbers],
  );
}
