import { generate } from '@graphql-codegen/cli';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { generateDocuments } from '../../gateway/documentation/generate.ts';
import { textOf } from './source-files.ts';

test('what the documentation shares with the code is fresh (else: npm run -s docs)', async () => {
  const { files, problems } = await generateDocuments('.');
  expect(problems).toEqual([]);
  expect(files.length).toBeGreaterThan(8);
  expect(files.filter(({ path, text }) => textOf(path) !== text).map(({ path }) => path)).toEqual([]);
});

test('the types made from the schema are fresh (else: npm run codegen)', async () => {
  const config = parse(textOf('codegen.yml')) as Parameters<typeof generate>[0];
  const made = (await generate({ ...config, silent: true } as typeof config, false)) as {
    readonly filename: string;
    readonly content: string;
  }[];
  expect(made.map(({ filename }) => filename)).toEqual(['schema/generated/types.ts']);
  for (const { filename, content } of made) expect(textOf(filename)).toBe(content);
});
