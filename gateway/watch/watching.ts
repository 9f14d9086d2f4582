// Everything that watches the gateway, put together: source health, metrics, traces, and the admin address that
// shows them. Told by the others, deciding nothing.
import type { Server } from 'node:http';
import type { Log } from '../../connectors/log.ts';
import type { Manifest } from '../../connectors/manifest.ts';
import type { Watch } from '../../connectors/watch.ts';
import type { Configuration } from '../config.ts';
import type { PolicySnapshot } from '../request/snapshot.ts';
import type { LoadReport } from '../load/load.ts';
import { createAdminServer } from './admin-server.ts';
import { logBreakers } from './breaker-log.ts';
import { type Metrics, createMetrics, measureProcess, noLoad } from './metrics.ts';
import { type RequestWatch, watchRequests } from './request-watch.ts';
import { type SourceHealth, watchSources } from './source-health.ts';
import { reportStatus } from './status.ts';
import { watchAll } from './watch-all.ts';

/** What can be known only once the gateway stands. */
export interface Watched {
  readonly inFlight: () => number;
  readonly load: () => LoadReport;
  readonly ready: () => boolean;
  readonly audit: () => {
    readonly healthy: boolean;
    readonly entries: number;
    readonly queuedCharacters: number;
  };
  readonly snapshot: () => PolicySnapshot;
}

export interface Watching {
  readonly health: SourceHealth;
  readonly metrics: Metrics;
  /** For the connectors. */
  readonly watch: Watch;
  /** For the stages. */
  readonly requests: RequestWatch;
  /** The admin address, over a gateway that stands. */
  adminServer(watched: Watched): Server;
  /** Hands out what is still to be handed out. */
  close(): Promise<void>;
}

/** Starts watching. Traces are made only where a collector is configured; else their library is not even loaded. */
export async function startWatching(
  { admin, traces }: Configuration,
  manifests: readonly Manifest[],
  clock: () => Date,
  log: Log,
): Promise<Watching> {
  const startedAt = clock().toISOString();
  const health = watchSources(clock);
  let watched: Watched | undefined;
  const metrics = createMetrics({
    inFlight: () => watched?.inFlight() ?? 0,
    load: () => watched?.load() ?? noLoad,
    audit: () => watched?.audit() ?? { healthy: false, queuedCharacters: 0 },
    dataAgeSeconds: () =>
      manifests.flatMap(({ source }): (readonly [string, number])[] => {
        const { dataAgeSeconds } = health.reportOf(source);
        return dataAgeSeconds === null ? [] : [[source, dataAgeSeconds]];
      }),
  });
  measureProcess(metrics);
  const { endpoint, callers } = traces;
  const tracer =
    endpoint === undefined ? undefined : (await import('./traces.ts')).openTraces({ endpoint, callers });
  return {
    health,
    metrics,
    watch: watchAll([
      health.watch,
      metrics.watch,
      logBreakers(log),
      ...(tracer === undefined ? [] : [tracer.watch]),
    ]),
    requests: watchRequests(metrics, tracer),
    adminServer: (given) => {
      watched = given;
      const status = () => {
        const { policySet, rulebook } = given.snapshot().policies;
        const gateway = {
          ready: given.ready(),
          startedAt,
          policyVersion: policySet.version,
          rulesVersion: rulebook.version,
          inFlight: given.inFlight(),
          load: given.load(),
          audit: given.audit(),
        };
        return reportStatus(clock(), gateway, manifests, health);
      };
      return createAdminServer({ metrics, status, log, host: admin.host });
    },
    close: async () => {
      await tracer?.close();
      metrics.registry.clear();
    },
  };
}
