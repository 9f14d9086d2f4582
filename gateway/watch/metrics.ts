// The gateway's metrics for Prometheus. docs/operations.md is made from this registry; a test compares the two.
// INVARIANT: every label comes from a closed list or from the manifests, so that nothing a caller or a source says
// becomes a name here and the number of series is bounded.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Watch } from '../../connectors/watch.ts';
import { type ErrorCode, errorTexts } from '../errors.ts';
import type { LoadReport } from '../load/load.ts';
import type { WebhookWatch } from '../webhooks/dispatch.ts';
import { attemptOutcomes } from '../webhooks/message-store.ts';
import { type StageName, type Timekeeper, stageNames } from './request-watch.ts';

const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics extends Timekeeper {
  readonly registry: Registry;
  /** For the connectors. */
  readonly watch: Watch;
  /** A request was turned away before it was looked at. */
  readonly turnedAway: (code: ErrorCode) => void;
  /** A group of audit entries is on disk. */
  readonly auditCommitted: (commit: { readonly milliseconds: number; readonly entries: number }) => void;
  /** A decision table was computed. */
  readonly tableComputed: (milliseconds: number) => void;
  /** A policy could not be evaluated, and denied. */
  readonly policyFailed: () => void;
  /** For the webhooks. */
  readonly webhooks: WebhookWatch;
}

/** What is read when somebody asks, rather than told. */
export interface Gauges {
  inFlight(): number;
  load(): LoadReport;
  audit(): { readonly healthy: boolean; readonly queuedCharacters: number };
  dataAgeSeconds(): Iterable<readonly [source: string, seconds: number]>;
}

export const noLoad: LoadReport = { limit: 0, running: 0, waiting: 0, refused: 0, delay: 0 };

const idle: Gauges = {
  inFlight: () => 0,
  load: () => noLoad,
  audit: () => ({ healthy: true, queuedCharacters: 0 }),
  dataAgeSeconds: () => [],
};

/** Numbers of the breaker's gauge. */
const breakerNumbers = { closed: 0, 'half-open': 1, open: 2 } as const;

