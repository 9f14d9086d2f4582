import { expect, test } from 'vitest';
import { withinDeadline } from '../../../connectors/resilience/deadline.ts';

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
