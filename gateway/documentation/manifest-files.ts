// What the pages say of a manifest: read without an environment, since no source is opened here. The connectors
// check manifests; this only quotes them.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const bilingual = z.object({ en: z.string(), zh: z.string() });
const shape = z.object({
  source: z.string(),
  title: bilingual,
  owner: bilingual,
  transport: z.string(),
  address: z.string(),
});

export type ManifestFile = Readonly<z.infer<typeof shape>>;

/** Every manifest of `directory`, by name. */
export function readManifestFiles(directory: string): readonly ManifestFile[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => shape.parse(parse(readFileSync(join(directory, name), 'utf8'))));
}
