import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ownSource } from '../../schema/catalogue.ts';
import { filesUnder, rooms, sourcesOf, textOf } from './source-files.ts';

const namesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();

test('every agency is three files of one name, and none is left over', () => {
  const manifests = namesIn('connectors/sources', '.yaml');
  expect(manifests.length).toBeGreaterThanOrEqual(5);
  // The gateway's own types are parted into files by what they are about.
  const sdl = namesIn('schema', '.graphql').filter((name) => name.split('-')[0] !== ownSource);
  expect(sdl).toEqual(manifests);
  expect(namesIn('policies/access', '.cedar').filter((name) => name !== ownSource)).toEqual(manifests);
});

test('the house has its rooms and no other', () => {
  const made = new Set(['.git', 'node_modules', 'dist', 'data']);
  const folders = readdirSync('.', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !made.has(entry.name))
    .map(({ name }) => name);
  expect(folders.sort()).toEqual(['.ci', 'bench', ...rooms, 'docs', 'findings', 'test'].sort());
});

test('no file of a room outgrows 400 lines', () => {
  const long = [...rooms, 'bench']
    .flatMap((room) => [...sourcesOf(room), ...filesUnder(room, '.cedar'), ...filesUnder(room, '.graphql')])
    .map((file) => ({ file, lines: textOf(file).trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > 400);
  expect(long).toEqual([]);
});

test('every file of a room begins by saying what it owns', () => {
  const silent = rooms.flatMap(sourcesOf).filter((file) => !/^\/(?:\/|\*\*)\s/.test(textOf(file)));
  expect(silent).toEqual([]);
});
