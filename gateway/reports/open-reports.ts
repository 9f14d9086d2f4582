// Opens the room: what reports offer to queries and over plain HTTP, made of what the gateway has.
import type { Log } from '../../connectors/log.ts';
import type { Manifest } from '../../connectors/manifest.ts';
import type { EffectLookUp } from '../remedies/effects.ts';
import type { OwnRoots } from '../request/own-roots.ts';
import type { Recorder } from '../request/record.ts';
import type { GatewayState } from '../state/state.ts';
import { reportRoots } from './report-deeds.ts';
import { type ReportRoutes, reportRoutes } from './report-routes.ts';
import { openReportStore } from './report-store.ts';
import { loadReportSigningKey } from './signing-key.ts';
import type { Execute } from './verdict-question.ts';

export interface Reports {
  readonly roots: Partial<OwnRoots>;
  readonly routes: ReportRoutes;
}

/** @throws AuditError AUDIT_KEY_UNSAFE for a signing key that is none, or that everybody can read */
export async function openReports(given: {
  readonly signingKeyFile: string;
  /** Undefined: the gateway has no state of its own, and issues no reports. */
  readonly state: GatewayState | undefined;
  readonly execute: Execute;
  readonly recorder: Recorder;
  readonly effects: EffectLookUp;
  readonly manifests: readonly Manifest[];
  /** Asked when it is needed: a free port is known late. Without a slash at its end. */
  readonly publicUrl: () => string;
  readonly clock: () => Date;
  readonly log: Log;
}): Promise<Reports> {
  const { signingKeyFile, state, ...rest } = given;
  const key = await loadReportSigningKey(signingKeyFile);
  const store = state === undefined ? undefined : openReportStore(state);
  return {
    roots: reportRoots({ ...rest, store, key }),
    routes: reportRoutes({ ...rest, store, publicKey: key.publicKey }),
  };
}
