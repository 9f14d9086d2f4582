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
