// Messages and the attempts to deliver them, as SQL. A message is claimed before it is sent, so that of all replicas one
// alone tries; what a gateway leaves behind when it dies is claimed again when its time is over, under the same id.
import type { Query } from '../state/state.ts';

/** How an attempt ended. Closed list: a label of the metrics. */
export const attemptOutcomes = ['DELIVERED', 'REFUSED', 'GONE', 'TIMEOUT', 'UNREACHABLE', 'ABORTED'] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** A message somebody has claimed. */
export interface ClaimedMessage {
  readonly id: string;
  readonly consumer: string;
  readonly up_to: string;
  readonly made_at: Date;
  /** Number of this attempt. */
  readonly attempts: number;
  /** How many have failed before. */
  readonly failures: number;
}

export interface Attempt {
  readonly outcome: AttemptOutcome;
  /** HTTP status, where there was one. */
  readonly status?: number | undefined;
  readonly milliseconds: number;
}

/** Up to which number messages were made for a consumer, and whether one is open. */
export async function announced(
  query: Query,
  consumer: string,
): Promise<{ readonly upTo: string; readonly open: boolean }> {
  const [row] = await query<{ up_to: string | null; open: boolean | null }>(
    `select max(up_to) as up_to, bool_or(state = 'PENDING') as open from gateway.webhook_message where consumer = $1`,
    [consumer],
  );
  return { upTo: row?.up_to ?? '0', open: row?.open ?? false };
}

/** The number up to which the message before this one went. */
export async function announcedBefore(
  query: Query,
  { consumer, up_to }: Pick<ClaimedMessage, 'consumer' | 'up_to'>,
): Promise<string> {
  const [row] = await query<{ up_to: string | null }>(
    'select max(up_to) as up_to from gateway.webhook_message where consumer = $1 and up_to < $2',
    [consumer, up_to],
  );
  return row?.up_to ?? '0';
}

/** Makes a message unless one is open or says as much; `state` DROPPED: there was nobody to announce it to. */
export async function makeMessage(
  query: Query,
  message: { readonly id: string; readonly consumer: string; readonly upTo: string; readonly at: Date },
  state: 'PENDING' | 'DROPPED',
): Promise<void> {
  const { id, consumer, upTo, at } = message;
  await query(
    `insert into gateway.webhook_message (id, consumer, up_to, made_at, state, next_at)
     values ($1, $2, $3, $4, $5, $4) on conflict do nothing`,
    [id, consumer, upTo, at, state],
  );
}

/** Claims messages whose time has come, of these consumers; each is noted as an attempt. */
export function claimMessages(
  query: Query,
  consumers: readonly string[],
  { at, until, most }: { readonly at: Date; readonly until: Date; readonly most: number },
): Promise<readonly ClaimedMessage[]> {
  return query<ClaimedMessage & Record<string, unknown>>(
    `with claimed as (
       update gateway.webhook_message set attempts = attempts + 1, claimed_until = $2 where id in (
         select id from gateway.webhook_message
         where state = 'PENDING' and next_at <= $1 and (claimed_until is null or claimed_until <= $1)
           and consumer = any($3::text[])
         order by next_at limit $4 for update skip locked)
       returning id, consumer, up_to, made_at, attempts, failures),
     noted as (insert into gateway.webhook_attempt (message, number, at) select id, attempts, $1 from claimed)
     select * from claimed`,
    [at, until, consumers, most],
  );
}

/** Notes how an attempt ended. */
async function noteAttempt(
  query: Query,
  { id, attempts }: ClaimedMessage,
  { outcome, status, milliseconds }: Attempt,
): Promise<void> {
  await query(
    `update gateway.webhook_attempt set outcome = $3, status = $4, milliseconds = $5 where message = $1 and number = $2`,
    [id, attempts, outcome, status ?? null, Math.round(milliseconds)],
  );
}

