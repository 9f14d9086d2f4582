// Keeps the readings in the gateway's own state, with the position in the log up to which they were derived: both in one
// transaction, so that an entry is counted once however often a gateway dies.
import { type Position, beginning } from '../audit/tail.ts';
import type { GatewayState, Query } from '../state/state.ts';
import { lockForKeeping } from './recall-lock.ts';
import type { ReadSubject, Readings } from './readings.ts';

export interface ReadingStore {
  /** Up to where the log was kept. */
  position(log: string): Promise<Position>;
  /**
   * Keeps what was read between two positions.
   * @returns the position that holds now: another one than `to`, with nothing kept, if somebody went on from `from`
   */
  keep(log: string, from: Position, to: Position, readings: Readings): Promise<Position>;
  /** Forgets readings whose trace need no longer be kept; at most `most`, so that no statement takes long. */
  forget(now: Date, most: number): Promise<void>;
}

interface PositionRow {
  readonly segment: number;
  readonly byte_offset: string;
  readonly seq: string;
}

const lock = 'select segment, byte_offset, seq from gateway.access_position where log = $1 for update';

const keepReadings = `
  insert into gateway.access_reading
    (log, seq, request, at, consumer, purpose, case_number, officer, sealed, fields, keep_until)
  select $1, seq, request, at, consumer, purpose, case_number, officer, sealed, fields, at + keep::interval
  from jsonb_to_recordset($2::jsonb) as r(seq bigint, request text, at timestamptz, consumer text, purpose text,
    case_number text, officer text, sealed boolean, fields jsonb, keep text)`;

const keepSubjects = `
  insert into gateway.access_subject (subject, at, reading, sources)
  select s.subject, r.at, r.id, s.sources
  from jsonb_to_recordset($2::jsonb) as s(seq bigint, subject text, sources text[])
  join gateway.access_reading r on r.log = $1 and r.seq = s.seq`;

const keepAnswered =
  'update gateway.access_reading set answered = true where log = $1 and request = any($2::text[]) and not answered';

const keepCited = `
  update gateway.access_subject s set rules = c.rules
  from jsonb_to_recordset($2::jsonb) as c(request text, subject text, rules text[])
  join gateway.access_reading r on r.log = $1 and r.request = c.request
  where s.reading = r.id and s.subject = c.subject`;

// In their order, so that two who keep at once do not wait for each other.
const noteChanges = `
  update gateway.recall_change set due = true where seq in (
    select seq from gateway.recall_change where not due and seq in (
      select c.seq from gateway.access_reading r
      join gateway.access_subject s on s.reading = r.id
      join gateway.recall_change c on c.subject = s.subject and s.at between c.reads_from and c.reads_until
      where r.log = $1 and r.request = any($2::text[]))
    order by seq for update)`;

const move =
  'update gateway.access_position set segment = $2, byte_offset = $3, seq = $4, moved_at = now() where log = $1';

/** Subjects written by one statement: a request may name a hundred thousand. */
const subjectsAtOnce = 5000;

export function openReadingStore(state: GatewayState): ReadingStore {
  return {
    position: async (log) => {
      await state.query(
        'insert into gateway.access_position (log, segment, byte_offset, seq) values ($1, 1, 0, 0) on conflict do nothing',
        [log],
      );
      const [row] = await state.query<PositionRow & Record<string, unknown>>(
        'select segment, byte_offset, seq from gateway.access_position where log = $1',
        [log],
      );
      return positionOf(row);
    },
    keep: (log, from, to, { readings, subjects, cited, answered }) =>
      state.transaction(async (query) => {
        await lockForKeeping(query);
        const [row] = await query<PositionRow & Record<string, unknown>>(lock, [log]);
        const held = positionOf(row);
        if (held.seq !== from.seq) return held;
        if (readings.length > 0) await query(keepReadings, [log, JSON.stringify(readings)]);
        await keepAll(query, log, subjects);
        if (answered.length > 0) await query(keepAnswered, [log, answered]);
        if (cited.length > 0) await query(keepCited, [log, JSON.stringify(cited)]);
        // A reading counts once it is answered: where its readers have been told already, they are told again.
        if (answered.length > 0) await query(noteChanges, [log, answered]);
        await query(move, [log, to.segment, to.offset, to.seq]);
        return to;
      }),
    forget: async (now, most) => {
      await state.query(
        'delete from gateway.access_reading where id in (select id from gateway.access_reading where keep_until < $1 limit $2)',
        [now, most],
      );
    },
  };
}

async function keepAll(query: Query, log: string, subjects: readonly ReadSubject[]): Promise<void> {
  for (let from = 0; from < subjects.length; from += subjectsAtOnce) {
    await query(keepSubjects, [log, JSON.stringify(subjects.slice(from, from + subjectsAtOnce))]);
  }
}

function positionOf(row: PositionRow | undefined): Position {
  if (row === undefined) return beginning;
  return { segment: row.segment, offset: Number(row.byte_offset), seq: Number(row.seq) };
}
