// Facts in a Redis that replicas share. It is believed in nothing: values are sealed to their names, a slow or dead
// Redis is an empty one within 50 ms, and after a few failures it is left alone for a while and costs nothing.
import { randomBytes } from 'node:crypto';
import KeyvRedis, { type RedisClientOptions, createClient } from '@keyv/redis';
import Keyv from 'keyv';
import {
  type GapReason,
  type MatchMethod,
  type RecordRow,
  type Value,
  undisclosedMark,
} from '../contract.ts';
import type { Log } from '../log.ts';
import { openBreaker } from '../resilience/breaker.ts';
import { withinDeadline } from '../resilience/deadline.ts';
import { type Fact, type FactName, scopeOf, scopesOf, textOf } from './fact.ts';
import { type FactStore, type Reading, nothingRead } from './fact-store.ts';
import { createSeal } from './seal.ts';

export interface RedisOptions {
  /** `redis:` or `rediss:`; may hold a password. Never logged. */
  readonly url: string;
  /** Shared by all replicas. */
  readonly key: Buffer;
  readonly log: Log;
}

/** Longest a request waits for Redis, in milliseconds. */
const PATIENCE_MS = 50;
const CONNECT_MS = 1000;
const BREAKER = { failures: 3, share: 0.5, calls: 20, pause: 2000 } as const;
/** Longest sealed value kept, in characters. */
const LARGEST = 1_000_000;
/** Longer than any fact may live, so that a fact is never older than what is known of its invalidation. */
const GENERATION_MS = 32 * 86_400_000;
/** Invalidations that Redis has not heard of yet. */
const MOST_PENDING = 1000;

const never = new AbortController().signal;

