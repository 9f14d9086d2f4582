// How a source does, as the schema's SourceHealth: only what the caller's table allows, and no coordinate the caller
// does not know of. Unknown codes are values of records and stay with the operator.
import type { DecisionTable } from '../../policies/engine/decision-table.ts';
import type { Coordinate } from '../../schema/catalogue.ts';
import type { SourceReport } from '../watch/source-health.ts';
import { ownFields, ownView } from './own-view.ts';

type View = Readonly<Record<string, unknown>>;

/** Null where nothing of it is allowed; without a table, that is without a purpose, nothing is. */
export function healthView(
  report: SourceReport,
  table: DecisionTable | undefined,
  visible: ReadonlySet<Coordinate>,
): View | null {
  const allowed = table === undefined ? undefined : ownFields(table);
  const own = allowed?.get('SourceHealth');
  if (own === undefined) return null;
  return ownView(own, {
    calls: report.calls,
    failures: report.failures,
    lastSuccessAt: report.lastSuccessAt,
    lastFailureAt: report.lastFailure?.at ?? null,
    lastFailureCode: report.lastFailure?.code ?? null,
    latencyP50: report.latency.p50,
    latencyP95: report.latency.p95,
    latencyP99: report.latency.p99,
    cacheHits: report.cache.hit,
    cacheMisses: report.cache.miss,
    cacheStale: report.cache.stale,
    cacheShared: report.cache.shared,
    retries: report.retries,
    shed: report.shed,
    breaker: report.breaker === null ? null : enumName(report.breaker),
    dataAsOf: report.dataAsOf,
    dataAgeSeconds: report.dataAgeSeconds,
    deliveries: report.deliveries.map(({ record, outcome, pattern, rows, at, reason }) =>
      ownView(allowed?.get('SourceDelivery'), {
        record,
        outcome: enumName(outcome),
        pattern,
        rows,
        at,
        reason: reason ?? null,
      }),
    ),
    drift: report.drift.map(({ kind, coordinate, count, lastSeenAt }) =>
      ownView(allowed?.get('SourceDrift'), {
        kind: enumName(kind),
        coordinate: visible.has(coordinate) ? coordinate : null,
        count,
        lastSeenAt,
      }),
    ),
  });
}

/** 'half-open' → HALF_OPEN */
function enumName(text: string): string {
  return text.toUpperCase().replaceAll(/[ -]/g, '_');
}
