import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Timekeeper, watchRequests } from '../../../gateway/watch/request-watch.ts';
import { type TraceOptions, openTraces, readTraceparent } from '../../../gateway/watch/traces.ts';
import { type Collector, startCollector } from './collector.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const traceparent = `00-${TRACE}-${SPAN}-01`;

let collector: Collector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(() => collector.close());

const silent: Timekeeper = { requestEnded: () => undefined, stageEnded: () => undefined };

/** Walks one request with a stage and a call of a source in it. */
async function walk(callers: TraceOptions['callers'], header: string | undefined): Promise<void> {
  const traces = openTraces({ endpoint: `${collector.endpoint}/`, callers });
  const watch = watchRequests(silent, traces);
  await watch.request({ id: 'request-1', traceparent: header }, async (told) => {
    watch.stage('plan', () => 1);
    await watch.stage('fetch', async () => {
      await Promise.resolve();
      traces.watch.called({ source: 'alpha', milliseconds: 20, state: 'OK', asOf: null, rows: 3 });
    });
    told.kind = 'data';
    told.answered = true;
  });
  await traces.close();
}
const span = (name: string) => collector.spans.find((candidate) => candidate.name === name)!;

describe('a trace', () => {
  it('has a span for the request, for each stage and for each call, each under its own', async () => {
    await walk('link', undefined);
    expect(collector.spans.map(({ name }) => name).sort()).toEqual([
      'fetch',
      'plan',
      'request',
      'source call',
    ]);
    expect(span('request').parentSpanId).toBeUndefined();
    expect(span('plan').parentSpanId).toBe(span('request').spanId);
    expect(span('fetch').parentSpanId).toBe(span('request').spanId);
    expect(span('source call').parentSpanId).toBe(span('fetch').spanId);
    expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(collector.text()).toMatch(/^POST \/v1\/traces /);
  });

  it('says how long a call took', async () => {
    await walk('link', undefined);
    const { startTimeUnixNano, endTimeUnixNano } = span('source call');
    const milliseconds = Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;
    expect(milliseconds).toBeGreaterThan(19);
    expect(milliseconds).toBeLessThan(21);
  });

  it('names nothing but kinds, outcomes, sources and counts', async () => {
    await walk('link', traceparent);
    const keys = new Set(collector.spans.flatMap(({ attributes }) => attributes.map(({ key }) => key)));
    expect([...keys].sort()).toEqual([
      'credit.codes',
      'credit.kind',
      'credit.outcome',
      'credit.request',
      'credit.rows',
      'credit.source',
      'credit.state',
    ]);
  });

  it('a stage that throws is marked, without its message', async () => {
    const traces = openTraces({ endpoint: collector.endpoint, callers: 'link' });
    const watch = watchRequests(silent, traces);
    const failing = watch.request({ id: 'r', traceparent: undefined }, async () => {
      watch.stage('plan', () => {
        throw new Error('about 张三');
      });
    });
    await expect(failing).rejects.toThrow('about 张三');
    await traces.close();
    expect(span('plan').status.code).toBe(2);
    expect(span('request').status.code).toBe(2);
    expect(collector.text()).not.toMatch(/张三|traces\.test/);
  });

  it('a collector that is away delays nobody and breaks nothing', async () => {
    const traces = openTraces({ endpoint: 'http://127.0.0.1:1', callers: 'link' });
    const watch = watchRequests(silent, traces);
    await expect(watch.request({ id: 'r', traceparent: undefined }, async () => 7)).resolves.toBe(7);
    await traces.close();
  });
});

describe('the context of a caller', () => {
  it('is a link unless told otherwise', async () => {
    await walk('link', traceparent);
    expect(span('request').traceId).not.toBe(TRACE);
    expect(span('request').links).toEqual([expect.objectContaining({ traceId: TRACE, spanId: SPAN })]);
  });

  it('is the parent where callers are trusted', async () => {
    await walk('parent', traceparent);
    expect(span('request')).toMatchObject({ traceId: TRACE, parentSpanId: SPAN });
  });

  it('is nothing where it is ignored', async () => {
    await walk('ignore', traceparent);
    expect(collector.text()).not.toContain(TRACE);
  });

  it.each([
    undefined,
    '',
    'x',
    `01-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `${traceparent}-more`,
  ])('is nothing where it is not one: %s', (header) => {
    expect(readTraceparent(header)).toBeUndefined();
  });
});