export async function openRedisStore({ url, key, log }: RedisOptions): Promise<FactStore> {
  const seal = createSeal(key);
  const nameOfFact = (text: string): string => `cg:fact:${seal.nameOf(text)}`;
  const nameOfScope = (scope: string): string => `cg:since:${seal.nameOf(scope)}`;

  const client = createClient({
    url,
    // A command never waits for a connection.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 1000,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (attempts: number) => Math.min(100 * 2 ** attempts, 2000),
    },
  } satisfies RedisClientOptions);
  client.on('error', () => undefined);
  const keyv = new Keyv<string>({
    store: new KeyvRedis(client, { throwOnErrors: true, throwOnConnectError: true }),
    useKeyPrefix: false,
    throwOnErrors: true,
    // Sealed text is all there is; nothing is parsed before it has proved genuine.
    serialize: ({ value }) => String(value),
    deserialize: (text) => ({ value: text as never }),
  });
  // Names are whole already.
  keyv.namespace = undefined;
  keyv.on('error', () => undefined);
  let closed = false;
  const connect = async (): Promise<void> => {
    if (client.isOpen) client.destroy();
    if (!closed) await client.connect();
  };
  const breaker = openBreaker(
    BREAKER,
    () => 'failure',
    (state) => {
      if (state === 'closed') log.info({}, 'the shared cache answers again');
      if (state !== 'open') return;
      log.warn({}, 'the shared cache does not answer and is left alone');
      // A connection may be dead without having been closed.
      connect().catch(() => undefined);
    },
  );
  const soon = <T>(ask: () => Promise<T>): Promise<T> =>
    breaker.run(() => withinDeadline(PATIENCE_MS, never, ask));

  const pending = new Set<string>();
  const announce = async (scopes: readonly string[]): Promise<void> => {
    const entries = scopes.map((scope) => ({
      key: nameOfScope(scope),
      value: randomBytes(12).toString('base64url'),
      ttl: GENERATION_MS,
    }));
    await soon(() => keyv.setMany(entries));
    for (const scope of scopes) pending.delete(scope);
  };
  const isPending = (scopes: readonly string[]): boolean =>
    pending.size > 0 && (pending.size >= MOST_PENDING || scopes.some((scope) => pending.has(scope)));

  const read = async (names: readonly FactName[]): Promise<readonly Reading[]> => {
    if (breaker.refuses()) return names.map(() => nothingRead);
    if (pending.size > 0) void announce([...pending]).catch(() => undefined);
    const facts = names.map((name) => nameOfFact(textOf(name)));
    const scopes = new Map<string, string>();
    for (const name of names) for (const scope of scopesOf(name)) scopes.set(scope, '');
    const scopeNames = new Map([...scopes.keys()].map((scope) => [scope, nameOfScope(scope)]));
    let values: readonly (string | undefined)[];
    try {
      values = await soon(() => keyv.getMany<string>([...facts, ...scopeNames.values()]));
    } catch {
      return names.map(() => nothingRead);
    }
    [...scopes.keys()].forEach((scope, at) => scopes.set(scope, values[facts.length + at] ?? ''));
    let spoilt = 0;
    const readings = names.map((name, at): Reading => {
      const own = scopesOf(name);
      if (isPending(own)) return nothingRead;
      const generations = own.map((scope) => scopes.get(scope)).join();
      const sealed = values[at];
      if (sealed === undefined) return { fact: undefined, generations };
      const opened = seal.open(facts[at]!, sealed);
      if (opened === undefined) spoilt += 1;
      return { fact: opened === undefined ? undefined : factIn(opened, generations), generations };
    });
    if (spoilt > 0)
      log.warn({ values: spoilt }, 'values of the shared cache are not genuine and were ignored');
    return readings;
  };

  // What is there at once is used at once; a Redis that is down does not keep the gateway from starting.
  const connecting = connect();
  await withinDeadline(CONNECT_MS, never, () => connecting).catch(() => {
    log.warn({}, 'the shared cache cannot be reached; answers are not kept');
  });
  connecting.catch(() => undefined);

  return {
    read,
    write: async (facts, lifetime) => {
      const entries = facts.flatMap(({ name, fact, generations }) => {
        const place = nameOfFact(textOf(name));
        const value = seal.seal(place, written(fact, generations));
        return value.length > LARGEST ? [] : [{ key: place, value, ttl: lifetime }];
      });
      if (entries.length > 0) await soon(() => keyv.setMany(entries)).catch(() => undefined);
    },
    invalidate: async (what) => {
      const scope = scopeOf(what);
      if (pending.size < MOST_PENDING) pending.add(scope);
      await announce([scope]).catch(() => {
        log.warn({ source: what.source }, 'the shared cache has not heard of an invalidation yet');
      });
    },
    close: async () => {
      closed = true;
      if (client.isOpen) client.destroy();
    },
  };
}

/** Rows as lists of values: what is read back can only have the columns it was kept with. */
function written({ at, asOf, rows, candidates, method, gap }: Fact, generations: string): string {
  const all = [...rows, ...candidates];
  const fields = Object.keys(all[0] ?? {});
  // The one member that not every row of a kind has.
  if (!fields.includes(undisclosedMark) && all.some((row) => row[undisclosedMark] !== undefined))
    fields.push(undisclosedMark);
  const valuesOf = (row: RecordRow): unknown[] => fields.map((name) => row[name]);
  const lists = [rows.map(valuesOf), candidates.map(valuesOf)];
  return JSON.stringify([generations, at, asOf, fields, ...lists, method ?? null, gap ?? null]);
}

/** Undefined when it was kept before an invalidation. The text is our own, for it was sealed. */
function factIn(text: string, now: string): Fact | undefined {
  const [generations, at, asOf, fields, rows, candidates, method, gap] = JSON.parse(text) as [
    string,
    number,
    string,
    readonly string[],
    readonly (readonly Value[])[],
    readonly (readonly Value[])[],
    MatchMethod | null,
    GapReason | null,
  ];
  if (generations !== now) return undefined;
  const read = (values: readonly Value[]): RecordRow => rowOf(fields, values);
  const known = { at, asOf, rows: rows.map(read), candidates: candidates.map(read) };
  return { ...known, method: method ?? undefined, gap: gap ?? undefined };
}

function rowOf(fields: readonly string[], values: readonly Value[]): RecordRow {
  const row = Object.create(null) as Record<string, Value>;
  fields.forEach((name, at) => (row[name] = values[at] ?? null));
  return row;
}
