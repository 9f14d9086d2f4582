import { expect, test } from 'vitest';
import { openTurns } from '../../../gateway/load/turns.ts';

/** Rounds of the event loop as the test wants them. */
const open = () => {
  const rounds: (() => void)[] = [];
  const clock = { now: 0 };
  const turns = openTurns(
    () => clock.now,
    (work) => rounds.push(work),
  );
  const round = async (): Promise<void> => {
    rounds.shift()?.();
    await Promise.resolve();
  };
  return { turns, rounds, round, clock };
};

test('one piece of work is begun each round, in the order of coming', async () => {
  const { turns, round, rounds } = open();
  const begun: string[] = [];
  for (const name of ['first', 'second', 'third']) void turns.next().then(() => begun.push(name));
  await round();
  expect(begun).toEqual(['first']);
  await round();
  void turns.next().then(() => begun.push('fourth'));
  await round();
  await round();
  expect(begun).toEqual(['first', 'second', 'third', 'fourth']);
  expect(rounds).toEqual([]);
});

test('the wait is the mean of those who waited, and that of whoever still waits', async () => {
  const { turns, round, clock } = open();
  void turns.next();
  void turns.next();
  clock.now = 10;
  await round();
  clock.now = 30;
  await round();
  expect(turns.wait()).toBe(20);
  expect(turns.wait()).toBe(0);
  void turns.next();
  clock.now = 100;
  expect(turns.wait()).toBe(70);
});

test('between two turns of the real event loop its other events have theirs', async () => {
  const turns = openTurns();
  const order: string[] = [];
  const both = [turns.next().then(() => order.push('one')), turns.next().then(() => order.push('two'))];
  // Behind the first round, ahead of the second.
  setImmediate(() => order.push('event'));
  await Promise.all(both);
  expect(order).toEqual(['one', 'event', 'two']);
});
