// A project whose consumers may name only what they may use (`names: own` in policies/consumers.yaml).
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Copies what a gateway is made of into `root`, with `names: own` for every consumer. */
export function copyWithOwnNames(root: string): void {
  for (const folder of ['schema', 'policies', 'connectors/sources'])
    cpSync(folder, join(root, folder), { recursive: true });
  const consumers = join(root, 'policies/consumers.yaml');
  const text = readFileSync(consumers, 'utf8');
  // Some say so already.
  writeFileSync(
    consumers,
    text.replaceAll(/(\n {4}purposes: \[[^\]]+\])(?!\n {4}names: own)/g, '$1\n    names: own'),
  );
}
