// What an operator sees of a running gateway: status, metrics and traces, and that none of them holds a subject.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cast } from '../../connectors/sandbox/generator/cast.ts';
import { type Collector, startCollector } from '../gateway/watch/collector.ts';
import { type RunningGateway, id, operation, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
  world = await runGateway({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } });
});
afterAll(async () => {
  await world?.stop();
  await collector?.close();
});

const open = (headers: Readonly<Record<string, string>> = {}) =>
  world.ask({
    query: operation('bid-opening').query,
    variables: { usccs: [id('clean-firm'), id('listed-firm')] },
    consumer: 'procurement-platform',
    headers: { ...procurement, ...headers },
  });
const admin = async (path: string, accept = '*/*'): Promise<string> =>
  (await fetch(`${world.gateway.adminUrl}${path}`, { headers: { accept } })).text();
const value = async (series: string): Promise<number> => {
  const line = (await admin('/metrics')).split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1) ?? 0);
};

test('the status names every source with its state and durations', async () => {
  await open();
  world.sandbox.court.setFault({ mode: 'down' });
  await open();
  world.sandbox.court.setFault({ mode: 'none' });
  const report = JSON.parse(await admin('/status', 'application/json')) as {
    gateway: { ready: boolean; audit: { entries: number } };
    sources: { name: string; calls: number; lastState: string; lastFailure: { code: string } | null }[];
  };
  expect(report.gateway).toMatchObject({ ready: true, audit: { healthy: true } });
  expect(report.gateway.audit.entries).toBeGreaterThan(4);
  const court = report.sources.find(({ name }) => name === 'court');
  expect(court).toMatchObject({ lastState: 'UNAVAILABLE', lastFailure: { code: 'SOURCE_UNREACHABLE' } });
  const page = await admin('/status', 'text/html');
  for (const { name } of report.sources) expect(page).toContain(`<code>${name}</code>`);
});

test('the public address knows nothing of status or metrics', async () => {
  for (const path of ['/status', '/metrics']) {
    expect((await fetch(`${world.gateway.url}${path}`)).status).toBe(404);
  }
  expect(world.gateway.adminUrl).toMatch(/^http:\/\/127\.0\.0\.1:/);
});

test('requests are counted by kind and outcome, with the codes they were given', async () => {
  const answered = await value('credit_requests_total{kind="data",outcome="answered"}');
  const own = await value('credit_requests_total{kind="own",outcome="answered"}');
  const refused = await value('credit_requests_total{kind="none",outcome="refused"}');
  await open();
  await world.ask({ query: '{ viewer { consumer } }' });
  await world.ask({ query: '{ __schema { types { name } } }' });
  await world.ask({ query: '{ nonsense }' });
  await world.post('{}', { authorization: 'Bearer x' });
  expect(await value('credit_requests_total{kind="data",outcome="answered"}')).toBe(answered + 1);
  expect(await value('credit_requests_total{kind="own",outcome="answered"}')).toBe(own + 1);
  expect(await value('credit_requests_total{kind="introspection",outcome="answered"}')).toBe(1);
  expect(await value('credit_requests_total{kind="none",outcome="refused"}')).toBe(refused + 2);
  expect(await value('credit_errors_total{code="TOKEN_INVALID"}')).toBe(1);
  expect(await value('credit_errors_total{code="QUERY_INVALID"}')).toBe(1);
  expect(await value('credit_requests_in_flight')).toBe(0);
});

test('stages, calls, the audit and decision tables are timed, and the process is measured', async () => {
  const before = await value('credit_audit_commit_duration_seconds_count');
  await open();
  expect(await value('credit_stage_duration_seconds_count{stage="fetch"}')).toBeGreaterThan(0);
  expect(await value('credit_source_calls_total{source="registry",state="OK"}')).toBeGreaterThan(0);
  expect(await value('credit_source_bytes_total{source="procurement"}')).toBeGreaterThan(100);
  expect(
    await value('credit_source_failures_total{source="court",code="SOURCE_UNREACHABLE"}'),
  ).toBeGreaterThan(0);
  expect(await value('credit_audit_commit_duration_seconds_count')).toBeGreaterThan(before);
  expect(await value('credit_decision_table_duration_seconds_count')).toBeGreaterThan(0);
  expect(await value('credit_policy_errors_total')).toBe(0);
  const text = await admin('/metrics');
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  expect(text).toContain('process_resident_memory_bytes');
});

test('a request is one trace: its stages, its calls, and a link to its caller', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  await open({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
  const ofIt = (spans: typeof collector.spans) =>
    spans.find(({ links }) => links?.some((link) => link.traceId === traceId));
  await collector.until((spans) => ofIt(spans) !== undefined);
  const root = ofIt(collector.spans)!;
  const spans = collector.spans.filter((span) => span.traceId === root.traceId);
  expect(spans.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['authenticate', 'admit', 'decide', 'plan', 'fetch', 'complete', 'record']),
  );
  const fetching = spans.find(({ name }) => name === 'fetch')!;
  const calls = spans.filter(({ name }) => name === 'source call');
  expect(calls.map(({ parentSpanId }) => parentSpanId)).toEqual(calls.map(() => fetching.spanId));
  const sources = calls.map(
    ({ attributes }) => attributes.find(({ key }) => key === 'credit.source')?.value['stringValue'],
  );
  expect(sources.sort()).toEqual(['court', 'finance', 'procurement', 'publicity', 'registry']);
});

test('neither status, metrics nor traces hold an identifier, a name, a case or a consumer', async () => {
  await world.ask({
    query: operation('promotion-check').query,
    variables: { citizenId: id('clean-official') },
    consumer: 'organisation-dept',
    headers: {
      'credit-purpose': 'promotion-review',
      'credit-case': 'GB-2026-7781',
      'credit-user': 'a.reader',
    },
  });
  await collector.until((spans) => spans.filter(({ name }) => name === 'request').length > 5);
  const told = [await admin('/status'), await admin('/status', 'application/json'), await admin('/metrics')];
  const text = [...told, collector.text()].join('\n');
  for (const member of cast) expect(text).not.toContain(member.id);
  expect(text).not.toMatch(/GB-2026-7781|a\.reader|procurement-platform|organisation-dept|Bearer/);
});
