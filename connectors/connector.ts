// Makes a connector of a transport: plans the look-ups, holds the limits, reads the rows, and turns whatever goes
// wrong into a state. `fetch` never rejects.
import type { Connector, SourceAnswer, SourceFailure, SourceRequest } from './contract.ts';
import { assessFreshness } from './freshness.ts';
import type { Log } from './log.ts';
import { planLookups } from './lookup.ts';
import type { Manifest } from './manifest.ts';
import { collectRows } from './mapping.ts';
import { openBulkhead } from './resilience/bulkhead.ts';
import { withinDeadline } from './resilience/deadline.ts';
import { failureOf, stateOf } from './source-error.ts';
import type { Transport } from './transport.ts';
import { type Watch, unwatched } from './watch.ts';

export type Clock = () => Date;

/** Longest a probe may take, in milliseconds; readiness asks often and must not wait as long as a user. */
const PROBE_DEADLINE_MS = 1000;

export function makeConnector(
  manifest: Manifest,
  transport: Transport,
  clock: Clock,
  log: Log,
  watch: Watch = unwatched,
): Connector {
  const { source, limits, maxAge } = manifest;
  const bulkhead = openBulkhead(limits.concurrency, limits.queue);

  const ask = async (request: SourceRequest, signal: AbortSignal): Promise<SourceAnswer> => {
    const lookups = planLookups(manifest, request.subjects, request.steps);
    if (lookups.length === 0) return answer('OK', clock().toISOString());
    const { receive, finish } = collectRows(limits.recordsPerSubject);
    const { asOf } = await bulkhead(signal, () => transport.exchange(lookups, receive, signal));
    const { rows, invalidSubjects, foreign, reasons } = finish();
    if (foreign > 0) log.warn({ source, foreign }, 'rows of subjects nobody asked for were discarded');
    if (invalidSubjects.size > 0) {
      log.warn(
        { source, subjects: invalidSubjects.size, reasons: [...reasons] },
        'records could not be read',
      );
    }
    const freshness = assessFreshness(asOf, maxAge, clock());
    return { state: freshness.state, asOf: freshness.asOf, rows, invalidSubjects };
  };

  const tell = (milliseconds: number, { state, asOf, rows, failure }: SourceAnswer): void => {
    watch.called({ source, milliseconds, state, asOf, rows: countRows(rows), code: failure?.code });
  };

  return {
    source,
    fetch: async (request, caller) => {
      const started = performance.now();
      try {
        const answered = await withinDeadline(limits.deadline, caller, (signal) => ask(request, signal));
        tell(performance.now() - started, answered);
        return answered;
      } catch (error) {
        const failure = failureOf(error);
        const milliseconds = Math.round(performance.now() - started);
        log.warn({ source, code: failure.code, detail: failure.detail, milliseconds }, 'source failed');
        // A mistake of ours: where it happened is told, what it was about is not.
        if (failure.cause instanceof Error)
          log.error({ source, at: placesOf(failure.cause) }, 'connector failed');
        const failed = { ...answer(stateOf(failure.code), null), failure };
        tell(performance.now() - started, failed);
        return failed;
      }
    },
    probe: async (caller): Promise<SourceFailure | undefined> => {
      try {
        await withinDeadline(PROBE_DEADLINE_MS, caller, (signal) => transport.probe(signal));
        return undefined;
      } catch (error) {
        return failureOf(error);
      }
    },
    close: () => transport.close(),
  };
}

function countRows(rows: SourceAnswer['rows']): number {
  let count = 0;
  for (const bySubject of rows.values()) for (const list of bySubject.values()) count += list.length;
  return count;
}

/** The frames of a stack without its first lines, which are the message. */
function placesOf(error: Error): string[] {
  return (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
}

function answer(state: SourceAnswer['state'], asOf: string | null): SourceAnswer {
  return { state, asOf, rows: new Map(), invalidSubjects: new Set() };
}
