import { describe, expect, test } from 'vitest';
import { openRetry } from '../../../connectors/resilience/retry.ts';
import { SourceError } from '../../../connectors/source-error.ts';

const settings = { budget: 0.1, pause: 1 };
const never = new AbortController().signal;
const refused = new SourceError('SOURCE_UNREACHABLE', 'ECONNREFUSED', { unanswered: true });

/** Fails `times` times, then answers. */
const failing = (times: number, error: unknown) => {
  let calls = 0;
  return {
    ask: async (): Promise<string> => {
      calls += 1;
      if (calls <= times) throw error;
      return 'answer';
    },
    calls: () => calls,
  };
};

describe('a retry', () => {
  test('asks once more when the connection failed before an answer', async () => {
    const told: string[] = [];
    const source = failing(1, refused);
    expect(await openRetry(settings, (code) => told.push(code)).run(source.ask, never)).toBe('answer');
    expect([source.calls(), told]).toEqual([2, ['SOURCE_UNREACHABLE']]);
  });

  test('asks no third time', async () => {
    const source = failing(2, refused);
    await expect(openRetry(settings).run(source.ask, never)).rejects.toBe(refused);
    expect(source.calls()).toBe(2);
  });

  test.each([
    ['a timeout', new SourceError('SOURCE_TIMEOUT', 'late')],
    ['a refusal', new SourceError('SOURCE_REFUSED', 'HTTP 403')],
    ['an answer of nonsense', new SourceError('SOURCE_INVALID_ANSWER', 'no JSON')],
    ['a connection lost within an answer', new SourceError('SOURCE_UNREACHABLE', 'ECONNRESET')],
    ['a mistake of ours', new TypeError('undefined is not a function')],
  ])('%s is not asked again', async (_what, error) => {
    const source = failing(1, error);
    await expect(openRetry(settings).run(source.ask, never)).rejects.toBe(error);
    expect(source.calls()).toBe(1);
  });

  test('is a tenth of the calls at most: an outage is not doubled', async () => {
    const retry = openRetry(settings);
    let calls = 0;
    for (let at = 0; at < 100; at += 1) {
      await retry
        .run(async () => {
          calls += 1;
          throw refused;
        }, never)
        .catch(() => undefined);
    }
    expect(calls).toBeGreaterThan(105);
    expect(calls).toBeLessThanOrEqual(111);
  });

  test('does not ask after the time is up', async () => {
    const caller = new AbortController();
    const source = failing(1, refused);
    const running = openRetry({ budget: 0.1, pause: 60_000 }).run(source.ask, caller.signal);
    caller.abort();
    await expect(running).rejects.toBe(refused);
    expect(source.calls()).toBe(1);
  });
});
