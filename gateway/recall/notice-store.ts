// A consumer's list of notices, and the receipts of all of them, as SQL. A number names a place in one consumer's list: it
// tells nobody how much others are told.
import type { Query } from '../state/state.ts';
import type { Reader, RecordMeant, UntoldReason } from './reader-standing.ts';

/** A notice with the record it is about. Days are YYYY-MM-DD. */
export interface NoticeRow extends Reader, RecordMeant {
  readonly id: string;
  readonly number: string;
  readonly kind: string;
  readonly at: Date;
  readonly subject: string;
  readonly subject_id: string;
  readonly source: string;
  readonly record: string;
  readonly readings: number;
  readonly last_read_at: Date;
  readonly made_at: Date;
  readonly acknowledge_by: string;
  readonly acknowledged_at: Date | null;
}

export interface NoticedReadingRow {
  readonly notice: string;
  readonly request: string;
  readonly at: Date;
  readonly case_number: string | null;
  readonly cited: boolean;
}

export interface ReceiptRow {
  readonly remedy: string;
  readonly kind: string;
  readonly consumer: string;
  readonly purpose: string;
  readonly last_read_at: Date;
  readonly made_at: Date;
  readonly untold: UntoldReason | null;
  readonly acknowledge_by: string | null;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly delivered_at: Date | null;
  /** Of the message that announced it. */
  readonly delivery: string | null;
  readonly attempts: number | null;
}

/** Readings shown of one notice, at most. */
const readingsShown = 100;
const mostReceipts = 500;
const longestList = 100;

const selectNotices = `
  select n.id, n.number, n.consumer, n.purpose, n.case_given, n.user_given, n.cited, n.readings, n.last_read_at,
    n.made_at, n.acknowledge_by::text, n.acknowledged_at, c.kind, c.at, m.subject, m.subject_id, m.source,
    m.record_type, m.record, m.facts
  from gateway.recall_notice n join gateway.recall_change c on c.seq = n.change join gateway.remedy m on m.number = c.number
  where n.consumer = $1 and n.number > $2`;

const noticesAfter = `${selectNotices} order by n.number limit $3`;
const unacknowledged = `${selectNotices} and n.number <= $3 and n.acknowledged_at is null order by n.number limit $4`;

const readingsOfNotices = `
  select n.id as notice, r.request, r.at, r.case_number, r.cited
  from unnest($1::bigint[]) as n(id) cross join lateral (
    select t.request, t.at, t.case_number, t.cited
    from gateway.recall_reading t join gateway.recall_notice o on o.id = t.notice
    where t.notice = n.id and (t.cited or not o.verdicts_only)
    order by t.at desc limit ${readingsShown}) r`;

// What the subject is not told of, those who handle its case are not told either.
const selectReceipts = `
  select c.number as remedy, c.kind, n.consumer, n.purpose, n.last_read_at, n.made_at, n.untold, n.acknowledge_by::text,
    n.acknowledged_at, n.acknowledged_by, n.delivered_at, w.state as delivery, w.attempts
  from gateway.recall_notice n join gateway.recall_change c on c.seq = n.change
    join gateway.remedy r on r.number = c.number
  left join lateral (
    select state, attempts from gateway.webhook_message w where w.consumer = n.consumer and w.up_to >= n.number
    order by w.up_to limit 1) w on true
  where not n.sealed and r.record_type = any($2::text[])`;

/** The number given last in a consumer's list; 0 before the first. */
export async function lastNumberOf(query: Query, consumer: string): Promise<string> {
  const [row] = await query<{ last_number: string }>(
    'select last_number from gateway.recall_list where consumer = $1',
    [consumer],
  );
  return row?.last_number ?? '0';
}

/** Notices behind a number, in their order. */
export function noticesBehind(
  query: Query,
  consumer: string,
  after: string,
  most: number,
): Promise<readonly NoticeRow[]> {
  return query<NoticeRow & Record<string, unknown>>(noticesAfter, [consumer, after, most]);
}

/** Notices behind a number and up to another that nobody has acknowledged, in their order. */
export function unacknowledgedBetween(
  query: Query,
  consumer: string,
  { after, upTo }: { readonly after: string; readonly upTo: string },
  most: number,
): Promise<readonly NoticeRow[]> {
  return query<NoticeRow & Record<string, unknown>>(unacknowledged, [consumer, after, upTo, most]);
}

/** The latest readings of notices, by the notice's id. */
export async function readingsOf(
  query: Query,
  notices: readonly NoticeRow[],
): Promise<ReadonlyMap<string, readonly NoticedReadingRow[]>> {
  if (notices.length === 0) return new Map();
  const rows = await query<NoticedReadingRow & Record<string, unknown>>(readingsOfNotices, [
    notices.map(({ id }) => id),
  ]);
  const byNotice = new Map<string, NoticedReadingRow[]>();
  for (const row of rows) byNotice.set(row.notice, [...(byNotice.get(row.notice) ?? []), row]);
  return byNotice;
}

/** Acknowledges notices by id. @returns how many were not acknowledged before */
export async function acknowledge(
  query: Query,
  ids: readonly string[],
  by: { readonly at: Date; readonly user: string | undefined },
): Promise<number> {
  const done = await query(
    `update gateway.recall_notice set acknowledged_at = $2, acknowledged_by = $3
     where id = any($1::bigint[]) and acknowledged_at is null returning id`,
    [ids, by.at, by.user ?? null],
  );
  return done.length;
}

/** Receipts of every change a remedy made to a record of these types, in their order. */
export function receiptsOf(
  query: Query,
  remedy: string,
  recordTypes: readonly string[],
): Promise<readonly ReceiptRow[]> {
  return query<ReceiptRow & Record<string, unknown>>(
    `${selectReceipts} and c.number = $1 order by c.seq, n.consumer, n.purpose, n.part limit ${mostReceipts}`,
    [remedy, recordTypes],
  );
}

/** Told of records of these types and not acknowledged though the day is past, the longest first. */
export function overdueReceipts(
  query: Query,
  today: string,
  recordTypes: readonly string[],
): Promise<readonly ReceiptRow[]> {
  return query<ReceiptRow & Record<string, unknown>>(
    `${selectReceipts} and n.number is not null and n.acknowledged_at is null and n.acknowledge_by < $1::date
     order by n.acknowledge_by, n.id limit ${longestList}`,
    [today, recordTypes],
  );
}

/** Forgets notices whose readings need no longer be traced, with their readings; at most `most`. */
export async function forgetNotices(query: Query, now: Date, most: number): Promise<void> {
  await query(
    'delete from gateway.recall_notice where id in (select id from gateway.recall_notice where keep_until < $1 limit $2)',
    [now, most],
  );
}
