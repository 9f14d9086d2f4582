// What a consumer is told: what became of the records it has read, in the order of its own list, from any cursor again. A
// notice it may no longer know of by today's policies is passed over, neither shown nor acknowledged.
import type { Log } from '../../connectors/log.ts';
import { ClientError } from '../errors.ts';
import { kept } from '../remedies/remedy-desk.ts';
import { isProvisionalSince } from '../remedies/remedy-view.ts';
import { mustSee } from '../request/own-view.ts';
import type { OwnResolver, OwnRoots } from '../request/own-roots.ts';
import type { Recorder } from '../request/record.ts';
import type { Decided } from '../request/stages.ts';
import type { GatewayState } from '../state/state.ts';
import {
  type NoticeRow,
  type NoticedReadingRow,
  acknowledge,
  lastNumberOf,
  noticesBehind,
  readingsOf,
  unacknowledgedBetween,
} from './notice-store.ts';
import { type Standing, followRight, standingOf } from './reader-standing.ts';

export interface ChangeFeedParts {
  /** Undefined: the gateway keeps no state, and tells nobody. */
  readonly state: GatewayState | undefined;
  readonly recorder: Recorder;
  readonly clock: () => Date;
  readonly log: Log;
}

type Told = Extract<Standing, { kind: 'told' }>;

const mostNotices = 500;
const usualNotices = 100;

export function changeFeed(parts: ChangeFeedParts): Partial<OwnRoots> {
  const changes: OwnResolver = (given, decided) => {
    mustSee(decided, followRight, 'changes');
    const first = typeof given['first'] === 'number' ? given['first'] : usualNotices;
    if (first < 1 || first > mostNotices) throw new ClientError('VALUE_INVALID', 'changes(first)');
    const since = placeIn(given['since'] ?? cursorAt('0'), 'changes(since)');
    return kept(parts, decided.admitted.request, (state) => page(state, decided, since, first, parts));
  };
  const acknowledgeChanges: OwnResolver = (given, decided) => {
    const upTo = placeIn(given['upTo'], 'acknowledgeChanges(upTo)');
    return kept(parts, decided.admitted.request, (state) => confirm(state, decided, upTo, parts));
  };
  return { queries: { changes }, mutations: { acknowledgeChanges } };
}

async function page(
  { query }: GatewayState,
  decided: Decided,
  since: string,
  first: number,
  { recorder }: ChangeFeedParts,
): Promise<unknown> {
  const consumer = decided.admitted.caller.consumer.name;
  await mustExist(query, consumer, since, 'changes(since)');
  const rows = await noticesBehind(query, consumer, since, first + 1);
  const onPage = rows.slice(0, first);
  const told = onPage.flatMap((row): (readonly [NoticeRow, Told])[] => {
    const standing = standingToday(decided, row);
    return standing.kind === 'told' ? [[row, standing]] : [];
  });
  const readings = await readingsOf(
    query,
    told.map(([row]) => row),
  );
  const next = onPage.at(-1)?.number ?? since;
  recorder.note(decided, 'changes-told', {
    after: since,
    upTo: next,
    numbers: told.map(([{ number }]) => number),
    subjects: [...new Set(told.map(([{ subject }]) => subject))],
  });
  return {
    nodes: told.map(([row, standing]) => noticeView(decided, row, standing, readings.get(row.id) ?? [])),
    next: cursorAt(next),
    more: rows.length > first,
  };
}

async function confirm(
  state: GatewayState,
  decided: Decided,
  upTo: string,
  { recorder, clock }: ChangeFeedParts,
): Promise<unknown> {
  const { admitted } = decided;
  const consumer = admitted.caller.consumer.name;
  await mustExist(state.query, consumer, upTo, 'acknowledgeChanges(upTo)');
  let acknowledged = 0;
  for (let after: string | undefined = '0'; after !== undefined;) {
    const rows = await unacknowledgedBetween(state.query, consumer, { after, upTo }, mostNotices);
    const ids = rows.filter((row) => standingToday(decided, row).kind === 'told').map(({ id }) => id);
    if (ids.length > 0)
      acknowledged += await acknowledge(state.query, ids, { at: clock(), user: admitted.user });
    after = rows.length === mostNotices ? rows.at(-1)!.number : undefined;
  }
  recorder.note(decided, 'changes-acknowledged', { upTo, acknowledged });
  return { acknowledged, upTo: cursorAt(upTo) };
}

function standingToday({ admitted }: Decided, row: NoticeRow): Standing {
  return standingOf(admitted.snapshot, row, row, admitted.today);
}

/** A cursor from a list that is no longer there would miss what is told again: it is refused, not believed. */
async function mustExist(
  query: GatewayState['query'],
  consumer: string,
  number: string,
  at: string,
): Promise<void> {
  if (BigInt(number) > BigInt(await lastNumberOf(query, consumer)))
    throw new ClientError('VALUE_INVALID', at);
}

function noticeView(
  decided: Decided,
  row: NoticeRow,
  standing: Told,
  readings: readonly NoticedReadingRow[],
): unknown {
  return {
    cursor: cursorAt(row.number),
    change: row.kind,
    changedAt: row.at.toISOString(),
    subject: row.subject_id,
    source: row.source,
    recordType: row.record_type,
    record: standing.record ? row.record : null,
    purpose: row.purpose,
    readings: row.readings,
    lastReadAt: row.last_read_at.toISOString(),
    read: readings
      .filter(({ cited }) => cited || !standing.verdictsOnly)
      .map(({ request, at, case_number }) => ({ request, at: at.toISOString(), caseNumber: case_number })),
    noticedAt: row.made_at.toISOString(),
    acknowledgeBy: row.acknowledge_by,
    acknowledgeByProvisional: isProvisionalSince(decided, row.acknowledge_by, row.made_at),
    acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
  };
}

/** The cursor of a place in a list. */
export function cursorAt(number: string): string {
  return Buffer.from(`n${number}`).toString('base64url');
}

function placeIn(cursor: unknown, at: string): string {
  const text = typeof cursor === 'string' && cursor.length <= 40 ? cursor : '';
  const match = /^n(0|[1-9]\d{0,17})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (match === null) throw new ClientError('VALUE_INVALID', at);
  return match[1]!;
}
