// Tells consumers that have an endpoint that notices await them: one message at a time each, tried again over days, then
// given up and seen. Replicas share the work by claims. No endpoint delays another, a reader of the list, or an answer.
import type { Log } from '../../connectors/log.ts';
import { beijingDay } from '../../schema/identifiers/calendar-date.ts';
import { noticesBehind } from '../recall/notice-store.ts';
import { mayFollow, standingOf } from '../recall/reader-standing.ts';
import type { PolicySnapshot } from '../request/snapshot.ts';
import { keepAtIt } from '../state/keep-at-it.ts';
import type { GatewayState } from '../state/state.ts';
import type { Endpoint } from './endpoints.ts';
import {
  type AttemptOutcome,
  type ClaimedMessage,
  announced,
  announcedBefore,
  claimMessages,
  countMessages,
  dropMessage,
  dropUnsent,
  endpointGone,
  forgetMessages,
  goneEndpoints,
  makeMessage,
  messageDelivered,
  messageFailed,
} from './message-store.ts';
import { nextAttemptIn } from './schedule.ts';
import { type Sender, type Sent, openSender } from './send-message.ts';

export interface WebhookWatch {
  attempted(outcome: AttemptOutcome): void;
  counted(messages: { readonly pending: number; readonly parked: number }): void;
}

export interface DispatchOptions {
  readonly state: GatewayState;
  readonly snapshot: () => PolicySnapshot;
  /** Those of the moment, by consumer. */
  readonly endpoints: () => ReadonlyMap<string, Endpoint>;
  readonly clock: () => Date;
  /** 0 to 1. */
  readonly random: () => number;
  /** A message's id, never given before. */
  readonly newId: () => string;
  readonly log: Log;
  readonly watch: WebhookWatch;
  /** Milliseconds between two looks at what is to be sent. */
  readonly every?: number;
}

export interface Dispatch {
  /** Something may have to be sent. */
  wake(): void;
  /** Breaks off what is under way; it is tried again by whoever comes next. */
  close(): Promise<void>;
}

const usualPause = 2000;
/** Attempts under way at once; an endpoint has one. */
const mostAtOnce = 32;
/** How long a claim holds: longer than an attempt can take. */
const claimMilliseconds = 30_000;
const noticesAtOnce = 200;
/** How long a message waits for a replica that knows its endpoint: policies do not change everywhere at once. */
const unsentMilliseconds = 3_600_000;
const keptMilliseconds = 400 * 86_400_000;
const forgottenAtOnce = 1000;

const before = (at: Date, milliseconds: number): Date => new Date(at.getTime() - milliseconds);

/** Each endpoint has connections of its own. */
const keyOf = ({ consumer, fingerprint }: Endpoint): string => `${consumer} ${fingerprint}`;