/** A registry of its own, so that two gateways in a process stay apart. `gauges` undefined: only to be described. */
export function createMetrics(gauges: Gauges = idle): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name: `credit_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
  ): Histogram<L> => new Histogram({ name: `credit_${name}`, help, labelNames, registers, buckets: seconds });
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    collect?: (self: Gauge<L>) => void,
  ): Gauge<L> =>
    new Gauge<L>({
      name: `credit_${name}`,
      help,
      labelNames,
      registers,
      ...(collect === undefined
        ? {}
        : {
            collect() {
              collect(this);
            },
          }),
    });

  const requests = counter('requests_total', 'Requests, by what they asked and how they ended.', [
    'kind',
    'outcome',
  ]);
  const errors = counter('errors_total', 'Error codes in answers and refusals.', ['code']);
  const durations = histogram('request_duration_seconds', 'Duration of requests.', ['kind']);
  gauge('requests_in_flight', 'Requests under way.', [], (self) => self.set(gauges.inFlight()));
  gauge('requests_limit', 'Requests that may be worked on at once, as the load allows.', [], (self) =>
    self.set(gauges.load().limit),
  );
  gauge('requests_waiting', 'Requests that wait for their turn.', [], (self) =>
    self.set(gauges.load().waiting),
  );
  gauge('event_delay_seconds', 'How late the process comes round to its events.', [], (self) =>
    self.set(gauges.load().delay / 1000),
  );
  const overloaded = counter('requests_overloaded_total', 'Requests told at once to come back later.');
  const stages = histogram('stage_duration_seconds', 'Duration of the stages of requests.', ['stage']);
  const calls = counter('source_calls_total', 'Calls of sources, by the state they ended in.', [
    'source',
    'state',
  ]);
  const callDurations = histogram(
    'source_call_duration_seconds',
    'Duration of calls of sources, queueing and retries within.',
    ['source'],
  );
  const failures = counter('source_failures_total', 'Calls of sources that failed, by code.', [
    'source',
    'code',
  ]);
  const rows = counter('source_rows_total', 'Records sources answered with.', ['source']);
  const bytes = counter('source_bytes_total', 'Bytes of answers, where the transport counts them.', [
    'source',
  ]);
  const retries = counter('source_retries_total', 'Calls tried again, by the code of the first try.', [
    'source',
    'code',
  ]);
  const shed = counter('source_shed_total', 'Calls turned away before they were sent.', ['source']);
  const cache = counter('source_cache_total', 'Look-ups in the cache: hit, miss, stale or shared.', [
    'source',
    'outcome',
  ]);
  const breaker = gauge('source_breaker_state', 'Circuit breaker: 0 closed, 1 half open, 2 open.', [
    'source',
  ]);
  gauge('source_data_age_seconds', 'Age of what a source last answered with.', ['source'], (self) => {
    for (const [source, age] of gauges.dataAgeSeconds()) self.set({ source }, age);
  });
  const deliveries = counter('deliveries_total', 'Deliveries of files: loaded or quarantined.', [
    'source',
    'outcome',
  ]);
  const drift = counter('source_drift_total', 'Values that do not fit the manifest.', ['source', 'kind']);
  const keyRows = gauge('source_key_rows', 'Rows by their keys: whole, masked, or nobody’s (unusable).', [
    'source',
    'record',
    'key',
  ]);
  const incomplete = gauge('source_incomplete', '1 while nobody is clear by a record type, else 0.', [
    'source',
    'record',
  ]);
  const commits = histogram('audit_commit_duration_seconds', 'Writing and syncing a group of audit entries.');
  const entries = counter('audit_entries_total', 'Audit entries on disk.');
  gauge('audit_queue_characters', 'Audit entries that wait for the disk, in characters.', [], (self) =>
    self.set(gauges.audit().queuedCharacters),
  );
  gauge('audit_healthy', '1 while the audit log can be written, else 0.', [], (self) =>
    self.set(gauges.audit().healthy ? 1 : 0),
  );
  const policyErrors = counter('policy_errors_total', 'Evaluations of policies that erred, and so denied.');
  const attempts = counter('webhook_attempts_total', 'Attempts to deliver a webhook, by how they ended.', [
    'result',
  ]);
  const messages = gauge(
    'webhook_messages',
    'Webhooks that wait to be delivered, and those given up since one last arrived; all replicas together.',
    ['standing'],
  );
  const tables = histogram('decision_table_duration_seconds', 'Computing a decision table.');

  const stageTimes = new Map(stageNames.map((stage) => [stage, stages.labels(stage)]));
  return {
    registry,
    requestEnded: ({ kind, outcome, codes, milliseconds }) => {
      requests.inc({ kind, outcome });
      durations.observe({ kind }, milliseconds / 1000);
      for (const code of codes) errors.inc({ code });
    },
    stageEnded: (name: StageName, milliseconds) => stageTimes.get(name)?.observe(milliseconds / 1000),
    turnedAway: (code) => {
      requests.inc({ kind: 'none', outcome: 'refused' });
      errors.inc({ code });
      if (code === 'OVERLOADED') overloaded.inc();
    },
    auditCommitted: (commit) => {
      commits.observe(commit.milliseconds / 1000);
      entries.inc(commit.entries);
    },
    tableComputed: (milliseconds) => tables.observe(milliseconds / 1000),
    policyFailed: () => policyErrors.inc(),
    webhooks: {
      attempted: (outcome) => attempts.inc({ result: outcome }),
      counted: ({ pending, parked }) => {
        messages.set({ standing: 'pending' }, pending);
        messages.set({ standing: 'parked' }, parked);
      },
    },
    watch: {
      called: (call) => {
        const { source } = call;
        calls.inc({ source, state: call.state });
        callDurations.observe({ source }, call.milliseconds / 1000);
        rows.inc({ source }, call.rows);
        if (call.bytes !== undefined) bytes.inc({ source }, call.bytes);
        if (call.code !== undefined) failures.inc({ source, code: call.code });
      },
      retried: (source, code) => retries.inc({ source, code }),
      breakerChanged: (source, state) => breaker.set({ source }, breakerNumbers[state]),
      cached: (source, outcome) => cache.inc({ source, outcome }),
      shed: (source) => shed.inc({ source }),
      delivered: ({ source, outcome }) => deliveries.inc({ source, outcome }),
      drifted: ({ source, kind }) => drift.inc({ source, kind }),
      keysCounted: ({ source, record, rows, masked, unusable, gaps }) => {
        const spoilt = Object.values(unusable).reduce((sum, count) => sum + count, 0);
        keyRows.set({ source, record, key: 'whole' }, rows - masked - spoilt);
        keyRows.set({ source, record, key: 'masked' }, masked);
        keyRows.set({ source, record, key: 'unusable' }, spoilt);
        incomplete.set({ source, record }, gaps.length > 0 ? 1 : 0);
      },
    },
  };
}

/** Adds the process's own: memory, processor, event loop, garbage collection. */
export function measureProcess({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry });
}

/** Values of the labels that are closed lists, for the documentation. */
export const closedLabels: Readonly<Record<string, readonly string[]>> = {
  kind: ['data', 'own', 'introspection', 'mutation', 'schema', 'none'],
  outcome: ['answered', 'partial', 'refused', 'failed'],
  stage: stageNames,
  result: attemptOutcomes,
  standing: ['pending', 'parked'],
  code: Object.keys(errorTexts),
};
