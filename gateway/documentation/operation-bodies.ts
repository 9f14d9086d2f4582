// docs/operations/*.json: each documented operation as a request body, from its .graphql and .variables.json.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** File name → text, for every operation of `directory`. */
export function operationBodies(directory: string): ReadonlyMap<string, string> {
  const bodies = new Map<string, string>();
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith('.graphql')) continue;
    const name = file.slice(0, -'.graphql'.length);
    const variablesFile = join(directory, `${name}.variables.json`);
    const body = {
      query: readFileSync(join(directory, file), 'utf8'),
      ...(existsSync(variablesFile)
        ? { variables: JSON.parse(readFileSync(variablesFile, 'utf8')) as unknown }
        : {}),
    };
    bodies.set(`${name}.json`, `${JSON.stringify(body, undefined, 2)}\n`);
  }
  return bodies;
}
