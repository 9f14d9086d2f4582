import { expect, test } from 'vitest';
import { measureLag } from '../../../connectors/resilience/attentive-clock.ts';
import { OwnDelay, withinDeadline } from '../../../connectors/resilience/deadline.ts';

const never = new AbortController().signal;
const forever = (): Promise<never> => new Promise(() => undefined);

test('an answer in time is the answer', async () => {
  expect(await withinDeadline(1000, never, async () => 'answer')).toBe('answer');
});

test('a source that never answers is a timeout, and told to stop', async () => {
  let told: unknown;
  const asked = withinDeadline(20, never, (signal) => {
    signal.addEventListener('abort', () => {
      told = signal.reason;
    });
    return forever();
  });
  await expect(asked).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT', message: 'no answer within 20 ms' });
  expect(told).toMatchObject({ code: 'SOURCE_TIMEOUT' });
});

test('a caller who gave up before is not asked for', async () => {
  let asked = false;
  const answer = withinDeadline(1000, AbortSignal.abort(), async () => (asked = true));
  await expect(answer).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT', message: 'the caller gave up' });
  expect(asked).toBe(false);
});

test('a failure is the failure', async () => {
  const failing = withinDeadline(1000, never, () => Promise.reject(new Error('broken')));
  await expect(failing).rejects.toThrow('broken');
});

/** A clock over the real one that is told of pauses. */
const attentive = (): (() => number) => measureLag(() => performance.now()).now;

const block = (milliseconds: number): void => {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
};

test('an answer that came while the process stood still is the answer', async () => {
  const asked = withinDeadline(
    40,
    never,
    // The answer is there after 20 ms; the process comes round to it after the deadline.
    () => new Promise((resolve) => setTimeout(() => setImmediate(() => resolve('answer')), 20)),
    { now: attentive() },
  );
  block(80);
  expect(await asked).toBe('answer');
});

test('time in which the process stood still is no delay of the source', async () => {
  const asked = withinDeadline(40, never, forever, { now: attentive() });
  block(200);
  await expect(asked).rejects.toBeInstanceOf(OwnDelay);
  await expect(asked).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
});

test('a process that goes on standing still keeps nobody waiting for ever', async () => {
  let real = 0;
  const asked = withinDeadline(40, never, forever, { now: () => (real += 0.001) });
  await expect(asked).rejects.toBeInstanceOf(OwnDelay);
});

test('a source that had less than half of the time has failed nobody', async () => {
  const had = (share: number) => withinDeadline(20, never, forever, { given: () => 20 * share });
  await expect(had(0.4)).rejects.toBeInstanceOf(OwnDelay);
  await expect(had(0.6)).rejects.not.toBeInstanceOf(OwnDelay);
});
