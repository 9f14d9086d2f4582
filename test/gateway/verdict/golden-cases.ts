// Reads the golden cases of test/golden: what a lawyer expects of the rules, as data. A file names its scene, the kind
// of subject and the usual place; `usual` completes every record of a kind, `always` are records of every case that says
// nothing else. A case: on (a day), place (or "none"), records, states (of sources that are not OK), expect (the
// outcome), cites (every finding: "policy STATUS [as EFFECT] [to LAST-DAY]", the effect only where it is not the rule's
// own) and against (basis of texts that suspend or contradict one of them).
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const record = z.record(z.string(), value);
const day = z.iso.date();
const place = z.union([z.literal('none'), z.string().regex(/^\d{6}$/)]);
const citation = z
  .string()
  .regex(/^[a-z0-9-]+ [A-Z_]+( as [A-Z]+)?( to \d{4}-\d\d-\d\d)?$/)
  .transform((text) => {
    const [, id, status, effect, until] = /^(\S+) (\S+)(?: as (\S+))?(?: to (\S+))?$/.exec(text)!;
    return { id: id!, status: status!, effect, until };
  });
const fileShape = z.strictObject({
  scene: z.string(),
  subject: z.enum(['Organization', 'Person']),
  place,
  usual: z.record(z.string(), record),
  always: z.record(z.string(), z.array(record)).default({}),
  cases: z.array(
    z.strictObject({
      title: z.string(),
      on: day,
      place: place.optional(),
      records: z.record(z.string(), z.array(record)).default({}),
      states: z.record(z.string(), z.enum(['STALE', 'UNAVAILABLE', 'INVALID', 'DENIED'])).default({}),
      expect: z.enum(['CLEAR', 'RESTRICTED', 'BARRED', 'REVIEW', 'INDETERMINATE']),
      cites: z.array(citation).default([]),
      against: z.array(z.string()).default([]),
    }),
  ),
});

type GoldenFile = z.output<typeof fileShape>;

/** A case with the scene and the records of its file. `place`: undefined where nobody said. */
export interface GoldenCase extends Omit<GoldenFile['cases'][number], 'place'> {
  readonly file: string;
  readonly scene: string;
  readonly subject: GoldenFile['subject'];
  readonly place: string | undefined;
}

/** All cases of a directory. Throws where a file is not in the form above. */
export function goldenCases(directory: string): readonly GoldenCase[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => {
      const file = fileShape.parse(parse(readFileSync(join(directory, name), 'utf8')));
      return file.cases.map((one): GoldenCase => {
        const where = one.place ?? file.place;
        const given = { ...file.always, ...one.records };
        const records = Object.fromEntries(
          Object.entries(given).map(([type, rows]) => [
            type,
            rows.map((row) => ({ ...file.usual[type], ...row })),
          ]),
        );
        const { scene, subject } = file;
        return { ...one, file: name, scene, subject, records, place: where === 'none' ? undefined : where };
      });
    });
}
