// What an editor is told of manifests agrees with what the start-up checks.
import { readFileSync, readdirSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const schema = JSON.parse(readFileSync('connectors/sources/manifest.schema.json', 'utf8')) as object;
const validate = new Ajv2020({ strict: false }).compile(schema);
const manifests = readdirSync('connectors/sources').filter((name) => name.endsWith('.yaml'));
const read = (name: string): Record<string, unknown> =>
  parse(readFileSync(`connectors/sources/${name}`, 'utf8')) as Record<string, unknown>;

test.each(manifests)('%s is what an editor expects', (name) => {
  validate(read(name));
  expect(validate.errors).toBeNull();
});

test.each(manifests)('a key nobody knows in %s is marked', (name) => {
  expect(validate({ ...read(name), adress: 'x' })).toBe(false);
  expect(validate({ ...read(name), limits: { deadline: 'soon' } })).toBe(false);
});
