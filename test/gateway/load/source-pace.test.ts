import { expect, test } from 'vitest';
import { openSourcePace } from '../../../gateway/load/source-pace.ts';

const open = () => {
  const clock = { now: 0 };
  const names = ['a', 'b', 'c', 'd'];
  const pace = openSourcePace(new Map(names.map((name) => [name, 1000])), () => clock.now);
  const heard = (...milliseconds: number[]): void =>
    milliseconds.forEach((took, at) =>
      pace.called({ source: names[at]!, milliseconds: took, state: 'OK', asOf: null, rows: 0 }),
    );
  return { clock, pace, heard };
};

test('one source that is slow is its own affair', () => {
  const { pace, heard } = open();
  heard(10, 20, 30, 2000);
  expect(pace.typical()).toBe(0.02);
});

test('when most of them are slow it is the load', () => {
  const { pace, heard } = open();
  heard(700, 600, 800, 30);
  expect(pace.typical()).toBe(0.6);
});

test('too few sources have nothing in common', () => {
  const { pace, heard } = open();
  heard(700, 800);
  expect(pace.typical()).toBeUndefined();
});

test('what was heard long ago is not heard any more', () => {
  const { pace, heard, clock } = open();
  heard(700, 700, 700, 700);
  clock.now = 2000;
  expect(pace.typical()).toBeUndefined();
  heard(10, 10, 10);
  expect(pace.typical()).toBe(0.01);
});

test('a source that was not asked is not fast', () => {
  const { pace, heard } = open();
  heard(700, 700, 700);
  for (const source of ['a', 'b', 'c'])
    pace.called({
      ...{ source, milliseconds: 0, state: 'UNAVAILABLE', asOf: null, rows: 0 },
      code: 'SOURCE_SUSPENDED',
    });
  expect(pace.typical()).toBe(0.7);
});
