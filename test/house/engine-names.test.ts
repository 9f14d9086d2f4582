import { expect, test } from 'vitest';
import { loadCatalogue, ownSource } from '../../schema/catalogue.ts';
import { filesUnder, literalsOf, sourcesOf } from './source-files.ts';

const { catalogue } = loadCatalogue('schema');
const agencies = filesUnder('connectors/sources', '.yaml').map((file) => /([^/]+)\.yaml$/.exec(file)![1]!);

/** Code that serves any agency: all of it but the demo agencies themselves. */
const engine = [
  ...sourcesOf('gateway'),
  ...sourcesOf('connectors').filter((file) => !file.startsWith('connectors/sandbox/')),
  ...sourcesOf('policies'),
  ...sourcesOf('schema'),
];

test('the engine names no agency and no record of one', () => {
  const records = [...catalogue!.records.values()]
    .filter(({ source }) => source !== ownSource)
    .map(({ name }) => name);
  const sections = [...catalogue!.sections.values()].map(({ typeName }) => typeName);
  const names = new Set([...agencies, ...records, ...sections]);
  expect(names.size).toBeGreaterThan(15);
  const found = engine.flatMap((file) =>
    literalsOf(file)
      .filter((text) => names.has(text) || names.has(text.split('.')[0]!))
      .map((text) => `${file}: ${text}`),
  );
  expect(found).toEqual([]);
});

test('the engine names no consumer but the public one, and no purpose', async () => {
  const { loadConsumers } = await import('../../policies/engine/consumers.ts');
  const { consumers } = loadConsumers('policies');
  const names = new Set([
    ...consumers!.consumers.keys(),
    ...consumers!.purposes.keys(),
    ...consumers!.roles.keys(),
  ]);
  names.delete('public');
  const found = engine.flatMap((file) =>
    literalsOf(file)
      .filter((text) => names.has(text))
      .map((text) => `${file}: ${text}`),
  );
  expect(found).toEqual([]);
});
