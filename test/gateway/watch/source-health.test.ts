import { describe, expect, it } from 'vitest';
import { openLatencyWindow } from '../../../gateway/watch/latency-window.ts';
import { watchSources } from '../../../gateway/watch/source-health.ts';

const NOW = new Date('2026-11-22T04:00:00Z');
const health = () => watchSources(() => NOW);
const call = {
  source: 'a',
  milliseconds: 5,
  state: 'OK',
  asOf: '2026-11-22T11:59:00+08:00',
  rows: 1,
} as const;

describe('a window of durations', () => {
  it('knows nothing before the first', () => {
    expect(openLatencyWindow().quantiles()).toEqual({ p50: null, p95: null, p99: null });
  });

  it('answers with durations that occurred', () => {
    const window = openLatencyWindow();
    for (let at = 1; at <= 200; at += 1) window.note(at);
    expect(window.quantiles()).toEqual({ p50: 100, p95: 190, p99: 198 });
  });

  it('forgets the oldest', () => {
    const window = openLatencyWindow(4);
    for (const milliseconds of [900, 900, 1, 1, 1, 1]) window.note(milliseconds);
    expect(window.quantiles()).toEqual({ p50: 1, p95: 1, p99: 1 });
  });
});

describe('how a source does', () => {
  it('a source that was never called has no state', () => {
    expect(health().reportOf('a')).toMatchObject({
      lastState: null,
      calls: 0,
      lastFailure: null,
      breaker: null,
    });
  });

  it('a failure does not rub out the last success', () => {
    const { watch, reportOf } = health();
    watch.called(call);
    watch.called({ ...call, state: 'UNAVAILABLE', asOf: null, code: 'SOURCE_TIMEOUT' });
    expect(reportOf('a')).toMatchObject({
      lastState: 'UNAVAILABLE',
      calls: 2,
      failures: 1,
      lastSuccessAt: NOW.toISOString(),
      lastFailure: { code: 'SOURCE_TIMEOUT', at: NOW.toISOString() },
      dataAsOf: '2026-11-22T11:59:00+08:00',
      dataAgeSeconds: 60,
    });
  });

  it('retries, shed calls, the cache and the breaker are counted apart', () => {
    const { watch, reportOf } = health();
    watch.retried('a', 'SOURCE_TIMEOUT');
    watch.shed('a');
    watch.cached('a', 'hit');
    watch.cached('a', 'stale');
    watch.cached('b', 'miss');
    watch.breakerChanged('a', 'half-open');
    expect(reportOf('a')).toMatchObject({
      retries: 1,
      shed: 1,
      cache: { hit: 1, miss: 0, stale: 1, shared: 0 },
      breaker: 'half-open',
    });
  });

  it('of deliveries the last of each record type and outcome is kept', () => {
    const { watch, reportOf } = health();
    const delivery = { source: 'a', record: 'R', pattern: 'r_*.csv', at: NOW.toISOString() };
    watch.delivered({ ...delivery, outcome: 'loaded', rows: 1 });
    watch.delivered({ ...delivery, outcome: 'loaded', rows: 2 });
    watch.delivered({ ...delivery, outcome: 'quarantined', rows: 0, reason: 'SHRUNKEN' });
    expect(reportOf('a').deliveries.map(({ outcome, rows }) => [outcome, rows])).toEqual([
      ['loaded', 2],
      ['quarantined', 0],
    ]);
  });

  it('of unknown codes ten are kept, and nothing that could be a value', () => {
    const { watch, reportOf } = health();
    const drift = { source: 'a', kind: 'unknown code', coordinate: 'R.state' } as const;
    for (const value of ['420106199001011234', '张三', '7', '7', 'X']) watch.drifted({ ...drift, value });
    expect(reportOf('a').drift).toEqual([
      {
        kind: 'unknown code',
        coordinate: 'R.state',
        count: 5,
        lastSeenAt: NOW.toISOString(),
        codes: ['7', 'X'],
      },
    ]);
    for (let at = 0; at < 50; at += 1) watch.drifted({ ...drift, value: `c${at}` });
    expect(reportOf('a').drift[0]?.codes).toHaveLength(10);
  });
});
