import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepAtIt } from '../../../gateway/state/keep-at-it.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('one run at a time: who wakes it meanwhile gets one more', async () => {
  const ends: (() => void)[] = [];
  const work = keepAtIt(() => new Promise((resolve) => ends.push(resolve)), {
    every: 1000,
    onFailure: () => undefined,
  });
  work.wake();
  work.wake();
  expect(ends).toHaveLength(1);
  ends[0]!();
  await vi.advanceTimersByTimeAsync(0);
  expect(ends).toHaveLength(2);
  ends[1]!();
  await vi.advanceTimersByTimeAsync(999);
  expect(ends).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(ends).toHaveLength(3);
  ends[2]!();
  await work.close();
});

test('it waits longer with every failure, a minute at most, and says how many there were', async () => {
  const failures: number[] = [];
  let runs = 0;
  const work = keepAtIt(() => Promise.reject(new Error(`run ${++runs}`)), {
    every: 1000,
    onFailure: (_error, count) => failures.push(count),
  });
  await vi.advanceTimersByTimeAsync(1999);
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toBe(2);
  await vi.advanceTimersByTimeAsync(4000 + 8000 + 16_000 + 32_000);
  expect(runs).toBe(6);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(failures).toEqual([1, 2, 3, 4, 5, 6, 7]);
  await work.close();
});

test('closed, it ends what is under way and begins nothing more', async () => {
  const ends: (() => void)[] = [];
  const work = keepAtIt(() => new Promise((resolve) => ends.push(resolve)), {
    every: 1000,
    onFailure: () => undefined,
  });
  work.wake();
  const closed = work.close();
  ends[0]!();
  await closed;
  work.wake();
  await vi.advanceTimersByTimeAsync(5000);
  expect(ends).toHaveLength(1);
});
