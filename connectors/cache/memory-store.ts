// Facts in this process, bounded by number and bytes; the ones not used for longest go first.
import Keyv from 'keyv';
import { LRUCache } from 'lru-cache';
import { type Fact, type Invalidation, scopeOf, scopesOf, textOf } from './fact.ts';
import type { FactStore, KeptFact } from './fact-store.ts';

export interface MemoryLimits {
  readonly facts: number;
  readonly bytes: number;
  /** Invalidated scopes remembered one by one; when there are more, everything is forgotten. */
  readonly scopes: number;
}

const usual: MemoryLimits = { facts: 50_000, bytes: 32 * 1024 * 1024, scopes: 10_000 };

/** No single fact may take more than this part of the whole. */
const LARGEST_PART = 1 / 32;
/** Bytes of a fact apart from its rows: name, times, links. */
const FRAME_BYTES = 400;

type Kept = Pick<KeptFact, 'fact' | 'generations'>;

export function openMemoryStore(limits: MemoryLimits = usual): FactStore {
  const places = new LRUCache<string, { readonly value: Kept }>({
    max: limits.facts,
    maxSize: limits.bytes,
    maxEntrySize: Math.floor(limits.bytes * LARGEST_PART),
    sizeCalculation: ({ value }) => sizeOf(value.fact),
  });
  const keyv = new Keyv<Kept>({
    store: {
      get: (key: string) => places.get(key),
      set: (key: string, value: { readonly value: Kept }) => places.set(key, value),
      delete: (key: string) => places.delete(key),
      clear: () => places.clear(),
    },
    useKeyPrefix: false,
  });
  keyv.serialize = undefined;
  keyv.deserialize = undefined;

  let floor = 0;
  let last = 0;
  const generations = new LRUCache<string, number>({
    max: limits.scopes,
    // A forgotten invalidation would bring its facts back.
    dispose: (_generation, _scope, reason) => {
      if (reason === 'evict') floor = last += 1;
    },
  });
  const generationsOf = (scopes: readonly string[]): string =>
    [floor, ...scopes.map((scope) => generations.get(scope) ?? 0)].join();

  return {
    read: async (names) => {
      const found = await keyv.getMany<Kept>(names.map(textOf));
      return names.map((name, at) => {
        const now = generationsOf(scopesOf(name));
        const kept = found[at];
        return { fact: kept?.generations === now ? kept.fact : undefined, generations: now };
      });
    },
    write: async (facts, lifetime) => {
      await keyv.setMany(
        facts.map(({ name, fact, generations: under }) => ({
          key: textOf(name),
          value: { fact: frozen(fact), generations: under },
          ttl: lifetime,
        })),
      );
    },
    invalidate: async (what: Invalidation) => {
      generations.set(scopeOf(what), (last += 1));
    },
    close: async () => {
      places.clear();
      await keyv.disconnect();
    },
  };
}

/** Requests share what is kept; none may change it. */
function frozen(fact: Fact): Fact {
  for (const list of [fact.rows, fact.candidates]) {
    for (const row of list) Object.freeze(row);
    Object.freeze(list);
  }
  return Object.freeze(fact);
}

function sizeOf({ rows, candidates }: Fact): number {
  const held = [...rows, ...candidates];
  return FRAME_BYTES + (held.length === 0 ? 0 : JSON.stringify(held).length * 2);
}
