// Makes a connector of a transport: plans the look-ups, holds the limits, reads the rows, and turns whatever goes
// wrong into a state. `fetch` never rejects.
import type { FactCache } from './cache/fact-cache.ts';
import type { AskSource } from './cache/source-cache.ts';
import type { Connector, Gap, SourceAnswer, SourceFailure } from './contract.ts';
import { assessFreshness } from './freshness.ts';
import type { Log } from './log.ts';
import { type PlannedLookup, planLookups } from './lookup.ts';
import type { Manifest, RecordMapping } from './manifest.ts';
import { collectRows } from './mapping.ts';
import { withinDeadline } from './resilience/deadline.ts';
import { openGuard } from './resilience/guard.ts';
import { SourceError, failureOf, stateOf } from './source-error.ts';
import type { ReceiveRow, Transport } from './transport.ts';
import { type Watch, unwatched } from './watch.ts';

export type Clock = () => Date;

/** Longest a probe may take, in milliseconds; readiness asks often and must not wait as long as a user. */
const PROBE_DEADLINE_MS = 1000;

export interface ConnectorOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly watch?: Watch | undefined;
  /** Keeps answers where the manifest allows it. */
  readonly cache?: FactCache | undefined;
  /** Milliseconds by a clock that stands still while the process does (resilience/attentive-clock.ts). */
  readonly attentive?: (() => number) | undefined;
}

interface Asked {
  readonly answered: SourceAnswer;
  readonly bytes: number | undefined;
}

export function makeConnector(
  manifest: Manifest,
  transport: Transport,
  { clock, log, watch = unwatched, cache, attentive }: ConnectorOptions,
): Connector {
  const { source, limits, maxAge, resilience } = manifest;
  let turn = 0;
  const guard = openGuard({ source, ...limits, resilience, watch, now: attentive });

  const exchange = async (lookups: readonly PlannedLookup[], signal: AbortSignal): Promise<Asked> => {
    const { receive, finish } = collectRows(limits.recordsPerSubject, (drift) =>
      watch.drifted({ source, ...drift }),
    );
    let received = false;
    const receiveRow: ReceiveRow = (lookup, key, values, owners) => {
      received = true;
      receive(lookup, key, values, owners);
    };
    const {
      asOf,
      bytes,
      held,
      gaps: shown = [],
    } = await transport.exchange(lookups, receiveRow, signal).catch((error: unknown) => {
      // A connection that breaks between two rows has answered.
      if (!received || !(error instanceof SourceError) || !error.unanswered) throw error;
      throw new SourceError(error.code, error.message);
    });
    const { rows, candidates, invalidSubjects, methods, gaps, foreign, reasons } = finish(lookups);
    if (foreign > 0) log.warn({ source, foreign }, 'rows of subjects nobody asked for were discarded');
    if (reasons.size > 0) {
      log.warn(
        { source, subjects: invalidSubjects.size, reasons: [...reasons] },
        'records could not be read',
      );
    }
    const freshness = assessFreshness(asOf, maxAge, clock());
    return {
      answered: {
        ...freshness,
        rows,
        candidates,
        invalidSubjects,
        methods,
        gaps: [...gaps, ...shown, ...gapsIn(lookups, held)],
      },
      bytes,
    };
  };

  /** Half of what there once was is more often a failed load than the truth. */
  const most = new Map<RecordMapping, number>();
  const isFewer = (mapping: RecordMapping, count: number): boolean => {
    const before = most.get(mapping) ?? 0;
    if (count > before) most.set(mapping, count);
    return count < mapping.atLeast || count < before / 2;
  };

  /** What came is all there is where a control was found, or where the transport has counted. */
  const gapsIn = (
    lookups: readonly PlannedLookup[],
    held: ReadonlyMap<RecordMapping, number> = new Map(),
  ): readonly Gap[] =>
    [...new Set(lookups.map(({ mapping }) => mapping))].flatMap((mapping) => {
      const { record } = mapping;
      const counted = transport.gapsOf?.(mapping);
      if (counted !== undefined) return counted.map((reason) => ({ record, reason }));
      const count = held.get(mapping);
      if (count !== undefined) return isFewer(mapping, count) ? [{ record, reason: 'FEWER' }] : [];
      const isControlled = lookups.every((lookup) => lookup.mapping !== mapping || lookup.controls.size > 0);
      return isControlled ? [] : [{ record, reason: 'UNPROVEN' }];
    });

  const tell = (milliseconds: number, { state, asOf, rows, failure }: SourceAnswer, bytes?: number): void => {
    watch.called({ source, milliseconds, state, asOf, rows: countRows(rows), bytes, code: failure?.code });
  };

  const ask: AskSource = async (request, caller, milliseconds = limits.deadline) => {
    const started = performance.now();
    try {
      const lookups = planLookups(manifest, request.subjects, request.steps, (turn += 1));
      if (lookups.length === 0) return answer('OK', clock().toISOString());
      const { answered, bytes } = await guard(milliseconds, caller, (signal) => exchange(lookups, signal));
      tell(performance.now() - started, answered, bytes);
      return answered;
    } catch (error) {
      const failure = failureOf(error);
      const took = Math.round(performance.now() - started);
      // Of a source that is not asked the change of its breaker has told.
      if (failure.code !== 'SOURCE_SUSPENDED')
        log.warn({ source, code: failure.code, detail: failure.detail, milliseconds: took }, 'source failed');
      // A mistake of ours: where it happened is told, what it was about is not.
      if (failure.cause instanceof Error)
        log.error({ source, at: placesOf(failure.cause) }, 'connector failed');
      const failed = { ...answer(stateOf(failure.code), null), failure };
      tell(performance.now() - started, failed);
      return failed;
    }
  };

  return {
    source,
    fetch: cache?.inFrontOf(manifest, ask) ?? ask,
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
