// What an operator is shown: the gateway and each of its sources, in one report. No identifier and no value of a
// record is in it, but names of columns and unknown codes are: it is for the admin address alone.
import type { Bilingual } from '../../schema/bilingual.ts';
import type { Manifest } from '../../connectors/manifest.ts';
import type { LoadReport } from '../load/load.ts';
import type { SourceHealth, SourceReport } from './source-health.ts';

export interface GatewayReport {
  /** Whether answers may be given. */
  readonly ready: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly policyVersion: string;
  readonly rulesVersion: string;
  readonly inFlight: number;
  readonly load: LoadReport;
  readonly audit: { readonly healthy: boolean; readonly entries: number; readonly queuedCharacters: number };
}

export interface SourceStatus extends SourceReport {
  readonly name: string;
  readonly title: Bilingual;
  readonly transport: string;
  /** Age in seconds at which its data count as stale; null: never. */
  readonly maxAgeSeconds: number | null;
}

export interface StatusReport {
  /** ISO 8601. */
  readonly at: string;
  readonly gateway: GatewayReport;
  readonly sources: readonly SourceStatus[];
}

/** Makes the report of this moment. */
export function reportStatus(
  at: Date,
  gateway: GatewayReport,
  manifests: readonly Manifest[],
  health: SourceHealth,
): StatusReport {
  return {
    at: at.toISOString(),
    gateway,
    sources: manifests.map((manifest) => ({
      name: manifest.source,
      title: manifest.title,
      transport: manifest.transport,
      maxAgeSeconds: manifest.maxAge === undefined ? null : Math.round(manifest.maxAge / 1000),
      ...health.reportOf(manifest.source),
    })),
  };
}
