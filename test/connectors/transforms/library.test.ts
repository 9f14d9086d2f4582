import { expect, test } from 'vitest';
import { defaultTransform, transforms } from '../../../connectors/transforms/library.ts';
import { loadCatalogue } from '../../../schema/catalogue.ts';

test('every scalar of the SDL has a default transform', () => {
  const { catalogue } = loadCatalogue('schema');
  const without = [...catalogue!.coordinates.values()].filter(
    (field) =>
      !field.list && !field.coordinate.startsWith('Verdict') && defaultTransform(field) === undefined,
  );
  const own = new Set([...catalogue!.sources.get('credit')!.records.keys()]);
  expect(without.map((field) => field.coordinate).filter((at) => !own.has(at.split('.')[0]!))).toEqual([]);
});

test('the library holds these transforms, by these names', () => {
  expect([...transforms.keys()]).toEqual([
    'text',
    'integer',
    'boolean',
    'date',
    'date-time',
    'period',
    'term',
    'yuan',
    'wan-yuan',
    'decimal',
    'region',
    'uscc',
    'citizen-id',
    'org-code',
    'case-number',
    'code',
    'codes',
    'split',
  ]);
});
