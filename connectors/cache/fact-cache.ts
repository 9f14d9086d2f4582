// The cache of all sources: one store, and in front of every source whose manifest allows it a cache of its own.
import type { Clock } from '../connector.ts';
import type { Manifest } from '../manifest.ts';
import type { Log } from '../log.ts';
import { type Watch, unwatched } from '../watch.ts';
import type { Invalidation } from './fact.ts';
import type { FactStore } from './fact-store.ts';
import { openMemoryStore } from './memory-store.ts';
import { type AskSource, type SourceCache, cacheSource } from './source-cache.ts';

export interface FactCacheOptions {
  /** Without it facts are kept in this process alone. */
  readonly redis?: { readonly url: string; readonly key: Buffer } | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch?: Watch | undefined;
}

export interface FactCache {
  /** `ask` with a cache before it; `ask` itself where the manifest wants none. */
  inFrontOf(manifest: Manifest, ask: AskSource): AskSource;
  /**
   * Forgets what is known, here at once and on every replica when it resolves. Where Redis cannot be told, the other
   * replicas may use what they know until its time is over. Never rejects.
   */
  invalidate(what: Invalidation): Promise<void>;
  close(): Promise<void>;
}

export async function openFactCache({ redis, clock, log, watch }: FactCacheOptions): Promise<FactCache> {
  const store =
    redis === undefined
      ? openMemoryStore()
      : await (await import('./redis-store.ts')).openRedisStore({ ...redis, log });
  return cacheFacts(store, clock, watch);
}

export function cacheFacts(store: FactStore, clock: Clock, watch: Watch = unwatched): FactCache {
  const caches = new Map<string, SourceCache>();
  return {
    inFrontOf: (manifest, ask) => {
      if (manifest.cache === undefined) return ask;
      const cache = cacheSource({ manifest, times: manifest.cache, ask, store, clock, watch });
      caches.set(manifest.source, cache);
      return cache.fetch;
    },
    invalidate: (what) => {
      caches.get(what.source)?.forget(what);
      return store.invalidate(what);
    },
    close: () => store.close(),
  };
}
