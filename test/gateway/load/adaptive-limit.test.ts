import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Pressure, openAdaptiveLimit } from '../../../gateway/load/adaptive-limit.ts';

const bounds = { least: 8, most: 64, first: 16 };
const calm: Pressure = { delay: 1, pace: 0.01, reached: true };

const after = (looks: number, pressure: Partial<Pressure>, limit = openAdaptiveLimit(bounds)) => {
  for (let look = 0; look < looks; look += 1) limit.learn({ ...calm, ...pressure });
  return limit;
};

describe('the limit', () => {
  test('grows while it is reached and nothing waits', () => {
    expect(after(100, {}).current).toBe(64);
  });

  test('that nobody reaches stays as it is', () => {
    expect(after(100, { reached: false }).current).toBe(16);
  });

  test('falls while work waits for the process', () => {
    expect(after(30, { delay: 400 }).current).toBe(8);
  });

  test('is not moved far by one long pause', () => {
    expect(after(1, { delay: 2000 }).current).toBeGreaterThanOrEqual(13);
  });

  test('falls while the typical source takes much of its deadline, and not because one is not heard', () => {
    expect(after(30, { pace: 0.7 }).current).toBe(8);
    expect(after(100, { pace: undefined }).current).toBe(64);
  });

  test('comes back once the delay is gone', () => {
    expect(after(100, {}, after(30, { delay: 400 })).current).toBe(64);
  });

  test('takes a machine that stays slower for what it is', () => {
    expect(after(20_000, { delay: 90 }).current).toBe(64);
  });

  test('holds no more than may be under way at all', () => {
    expect(openAdaptiveLimit({ least: 8, most: 3, first: 16 }).current).toBe(3);
  });
});

test('stays within its bounds whatever is measured', () => {
  const pressures = fc.array(
    fc.record({
      delay: fc.double({ min: 0, max: 10_000, noNaN: true }),
      pace: fc.option(fc.double({ min: 0, max: 3, noNaN: true }), { nil: undefined }),
      reached: fc.boolean(),
    }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(pressures, (seen) => {
      const limit = openAdaptiveLimit(bounds);
      for (const pressure of seen) {
        limit.learn(pressure);
        expect(limit.current).toBeGreaterThanOrEqual(bounds.least);
        expect(limit.current).toBeLessThanOrEqual(bounds.most);
      }
    }),
    { numRuns: 50 },
  );
});

test('a process that does one piece of work at a time settles where its queue is short', () => {
  // Each request needs 5 ms of the process: so many running wait 5 ms times their number.
  const limit = openAdaptiveLimit({ least: 2, most: 200, first: 100 });
  for (let look = 0; look < 200; look += 1)
    limit.learn({ delay: limit.current * 5, pace: undefined, reached: true });
  expect(limit.current).toBeGreaterThanOrEqual(5);
  expect(limit.current).toBeLessThanOrEqual(20);
});
