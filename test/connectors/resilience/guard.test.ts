// Breaker, bulkhead, retry and deadline together, in front of a real agency over HTTP that can be told to misbehave.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Connector, SourceAnswer, Subject } from '../../../connectors/contract.ts';
import { defaultResilience } from '../../../connectors/resilience/manifest-part.ts';
import { openGuard } from '../../../connectors/resilience/guard.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type Watch, unwatched } from '../../../connectors/watch.ts';
import { ask, numbersOf, openProbe } from '../../contract/bench.ts';
import { type HttpBench, startHttpBench } from '../../contract/http-bench.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };
const row = { code: one.id, doc: 'A-1', amt: '1', day: '2026-03-01', st: '0' };
const narrow = { Listing: ['number'] };

let bench: HttpBench;
let probe: Connector;
let events: string[];
const watch: Watch = {
  ...unwatched,
  retried: (_source, code) => events.push(`retried ${code}`),
  breakerChanged: (_source, state) => events.push(state),
  shed: () => events.push('shed'),
};
const open = async (lines: string): Promise<void> => {
  probe = await openProbe(bench, { deadline: '400ms', lines }, { watch });
};
const asked = (): Promise<SourceAnswer> => ask(probe, [one], narrow);
const codeOf = async (): Promise<string | undefined> => (await asked()).failure?.code;

beforeAll(async () => {
  bench = await startHttpBench();
});
beforeEach(async () => {
  events = [];
  await bench.hold({ listings: [row], awards: [] });
});
afterEach(async () => {
  vi.useRealTimers();
  await probe?.close();
});
afterAll(() => bench.stop());

describe('a source whose connection is reset', () => {
  test('is asked once more, at once', async () => {
    await open('');
    bench.agency.setFault({ mode: 'down' });
    expect(await codeOf()).toBe('SOURCE_UNREACHABLE');
    expect(bench.calls()).toHaveLength(2);
    expect(events).toEqual(['retried SOURCE_UNREACHABLE']);
  });

  test('is asked once only where the manifest says so', async () => {
    await open('resilience: { retry: none }');
    bench.agency.setFault({ mode: 'down' });
    expect(await codeOf()).toBe('SOURCE_UNREACHABLE');
    expect(bench.calls()).toHaveLength(1);
  });
});

test('a source that is slow, refuses or talks nonsense is not asked twice', async () => {
  await open('');
  for (const mode of ['html', 'garbage', 'error-500'] as const) {
    bench.agency.clearJournal();
    bench.agency.setFault({ mode });
    await asked();
    expect(bench.calls(), mode).toHaveLength(1);
  }
  bench.agency.clearJournal();
  bench.agency.setFault({ mode: 'slow', ms: 60_000 });
  expect(await codeOf()).toBe('SOURCE_TIMEOUT');
  expect(bench.calls()).toHaveLength(1);
});

describe('a source that keeps failing', () => {
  const lines = 'resilience: { retry: none, breaker: { failures: 3, pause: 5s } }';

  test('is unavailable at once and is not asked, until one single call finds it well', async () => {
    await open(lines);
    vi.useFakeTimers({ toFake: ['Date'] });
    bench.agency.setFault({ mode: 'down' });
    for (let at = 0; at < 3; at += 1) expect(await codeOf()).toBe('SOURCE_UNREACHABLE');
    expect(bench.calls()).toHaveLength(3);
    expect(await asked()).toMatchObject({
      state: 'UNAVAILABLE',
      asOf: null,
      failure: { code: 'SOURCE_SUSPENDED' },
    });
    expect(bench.calls()).toHaveLength(3);
    expect(events).toEqual(['open', 'shed']);

    vi.setSystemTime(Date.now() + 5000);
    bench.agency.setFault({ mode: 'none' });
    const [trial, other] = await Promise.all([asked(), codeOf()]);
    expect([numbersOf(trial, one.id), other]).toEqual([['A-1'], 'SOURCE_SUSPENDED']);
    expect(bench.calls()).toHaveLength(4);
    expect((await asked()).state).toBe('OK');
    expect(events).toEqual(['open', 'shed', 'half-open', 'shed', 'closed']);
  });

  test('is given up for good measure by timeouts, too', async () => {
    await open('resilience: { breaker: { failures: 2 } }');
    bench.agency.setFault({ mode: 'slow', ms: 60_000 });
    expect([await codeOf(), await codeOf(), await codeOf()]).toEqual([
      'SOURCE_TIMEOUT',
      'SOURCE_TIMEOUT',
      'SOURCE_SUSPENDED',
    ]);
  });

  test('is asked on and on where it answers, be it nonsense', async () => {
    await open(lines);
    bench.agency.setFault({ mode: 'html' });
    for (let at = 0; at < 6; at += 1) expect(await codeOf()).toBe('SOURCE_INVALID_ANSWER');
  });

  test('is not blamed for callers who gave up', async () => {
    await open(lines);
    bench.agency.setFault({ mode: 'slow', ms: 60_000 });
    for (let at = 0; at < 6; at += 1) {
      const caller = new AbortController();
      const answer = ask(probe, [one], narrow, caller.signal);
      caller.abort();
      expect((await answer).failure?.code).toBe('SOURCE_TIMEOUT');
    }
    bench.agency.setFault({ mode: 'none' });
    expect((await asked()).state).toBe('OK');
  });
});

