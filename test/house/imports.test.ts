import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Room, filesUnder, importsOf, rooms, sourcesOf, textOf } from './source-files.ts';

/** Rooms a room may import, besides itself. */
const below: Readonly<Record<Room, readonly Room[]>> = {
  gateway: ['connectors', 'policies', 'schema'],
  connectors: ['policies', 'schema'],
  policies: ['schema'],
  schema: [],
};

const relative = (file: string): readonly string[] =>
  importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(file), name)));

describe.each(rooms)('%s', (room) => {
  test('imports point one way, types included', () => {
    const allowed = [room, ...below[room]];
    const wrong = sourcesOf(room).flatMap((file) =>
      relative(file)
        .filter((target) => !allowed.some((other) => target.startsWith(`${other}/`)))
        .map((target) => `${file} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});

test('imports name a file with its ending, so that there are no barrels', () => {
  const files = [...rooms, 'test', 'bench'].flatMap(sourcesOf);
  expect(files.flatMap((file) => relative(file).filter((target) => !target.endsWith('.ts')))).toEqual([]);
  expect(files.filter((file) => /\/index\.ts$/.test(file))).toEqual([]);
  expect(files.filter((file) => /^export \* from/m.test(textOf(file)))).toEqual([]);
});

test('only policies/engine brands fields as permitted', () => {
  const brand = 'policies/engine/permitted.ts';
  const users = [...rooms, 'bench']
    .flatMap(sourcesOf)
    .filter((file) => file !== brand && textOf(file).includes('brandPermitted'));
  expect(users).toEqual(['policies/engine/decision-table.ts']);
});

test('a stage enters its own product and no other', () => {
  const stages: Readonly<Record<string, string>> = {
    caller: 'gateway/request/identify-caller.ts',
    admitted: 'gateway/request/admit.ts',
    decided: 'gateway/request/decide.ts',
    planned: 'gateway/request/plan.ts',
    fetched: 'gateway/request/fetch.ts',
  };
  const entered = sourcesOf('gateway').flatMap((file) =>
    [...textOf(file).matchAll(/\benter<'(\w+)'/g)].map(([, stage]) => ({ stage: stage!, file })),
  );
  for (const { stage, file } of entered) expect(file, stage).toBe(stages[stage]);
  expect(new Set(entered.map(({ stage }) => stage))).toEqual(new Set(Object.keys(stages)));
  const callers = filesUnder('gateway', '.ts').filter((file) => /\benter\(/.test(textOf(file)));
  expect(callers, 'a stage is entered by its name').toEqual([]);
});
