// How many golden cases cite each rule, for the table a lawyer reads. The cases themselves are data of the tests.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const fileShape = z.object({ cases: z.array(z.object({ cites: z.array(z.string()).default([]) })) });

/** Policy → number of cases in `directory` that cite it. Empty where there is no such directory. */
export function goldenCounts(directory: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  if (!existsSync(directory)) return counts;
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.yaml'))) {
    const { cases } = fileShape.parse(parse(readFileSync(join(directory, name), 'utf8')));
    for (const { cites } of cases) {
      for (const id of new Set(cites.map((cited) => cited.split(' ')[0]!)))
        counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}
