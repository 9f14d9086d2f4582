import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../gateway/watch/metrics.ts';
import { type RequestEnd, watchRequests } from '../../../gateway/watch/request-watch.ts';

const line = async (metrics: ReturnType<typeof createMetrics>, start: string): Promise<string | undefined> =>
  (await metrics.registry.metrics()).split('\n').find((text) => text.startsWith(start));

describe('metrics', () => {
  it('count calls, failures, retries, the cache and the breaker by source', async () => {
    const metrics = createMetrics();
    const { watch } = metrics;
    const call = { source: 'a', milliseconds: 40, asOf: null, rows: 0 } as const;
    watch.called({ ...call, state: 'OK', rows: 3, bytes: 100 });
    watch.called({ ...call, state: 'UNAVAILABLE', code: 'SOURCE_TIMEOUT' });
    watch.retried('a', 'SOURCE_TIMEOUT');
    watch.cached('a', 'stale');
    watch.breakerChanged('a', 'open');
    watch.shed('a');
    watch.drifted({ source: 'a', kind: 'unknown code', coordinate: 'R.x', value: '9' });
    expect(await line(metrics, 'credit_source_calls_total{source="a",state="OK"}')).toMatch(/ 1$/);
    expect(await line(metrics, 'credit_source_failures_total{source="a",code="SOURCE_TIMEOUT"}')).toMatch(
      / 1$/,
    );
    expect(await line(metrics, 'credit_source_call_duration_seconds_bucket{le="0.05",source="a"}')).toMatch(
      / 2$/,
    );
    expect(await line(metrics, 'credit_source_rows_total')).toMatch(/ 3$/);
    expect(await line(metrics, 'credit_source_bytes_total')).toMatch(/ 100$/);
    expect(await line(metrics, 'credit_source_retries_total')).toMatch(/ 1$/);
    expect(await line(metrics, 'credit_source_shed_total')).toMatch(/ 1$/);
    expect(await line(metrics, 'credit_source_cache_total{source="a",outcome="stale"}')).toMatch(/ 1$/);
    expect(await line(metrics, 'credit_source_breaker_state{source="a"}')).toMatch(/ 2$/);
    expect(await line(metrics, 'credit_source_drift_total{source="a",kind="unknown code"}')).toMatch(/ 1$/);
    expect(await metrics.registry.metrics()).not.toMatch(/"9"|R\.x/);
  });

  it('read gauges when they are asked', async () => {
    let inFlight = 1;
    const metrics = createMetrics({
      inFlight: () => inFlight,
      load: () => ({ limit: 24, running: 5, waiting: 2, refused: 5, delay: 7 }),
      audit: () => ({ healthy: false, queuedCharacters: 12 }),
      dataAgeSeconds: () => [['a', 60]],
    });
    inFlight = 5;
    expect(await line(metrics, 'credit_requests_in_flight')).toMatch(/ 5$/);
    expect(await line(metrics, 'credit_requests_limit')).toMatch(/ 24$/);
    expect(await line(metrics, 'credit_requests_waiting')).toMatch(/ 2$/);
    expect(await line(metrics, 'credit_event_delay_seconds')).toMatch(/ 0.007$/);
    expect(await line(metrics, 'credit_audit_healthy')).toMatch(/ 0$/);
    expect(await line(metrics, 'credit_audit_queue_characters')).toMatch(/ 12$/);
    expect(await line(metrics, 'credit_source_data_age_seconds{source="a"}')).toMatch(/ 60$/);
  });

  it('of two gateways in a process stay apart', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.policyFailed();
    expect(await line(one, 'credit_policy_errors_total')).toMatch(/ 1$/);
    expect(await line(other, 'credit_policy_errors_total')).toMatch(/ 0$/);
  });
});

describe('the end of a request', () => {
  const ended: RequestEnd[] = [];
  const stages: string[] = [];
  const watch = watchRequests({
    requestEnded: (end) => void ended.push(end),
    stageEnded: (name) => void stages.push(name),
  });
  const start = { id: 'r', traceparent: undefined };

  it.each([
    [true, [], 'answered'],
    [true, ['SOURCE_TIMEOUT'], 'partial'],
    [false, ['TOKEN_INVALID'], 'refused'],
  ] as const)('answered: %s with codes %j is %s', async (answered, codes, outcome) => {
    await watch.request(start, async (told) => void Object.assign(told, { kind: 'data', answered, codes }));
    expect(ended.at(-1)).toMatchObject({ kind: 'data', outcome, codes });
  });

  it('what throws has failed, and throws on', async () => {
    const work = watch.request(start, async () => {
      throw new RangeError('x');
    });
    await expect(work).rejects.toThrow(RangeError);
    expect(ended.at(-1)?.outcome).toBe('failed');
  });

  it('a stage is timed whether it returns, resolves, throws or rejects', async () => {
    stages.length = 0;
    expect(watch.stage('plan', () => 1)).toBe(1);
    expect(await watch.stage('fetch', async () => 2)).toBe(2);
    expect(() => watch.stage('decide', () => JSON.parse('{'))).toThrow(SyntaxError);
    await expect(watch.stage('record', () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(stages).toEqual(['plan', 'fetch', 'decide', 'record']);
  });
});