test('calls that wait are refused as soon as those before them have opened the breaker', async () => {
  const guard = openGuard({
    source: 'probe',
    concurrency: 1,
    queue: 10,
    resilience: { ...defaultResilience, breaker: { failures: 1, share: 0.5, calls: 20, pause: 5000 } },
    watch: unwatched,
  });
  let reached = 0;
  const signal = new AbortController().signal;
  const calls = Array.from({ length: 4 }, () =>
    guard(50, signal, () => {
      reached += 1;
      return new Promise<never>(() => undefined);
    }).catch((error: unknown) => (error as { readonly code: string }).code),
  );
  const codes = await Promise.all(calls);
  expect(codes[0]).toBe('SOURCE_TIMEOUT');
  expect(reached).toBe(1);
});

test('a transport that never listens keeps neither its place nor the trial', async () => {
  const guard = openGuard({
    source: 'probe',
    concurrency: 1,
    queue: 0,
    resilience: { ...defaultResilience, breaker: undefined },
    watch: unwatched,
  });
  const signal = new AbortController().signal;
  await expect(guard(20, signal, () => new Promise<never>(() => undefined))).rejects.toMatchObject({
    code: 'SOURCE_TIMEOUT',
  });
  expect(await guard(1000, signal, async () => 'answer')).toBe('answer');
});

describe('what goes by here', () => {
  const settings = {
    source: 'probe',
    concurrency: 1,
    queue: 20,
    resilience: { ...defaultResilience, breaker: { failures: 1, share: 0.5, calls: 20, pause: 5000 } },
  };
  const signal = new AbortController().signal;
  const never = (): Promise<never> => new Promise<never>(() => undefined);
  const told = (changes: unknown[]): Watch => ({
    ...unwatched,
    breakerChanged: (_source, state, why) => changes.push([state, why]),
  });

  test('in the queue is not held against the source', async () => {
    const changes: unknown[] = [];
    const guard = openGuard({ ...settings, watch: told(changes) });
    let finish: (value: string) => void = () => undefined;
    const first = guard(10_000, signal, () => new Promise<string>((resolve) => (finish = resolve)));
    const late = Array.from({ length: 8 }, () => guard(30, signal, never));
    for (const one of late) await expect(one).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    finish('answer');
    expect(await first).toBe('answer');
    expect(changes).toEqual([]);
  });

  test('while the process stands still is not held against the source', async () => {
    const changes: unknown[] = [];
    let here = 0;
    const guard = openGuard({ ...settings, watch: told(changes), now: () => here });
    await expect(guard(20, signal, never)).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    expect(changes).toEqual([]);
    // The same by the same clock, once it goes on.
    const asked = guard(20, signal, never);
    here = 20;
    await expect(asked).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    expect(changes).toEqual([['open', { asked: 2, failed: 1, code: 'SOURCE_TIMEOUT' }]]);
  });
});
