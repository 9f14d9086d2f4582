// Traces over OTLP: one span for a request, one for each stage, one for each call of a source. Loaded only where a
// collector is configured. INVARIANT: attributes are closed lists, source names and counts; the request's own number
// is the only identifier, and it leads to the log, not to a subject.
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Watch } from '../../connectors/watch.ts';
import { unwatched } from '../../connectors/watch.ts';
import { type RequestEnd, type Tracer, whenOver } from './request-watch.ts';

export interface TraceOptions {
  /** Collector; spans go to `/v1/traces` below it. */
  readonly endpoint: string;
  /** What becomes of a caller's trace context. */
  readonly callers: 'link' | 'parent' | 'ignore';
}

export interface Traces extends Tracer {
  /** For the connectors. */
  readonly watch: Watch;
  /** Sends what waits; a collector that does not take it within two seconds loses it. */
  close(): Promise<void>;
}

/** Longest a batch may take to be sent, in milliseconds. */
const SEND_MS = 2000;

/** Opens the way to the collector. It may be down: spans are then dropped, beyond a bounded queue at once. */
export function openTraces({ endpoint, callers }: TraceOptions): Traces {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: SEND_MS,
  });
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: 4096,
    maxExportBatchSize: 512,
    scheduledDelayMillis: 1000,
    exportTimeoutMillis: SEND_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'credit-gateway' }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('credit-gateway');
  const current = new AsyncLocalStorage<Context>();

  const within = <T>(span: Span, work: () => T): T =>
    current.run(trace.setSpan(current.getStore() ?? ROOT_CONTEXT, span), work);

  return {
    request: ({ id, traceparent }, work, end) => {
      const caller = callers === 'ignore' ? undefined : readTraceparent(traceparent);
      const parent =
        callers === 'parent' && caller !== undefined
          ? trace.setSpanContext(ROOT_CONTEXT, caller)
          : ROOT_CONTEXT;
      const span = tracer.startSpan(
        'request',
        {
          kind: SpanKind.SERVER,
          attributes: { 'credit.request': id },
          ...(callers === 'link' && caller !== undefined ? { links: [{ context: caller }] } : {}),
        },
        parent,
      );
      return within(span, () => whenOver(work, (failed) => endRequest(span, end(), failed)));
    },
    stage: (name, work) => {
      const context = current.getStore();
      if (context === undefined) return work();
      const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL }, context);
      return within(span, () =>
        whenOver(work, (failed) => {
          if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        }),
      );
    },
    watch: {
      ...unwatched,
      called: ({ source, milliseconds, state, code, rows, bytes }) => {
        const context = current.getStore();
        if (context === undefined) return;
        const endTime = performance.timeOrigin + performance.now();
        const span = tracer.startSpan(
          'source call',
          {
            kind: SpanKind.CLIENT,
            startTime: endTime - milliseconds,
            attributes: {
              'credit.source': source,
              'credit.state': state,
              'credit.rows': rows,
              ...(bytes === undefined ? {} : { 'credit.bytes': bytes }),
              ...(code === undefined ? {} : { 'credit.code': code }),
            },
          },
          context,
        );
        if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end(endTime);
      },
    },
    close: () => provider.shutdown().catch(() => undefined),
  };
}

function endRequest(span: Span, { kind, outcome, codes }: RequestEnd, failed: boolean): void {
  span.setAttributes({ 'credit.kind': kind, 'credit.outcome': outcome, 'credit.codes': [...codes] });
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** W3C trace context, version 00: https://www.w3.org/TR/trace-context/#traceparent-header. Anything else is nothing. */
export function readTraceparent(header: string | undefined):
  | {
      readonly traceId: string;
      readonly spanId: string;
      readonly traceFlags: number;
      readonly isRemote: true;
    }
  | undefined {
  const [, traceId, spanId, flags] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}