export function dispatchWebhooks(options: DispatchOptions): Dispatch {
  const { state, snapshot, endpoints, clock, random, newId, log, watch, every = usualPause } = options;
  const closing = new AbortController();
  const senders = new Map<string, Sender>();
  const underWay = new Map<string, Promise<void>>();
  let forgotten = '';

  const live = async (): Promise<ReadonlyMap<string, Endpoint>> => {
    const gone = await goneEndpoints(state.query);
    const now = snapshot();
    return new Map(
      [...endpoints()].filter(
        ([consumer, { fingerprint }]) => gone.get(consumer) !== fingerprint && mayFollow(now, consumer),
      ),
    );
  };

  /** Whether a consumer may today know of any notice behind a place of its list, and the last place looked at. */
  const someTold = async (
    consumer: string,
    after: string,
    upTo?: string,
  ): Promise<{ readonly some: boolean; readonly last: string | undefined }> => {
    const behind = await noticesBehind(state.query, consumer, after, noticesAtOnce);
    const rows = behind.filter(({ number }) => upTo === undefined || BigInt(number) <= BigInt(upTo));
    const now = snapshot();
    const today = beijingDay(clock());
    const some = rows.some((row) => standingOf(now, row, row, today).kind === 'told');
    return { some, last: rows.at(-1)?.number };
  };

  const announce = async (consumer: string): Promise<void> => {
    const { upTo, open } = await announced(state.query, consumer);
    if (open) return;
    const { some, last } = await someTold(consumer, upTo);
    if (last === undefined) return;
    const message = { id: newId(), consumer, upTo: last, at: clock() };
    await makeMessage(state.query, message, some ? 'PENDING' : 'DROPPED');
  };

  const attempt = async (endpoint: Endpoint, message: ClaimedMessage): Promise<void> => {
    const { consumer } = endpoint;
    // A purpose may have been withdrawn since it was made.
    const { some } = await someTold(consumer, await announcedBefore(state.query, message), message.up_to);
    if (!some) return dropMessage(state.query, message.id, clock());
    const key = keyOf(endpoint);
    let sender = senders.get(key);
    if (sender === undefined) senders.set(key, (sender = openSender(endpoint.url, clock)));
    const sent = await sender.send(endpoint, message, closing.signal);
    watch.attempted(sent.outcome);
    await settle(endpoint, message, sent);
    if (sent.outcome === 'DELIVERED') return;
    const about = { consumer, message: message.id, outcome: sent.outcome, status: sent.status };
    if (sent.outcome !== 'ABORTED') log.warn(about, 'a webhook was not delivered');
  };

  const settle = async (endpoint: Endpoint, message: ClaimedMessage, sent: Sent): Promise<void> => {
    const at = clock();
    if (sent.outcome === 'DELIVERED') {
      await state.transaction((query) => messageDelivered(query, message, sent, at));
      return;
    }
    const failed = sent.outcome !== 'ABORTED';
    const wait = failed ? nextAttemptIn(message.failures + 1, random(), sent.wish) : 0;
    const over = sent.outcome === 'GONE' || wait === undefined;
    const next = over ? undefined : new Date(at.getTime() + wait);
    await state.transaction(async (query) => {
      await messageFailed(query, message, sent, { at, next, failed });
      if (sent.outcome === 'GONE') await endpointGone(query, endpoint.consumer, endpoint.fingerprint, at);
    });
    if (over)
      log.error({ consumer: endpoint.consumer, message: message.id }, 'a webhook is given up: look at it');
  };

  const look = async (): Promise<void> => {
    const now = await live();
    const consumers = [...now.keys()];
    const keys = new Set([...now.values()].map(keyOf));
    for (const [key, sender] of senders) {
      if (keys.has(key)) continue;
      senders.delete(key);
      await sender.close();
    }
    const at = clock();
    await dropUnsent(state.query, consumers, { at, overdue: before(at, unsentMilliseconds) });
    for (const consumer of consumers) await announce(consumer);
    const most = mostAtOnce - underWay.size;
    if (most > 0 && consumers.length > 0 && !closing.signal.aborted) {
      const until = new Date(at.getTime() + claimMilliseconds);
      for (const message of await claimMessages(state.query, consumers, { at, until, most })) {
        const done = attempt(now.get(message.consumer)!, message)
          .catch((error: unknown) => log.warn({ err: error }, 'the end of an attempt could not be noted'))
          .finally(() => {
            underWay.delete(message.id);
            looking.wake();
          });
        underWay.set(message.id, done);
      }
    }
    watch.counted(await countMessages(state.query));
    const today = beijingDay(clock());
    if (forgotten === today) return;
    await forgetMessages(state.query, before(clock(), keptMilliseconds), forgottenAtOnce);
    forgotten = today;
  };

  const looking = keepAtIt(look, {
    every,
    onFailure: (error, failures) => {
      if (failures === 1) log.warn({ err: error }, 'webhooks cannot be sent for now');
    },
  });
  return {
    wake: looking.wake,
    close: async () => {
      closing.abort();
      await looking.close();
      await Promise.all(underWay.values());
      await Promise.all([...senders.values()].map((sender) => sender.close()));
    },
  };
}
