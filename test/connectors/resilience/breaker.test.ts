import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Bearing, BreakerOpen, openBreaker } from '../../../connectors/resilience/breaker.ts';

const settings = { failures: 3, share: 0.5, calls: 10, pause: 5000 };
const fail = async (): Promise<never> => {
  throw new Error('broken');
};
const answer = async (): Promise<string> => 'answer';

let changes: string[];
let bearing: Bearing;
const open = () =>
  openBreaker(
    settings,
    () => bearing,
    (state) => changes.push(state),
  );

beforeEach(() => {
  changes = [];
  bearing = 'failure';
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const times = async (count: number, run: () => Promise<unknown>): Promise<void> => {
  for (let at = 0; at < count; at += 1) await run().catch(() => undefined);
};

describe('a breaker', () => {
  test('opens after failures in a row, and then refuses without asking', async () => {
    const breaker = open();
    await times(3, () => breaker.run(fail));
    expect([breaker.state, breaker.refuses()]).toEqual(['open', true]);
    const ask = vi.fn(answer);
    await expect(breaker.run(ask)).rejects.toBeInstanceOf(BreakerOpen);
    expect(ask).not.toHaveBeenCalled();
    expect(changes).toEqual(['open']);
  });

  test('counts failures in a row: an answer in between begins anew', async () => {
    const breaker = open();
    await times(2, () => breaker.run(fail));
    await breaker.run(answer);
    await times(2, () => breaker.run(fail));
    expect(breaker.state).toBe('closed');
  });

  test('opens on a share of failures, though none follow each other often enough', async () => {
    const breaker = open();
    for (let at = 0; at < 4; at += 1) {
      await times(2, () => breaker.run(fail));
      await breaker.run(answer).catch(() => undefined);
    }
    expect(breaker.state).toBe('open');
  });

  test('lets one single call try after the pause, and refuses the others meanwhile', async () => {
    const breaker = open();
    await times(3, () => breaker.run(fail));
    vi.setSystemTime(Date.now() + 4999);
    expect(breaker.refuses()).toBe(true);
    vi.setSystemTime(Date.now() + 1);
    expect(breaker.refuses()).toBe(false);
    let finish: (value: string) => void = () => undefined;
    const trial = breaker.run(() => new Promise<string>((resolve) => (finish = resolve)));
    await expect(breaker.run(answer)).rejects.toBeInstanceOf(BreakerOpen);
    finish('back');
    expect(await trial).toBe('back');
    expect(await breaker.run(answer)).toBe('answer');
    expect(changes).toEqual(['open', 'half-open', 'closed']);
  });

  test('stays open when the trial fails', async () => {
    const breaker = open();
    await times(3, () => breaker.run(fail));
    vi.setSystemTime(Date.now() + 5000);
    await expect(breaker.run(fail)).rejects.toThrow('broken');
    await expect(breaker.run(answer)).rejects.toBeInstanceOf(BreakerOpen);
    expect(changes).toEqual(['open', 'half-open', 'open']);
  });

  test('learns nothing from a caller who gave up: it neither opens nor closes', async () => {
    const breaker = open();
    bearing = 'nothing';
    await times(10, () => breaker.run(fail));
    expect(breaker.state).toBe('closed');
    bearing = 'failure';
    await times(3, () => breaker.run(fail));
    vi.setSystemTime(Date.now() + 5000);
    bearing = 'nothing';
    await times(1, () => breaker.run(fail));
    expect(breaker.state).toBe('open');
  });

  test('takes a refusal as a sign of life', async () => {
    const breaker = open();
    await times(3, () => breaker.run(fail));
    vi.setSystemTime(Date.now() + 5000);
    bearing = 'answer';
    await expect(breaker.run(fail)).rejects.toThrow('broken');
    expect(breaker.state).toBe('closed');
  });
});
