// Consumers, roles and purposes: data a data-protection officer edits, read from YAML and checked here.
import { join } from 'node:path';
import { z } from 'zod';
import { ownSource } from '../../schema/catalogue.ts';
import type { Problem } from '../../schema/problem.ts';
import { suggest } from '../../schema/suggest.ts';
import { readYamlFile } from './yaml-file.ts';

const bilingual = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });
const name = z.string().regex(/^[a-z][a-z0-9-]{1,63}$/, 'must be lower case letters, digits and hyphens');

/** What is never in a file that is reviewed, committed and copied. */
const reference = z
  .string()
  .regex(/^(?:\$\{[A-Z][A-Z0-9_]*\}|file:\/.+)$/, 'write ${NAME} or file:/path/to/secret');

const purposesShape = z.strictObject({
  purposes: z.record(
    name,
    z.strictObject({
      title: bilingual,
      legalBasis: z.string().min(1),
      caseRequired: z.boolean(),
      userRequired: z.boolean(),
      subjects: z.array(z.enum(['Organization', 'Person'])),
      subjectsPerCaseAndDay: z.number().int().min(1).optional(),
      ownSubjectOnly: z.boolean().default(false),
      toldToSubject: z.boolean().default(true),
      traceEachSubject: z.boolean().default(false),
      traceRetention: z.string().regex(/^P\d+[YM]$/, 'must be a period such as P3Y'),
    }),
  ),
});

const consumersShape = z.strictObject({
  roles: z.record(name, z.strictObject({ title: bilingual, within: z.array(name).default([]) })),
  consumers: z.record(
    name,
    z.strictObject({
      title: bilingual,
      agency: z.string().min(1).optional(),
      region: z
        .string()
        .regex(/^\d{6}$/, 'must be six digits in quotes')
        .optional(),
      roles: z.array(name),
      purposes: z.array(name).min(1),
      defaultPurpose: name.optional(),
      names: z.enum(['contract', 'own']).default('contract'),
      webhook: z.strictObject({ url: reference, secrets: z.array(reference).min(1).max(2) }).optional(),
    }),
  ),
});

export interface Bilingual {
  readonly en: string;
  readonly zh: string;
}

/** Why a consumer may ask: without a declared purpose nothing is answered. */
export interface Purpose {
  readonly name: string;
  readonly title: Bilingual;
  readonly legalBasis: string;
  readonly caseRequired: boolean;
  readonly userRequired: boolean;
  /** Kinds of subject it may touch; none where it asks about nobody. */
  readonly subjects: readonly ('Organization' | 'Person')[];
  /** Distinct subjects one case may touch in a day (Beijing); undefined: as many as there are. */
  readonly subjectsPerCaseAndDay?: number | undefined;
  /** Whether it may touch only the very subject whom the caller's token speaks for. */
  readonly ownSubjectOnly: boolean;
  /** Whether a subject is told that it was read for this purpose. */
  readonly toldToSubject: boolean;
  /** Whether the audit gets an entry of its own for every subject of a request. */
  readonly traceEachSubject: boolean;
  /** How long the trace must be kept, ISO 8601: named in every intent, for whoever archives the log. */
  readonly traceRetention: string;
}

/** A consuming system as the policies know it. */
export interface Consumer {
  readonly name: string;
  readonly title: Bilingual;
  readonly agency?: string;
  readonly region?: string;
  readonly roles: readonly string[];
  readonly purposes: readonly string[];
  readonly defaultPurpose?: string;
  /** Which names its documents may use: the contract's, what it may not have being withheld, or those it may use. */
  readonly names?: 'contract' | 'own';
  /** Where it is told that something awaits it, by reference: an address, and one secret or two. */
  readonly webhook?: { readonly url: string; readonly secrets: readonly string[] };
}

export interface Consumers {
  readonly purposes: ReadonlyMap<string, Purpose>;
  readonly consumers: ReadonlyMap<string, Consumer>;
  /** Role → roles it lies within. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
}

/** Whether a purpose can ever touch records of a source: one that asks about nobody touches the gateway's own alone. */
export function touches({ subjects }: Purpose, source: string): boolean {
  return subjects.length > 0 || source === ownSource;
}

/** The consumer that somebody without a token is. */
export const publicConsumer = 'public';

/** Reads consumers.yaml and purposes.yaml of `directory`. */
export function loadConsumers(directory: string): { consumers?: Consumers; problems: Problem[] } {
  const purposesFile = join(directory, 'purposes.yaml');
  const consumersFile = join(directory, 'consumers.yaml');
  const purposes = readYamlFile(purposesFile, purposesShape);
  const consumers = readYamlFile(consumersFile, consumersShape);
  const problems = [...purposes.problems, ...consumers.problems];
  if (purposes.value === undefined || consumers.value === undefined) return { problems };
  const purposeNames = Object.keys(purposes.value.purposes);
  const roleNames = Object.keys(consumers.value.roles);
  const missing = (
    kind: string,
    known: readonly string[],
    wanted: string,
    path: (string | number)[],
  ): void => {
    if (known.includes(wanted)) return;
    const suggestion = suggest(wanted, known);
    problems.push({
      file: consumersFile,
      line: consumers.lineOf(path),
      message: `${kind} "${wanted}" does not exist`,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  };
  for (const [purpose, entry] of Object.entries(purposes.value.purposes)) {
    if (entry.subjectsPerCaseAndDay === undefined || entry.caseRequired) continue;
    const line = purposes.lineOf(['purposes', purpose, 'subjectsPerCaseAndDay']);
    problems.push({ file: purposesFile, line, message: 'a limit per case needs caseRequired: true' });
  }
  for (const [role, { within }] of Object.entries(consumers.value.roles)) {
    for (const parent of within) missing('role', roleNames, parent, ['roles', role]);
  }
  for (const [consumer, entry] of Object.entries(consumers.value.consumers)) {
    entry.roles.forEach((role) => missing('role', roleNames, role, ['consumers', consumer, 'roles']));
    entry.purposes.forEach((one) =>
      missing('purpose', purposeNames, one, ['consumers', consumer, 'purposes']),
    );
    if (entry.defaultPurpose !== undefined && !entry.purposes.includes(entry.defaultPurpose)) {
      const line = consumers.lineOf(['consumers', consumer, 'defaultPurpose']);
      problems.push({
        file: consumersFile,
        line,
        message: 'the default purpose must be one the consumer holds',
      });
    }
  }
  const anybody = consumers.value.consumers[publicConsumer];
  if (anybody?.webhook !== undefined) {
    const line = consumers.lineOf(['consumers', publicConsumer, 'webhook']);
    problems.push({ file: consumersFile, line, message: 'nobody is told of what was read without a token' });
  }
  if (anybody?.defaultPurpose === undefined) {
    problems.push({
      file: consumersFile,
      line: consumers.lineOf(['consumers']),
      message: 'consumer "public" (callers without a token) is required and needs a defaultPurpose',
    });
  }
  if (problems.length > 0) return { problems };
  return {
    problems,
    consumers: {
      purposes: new Map(
        Object.entries(purposes.value.purposes).map(([key, entry]) => [key, { name: key, ...entry }]),
      ),
      consumers: new Map(
        Object.entries(consumers.value.consumers).map(([key, entry]) => [
          key,
          { name: key, ...entry } as Consumer,
        ]),
      ),
      roles: new Map(Object.entries(consumers.value.roles).map(([key, entry]) => [key, entry.within])),
    },
  };
}