/** It arrived, whoever tried: every notice it announces is delivered. */
export async function messageDelivered(
  query: Query,
  message: ClaimedMessage,
  attempt: Attempt,
  at: Date,
): Promise<void> {
  await noteAttempt(query, message, attempt);
  await query(
    `update gateway.webhook_message set state = 'DELIVERED', ended_at = $2, claimed_until = null
     where id = $1 and state = 'PENDING'`,
    [message.id, at],
  );
  await query(
    `update gateway.recall_notice set delivered_at = $3
     where consumer = $1 and number <= $2 and delivered_at is null`,
    [message.consumer, message.up_to, at],
  );
}

/**
 * It did not. Nothing changes where somebody else has claimed it since.
 * @param next when it is tried again; undefined: it is parked
 * @param failed whether the endpoint failed, rather than this gateway having stopped
 */
export async function messageFailed(
  query: Query,
  message: ClaimedMessage,
  attempt: Attempt,
  { at, next, failed }: { readonly at: Date; readonly next: Date | undefined; readonly failed: boolean },
): Promise<void> {
  await noteAttempt(query, message, attempt);
  await query(
    `update gateway.webhook_message set claimed_until = null, failures = failures + $3,
       state = case when $4::timestamptz is null then 'PARKED' else state end,
       ended_at = case when $4::timestamptz is null then $5::timestamptz end,
       next_at = coalesce($4::timestamptz, next_at)
     where id = $1 and state = 'PENDING' and attempts = $2`,
    [message.id, message.attempts, failed ? 1 : 0, next ?? null, at],
  );
}

/** Closes an open message that there is nothing left to say by. */
export async function dropMessage(query: Query, id: string, at: Date): Promise<void> {
  await query(
    `update gateway.webhook_message set state = 'DROPPED', ended_at = $2, claimed_until = null
     where id = $1 and state = 'PENDING'`,
    [id, at],
  );
}

/** Closes open messages of consumers that no replica sends to: not these, and due since before `overdue`. */
export async function dropUnsent(
  query: Query,
  consumers: readonly string[],
  { at, overdue }: { readonly at: Date; readonly overdue: Date },
): Promise<void> {
  await query(
    `update gateway.webhook_message set state = 'DROPPED', ended_at = $2, claimed_until = null
     where state = 'PENDING' and consumer <> all($1::text[]) and next_at < $3`,
    [consumers, at, overdue],
  );
}

/** Forgets messages that ended before a day, but for the last of each consumer; at most `most`. */
export async function forgetMessages(query: Query, before: Date, most: number): Promise<void> {
  await query(
    `delete from gateway.webhook_message where id in (
       select id from gateway.webhook_message m where ended_at < $1 and exists (
         select from gateway.webhook_message l where l.consumer = m.consumer and l.up_to > m.up_to)
       limit $2)`,
    [before, most],
  );
}

/** Remembers that an endpoint said it is gone. */
export async function endpointGone(
  query: Query,
  consumer: string,
  fingerprint: string,
  at: Date,
): Promise<void> {
  await query(
    `insert into gateway.webhook_gone (consumer, fingerprint, at) values ($1, $2, $3)
     on conflict (consumer) do update set fingerprint = excluded.fingerprint, at = excluded.at`,
    [consumer, fingerprint, at],
  );
}

/** Consumer → fingerprint of the endpoint that said it is gone. */
export async function goneEndpoints(query: Query): Promise<ReadonlyMap<string, string>> {
  const rows = await query<{ consumer: string; fingerprint: string }>(
    'select consumer, fingerprint from gateway.webhook_gone',
  );
  return new Map(rows.map(({ consumer, fingerprint }) => [consumer, fingerprint]));
}

/** How many messages wait, and how many were given up; a consumer's older ones do not count once a later one arrived. */
export async function countMessages(
  query: Query,
): Promise<{ readonly pending: number; readonly parked: number }> {
  const [row] = await query<{ pending: number; parked: number }>(
    `select (count(*) filter (where state = 'PENDING'))::int as pending,
       (count(*) filter (where state = 'PARKED' and not exists (
         select from gateway.webhook_message l
         where l.consumer = m.consumer and l.state = 'DELIVERED' and l.up_to >= m.up_to)))::int as parked
     from gateway.webhook_message m where state in ('PENDING', 'PARKED')`,
  );
  return { pending: row!.pending, parked: row!.parked };
}
