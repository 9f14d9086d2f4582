import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { credentialsPart } from '../../../connectors/credentials/manifest-part.ts';
import { graphqlPart } from '../../../connectors/graphql/manifest-part.ts';
import { httpPart } from '../../../connectors/http/manifest-part.ts';
import type { Manifest } from '../../../connectors/manifest.ts';
import { probeManifest } from '../../contract/bench.ts';

const page = readFileSync('docs/manifests.md', 'utf8');
const sectionOf = (title: string): string =>
  page.split(/^## /m).find((text) => text.startsWith(`${title}\n`))!;
const examplesIn = (section: string): string[] =>
  [...section.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text!);
/** Keys of a shape and of the objects in it, dotted as the tables have them. */
const named = (section: string): Set<string> =>
  new Set([...section.matchAll(/`([a-zA-Z0-9.]+)[`:]/g)].map(([, name]) => name!));

const read = (top: string, listings = '', awards = ''): Manifest =>
  probeManifest(
    { environment: { PROBE_ADDRESS: 'https://agency.example' }, manifest: () => ({ top, listings, awards }) },
    {},
  );

describe('the manual of HTTP services', () => {
  const section = sectionOf('HTTP services');
  const examples = examplesIn(section);

  test.each(examples)('has an example that is a manifest: %s', (text) => {
    const awards = text.includes('{code}') ? 'path: /awards/{code}' : 'path: /awards';
    expect(read(text.trim(), '', awards).transport).toBe('http');
  });

  test('names every key', () => {
    expect(examples).toHaveLength(3);
    const { keys, columns, paging, envelope, ...rest } = httpPart.top.http.shape;
    const inner = [paging, envelope].flatMap((part) => Object.keys(part.unwrap().shape));
    const expected = [
      ...Object.keys(rest),
      ...Object.keys(keys.shape).map((name) => `keys.${name}`),
      ...inner,
    ];
    for (const name of [...expected, ...Object.keys(columns.unwrap().shape).map((one) => `columns.${one}`)])
      expect([...named(section)], name).toContain(name);
  });
});

describe('the manual of GraphQL endpoints', () => {
  const section = sectionOf('GraphQL endpoints');

  test('has an example that is a manifest', () => {
    const [text] = examplesIn(section);
    const { records } = parse(text!) as { readonly records: Readonly<Record<string, object>> };
    const lines = (name: string): string =>
      Object.entries(records[name]!)
        .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
        .join('\n    ');
    const manifest = read('transport: graphql', lines('Listing'), lines('Award'));
    expect(manifest.transport).toBe('graphql');
  });

  test('names every key', () => {
    for (const part of ['query', 'entity'] as const) {
      for (const name of Object.keys(graphqlPart.record[part].unwrap().shape))
        expect(named(section)).toContain(`${part}.${name}`);
    }
  });
});

describe('the manual of credentials', () => {
  const section = sectionOf('Credentials');
  const examples = examplesIn(section);

  test.each(examples)('has an example of the right shape: %s', (text) => {
    const { credentials } = parse(text) as { readonly credentials: unknown };
    expect(credentialsPart.credentials.safeParse(credentials)).toMatchObject({ success: true });
  });

  test('names every key', () => {
    expect(examples).toHaveLength(3);
    for (const [part, shape] of Object.entries(credentialsPart.credentials.unwrap().shape)) {
      for (const name of Object.keys(shape.unwrap().shape)) {
        const known = named(section);
        expect(known.has(`${part}.${name}`) || known.has(name), `${part}.${name}`).toBe(true);
      }
    }
  });
});
