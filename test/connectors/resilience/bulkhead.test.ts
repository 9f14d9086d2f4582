import { expect, test } from 'vitest';
import { openBulkhead } from '../../../connectors/resilience/bulkhead.ts';

const never = new AbortController().signal;

test('a call beyond those running and waiting is turned away at once', async () => {
  const bulkhead = openBulkhead(1, 1);
  let finish: (value: string) => void = () => undefined;
  const first = bulkhead(never, () => new Promise<string>((resolve) => (finish = resolve)));
  const second = bulkhead(never, async () => 'second');
  await expect(bulkhead(never, async () => 'third')).rejects.toMatchObject({ code: 'SOURCE_OVERLOADED' });
  finish('first');
  expect(await Promise.all([first, second])).toEqual(['first', 'second']);
});

test('a call whose time ran out while it waited never reaches the source', async () => {
  const bulkhead = openBulkhead(1, 1);
  const caller = new AbortController();
  let finish: () => void = () => undefined;
  const first = bulkhead(never, () => new Promise<void>((resolve) => (finish = resolve)));
  let reached = false;
  const second = bulkhead(caller.signal, async () => (reached = true));
  caller.abort(new Error('too late'));
  finish();
  await first;
  await expect(second).rejects.toThrow('too late');
  expect(reached).toBe(false);
});

test('a call that gets its place with no time left to be answered is not made', async () => {
  let now = 0;
  const bulkhead = openBulkhead(1, 1, () => now);
  let finish: () => void = () => undefined;
  const first = bulkhead(never, () => new Promise<void>((resolve) => (finish = resolve)), 1000);
  let reached = false;
  const second = bulkhead(never, async () => (reached = true), 1000);
  now = 990;
  finish();
  await first;
  await expect(second).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
  expect(reached).toBe(false);
});

/** Calls that take as long as the test's clock says. */
const slowCalls = async (milliseconds: number, concurrency: number) => {
  let now = 0;
  const bulkhead = openBulkhead(concurrency, 100, () => now);
  for (let at = 0; at < 10; at += 1) await bulkhead(never, async () => (now += milliseconds));
  return bulkhead;
};

test('a call that could not be served before its deadline is refused early', async () => {
  const bulkhead = await slowCalls(400, 1);
  let finish: () => void = () => undefined;
  const running = bulkhead(never, () => new Promise<void>((resolve) => (finish = resolve)), 1000);
  let reached = 0;
  const call = async (): Promise<number> => (reached += 1);
  // 400 ms until the place is free, 400 ms for the call.
  const first = bulkhead(never, call, 1000);
  await expect(bulkhead(never, call, 1000)).rejects.toMatchObject({ code: 'SOURCE_OVERLOADED' });
  const patient = bulkhead(never, call, 5000);
  finish();
  await Promise.all([running, first, patient]);
  expect(reached).toBe(2);
});

test('while a place is free nobody is refused, however slow the source has been', async () => {
  const bulkhead = await slowCalls(9000, 2);
  expect(await bulkhead(never, async () => 'answer', 100)).toBe('answer');
});
