import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measureLag, openAttentiveClock } from '../../../connectors/resilience/attentive-clock.ts';

test('stands still while the process does, also before it has found out', () => {
  let real = 0;
  const clock = measureLag(() => real);
  real = 10;
  clock.beat();
  expect(clock.now()).toBe(10);
  // Due at 20, slack until 22.
  real = 522;
  expect(clock.now()).toBe(22);
  clock.beat();
  expect(clock.now()).toBe(22);
  real = 530;
  expect(clock.now()).toBe(30);
});

test('goes with the real one where beats come in time', () => {
  let real = 0;
  const clock = measureLag(() => real);
  for (; real < 1000; real += 10) clock.beat();
  expect(clock.now()).toBe(1000);
  expect(clock.delay()).toBe(0);
});

test('a delay weighs as much as the events it meets, and is forgotten once told', () => {
  let real = 0;
  const clock = measureLag(() => real);
  for (let at = 0; at < 9; at += 1) {
    real += 10;
    clock.beat();
  }
  real += 112;
  clock.beat();
  // One pause of 100 ms in 200 ms: an event meets it more often than not.
  expect(clock.delay()).toBeGreaterThan(50);
  expect(clock.delay()).toBe(0);
});

test('never runs backwards, and never ahead of the real one', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean())), (steps) => {
      let real = 0;
      const clock = measureLag(() => real);
      let before = clock.now();
      for (const [step, beats] of steps) {
        real += step;
        if (beats) clock.beat();
        const now = clock.now();
        expect(now).toBeGreaterThanOrEqual(before);
        expect(now).toBeLessThanOrEqual(real);
        before = now;
      }
    }),
  );
});

test('a process that was blocked has lost that time by it', () => {
  const clock = openAttentiveClock();
  const [real, attentive] = [performance.now(), clock.now()];
  while (performance.now() - real < 100);
  expect(clock.now() - attentive).toBeLessThan(50);
  clock.close();
});
