// What the pages say of a manifest: read without an environment, since no source is opened here. The connectors
// check manifests; this only quotes them.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const bilingual = z.object({ en: z.string(), zh: z.string() });
/** One text or several. */
const controls = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((given) => given !== undefined);
const key = z.object({ control: controls, crosswalk: z.object({ control: controls }).optional() });
const record = z.object({
  subjects: z.record(z.string(), key),
  unusableKeys: z.union([z.number(), z.string()]).default(0),
  atLeast: z.number().default(1),
  delivery: z
    .object({
      check: z.object({ sidecar: z.string().optional(), trailer: z.string().optional() }).default({}),
    })
    .optional(),
});
const shape = z.object({
  source: z.string(),
  title: bilingual,
  owner: bilingual,
  transport: z.string(),
  address: z.string(),
  freshness: z.object({ maxAge: z.string(), at: z.unknown().optional() }).optional(),
  records: z.record(z.string(), record),
});

export type ManifestFile = Readonly<z.infer<typeof shape>>;
export type ManifestRecord = z.infer<typeof record>;

/** Every manifest of `directory`, by name. */
export function readManifestFiles(directory: string): readonly ManifestFile[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => shape.parse(parse(readFileSync(join(directory, name), 'utf8'))));
}
