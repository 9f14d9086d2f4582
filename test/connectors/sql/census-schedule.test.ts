// A census costs a source at most a hundredth of its time, whatever wakes it.
import { expect, test } from 'vitest';
import { keepCounting, restAfter } from '../../../connectors/sql/census-schedule.ts';

test('a census rests a hundred times as long as it took, and as long as its interval at the least', () => {
  expect(restAfter({ whole: true, cost: 10 }, 60_000, 0)).toBe(60_000);
  expect(restAfter({ whole: true, cost: 4000 }, 60_000, 0)).toBe(400_000);
});

test('what could not be looked through is tried again sooner, and later each time', () => {
  const failed = (failures: number): number => restAfter({ whole: false, cost: 0 }, 60_000, failures);
  expect([1, 2, 3, 10].map(failed)).toEqual([1000, 2000, 4000, 60_000]);
  // One that was given up at its timeout has cost the source as much as it took.
  expect(restAfter({ whole: false, cost: 60_000 }, 60_000, 1)).toBe(6_000_000);
});

test('something unexpected brings the next census forward, and closing waits for none', async () => {
  let rounds = 0;
  let ran: () => void = () => undefined;
  const second = new Promise<void>((resolve) => (ran = resolve));
  const schedule = keepCounting({ every: 3_600_000, now: () => performance.now() }, () => {
    rounds += 1;
    if (rounds === 2) ran();
    return Promise.resolve({ whole: true, cost: 0 });
  });
  await schedule.ready;
  expect(rounds).toBe(1);
  schedule.wake();
  schedule.wake();
  await second;
  await schedule.close();
  expect(rounds).toBe(2);
});
