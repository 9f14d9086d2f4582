// Reads Cedar files: parsed and validated by cedar-wasm, then handed on as JSON for this engine. cedar-wasm is
// asked only while policies load; no request ever waits for it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { Problem } from '../../schema/problem.ts';
import type { PolicyJson } from './cedar-json.ts';
import { type CedarFindings, askCedar } from './cedar-checker.ts';
import type { CedarSchema } from './cedar-schema.ts';

/** A policy with its name and place. `id` is its `@id`, unique over all files. */
export interface NamedPolicy {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly policy: PolicyJson;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A file and the schema its policies must fit. */
export interface CedarFileRequest {
  readonly file: string;
  readonly schema: CedarSchema;
}

export interface CedarFile {
  readonly file: string;
  /** What was read: the version is a hash of this, so that it names what is in force. */
  readonly text: string;
  readonly policies: readonly NamedPolicy[];
  readonly problems: readonly Problem[];
}

/** The Cedar files of a folder, in order, to be checked against `schema`. */
export function cedarFilesIn(directory: string, schema: CedarSchema): CedarFileRequest[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.cedar'))
    .sort()
    .map((name) => ({ file: join(directory, name), schema }));
}

/** Reads and checks files, in order. Every problem has a line; a file with a problem has no policies. */
export async function readCedarFiles(requests: readonly CedarFileRequest[]): Promise<CedarFile[]> {
  const texts = requests.map(({ file, schema }) => ({ file, schema, text: readFileSync(file, 'utf8') }));
  const findings = await askCedar(texts);
  return texts.map(({ file, text }, index) => ({
    file,
    text,
    ...readFindings(file, text, findings[index]!),
  }));
}

function readFindings(
  file: string,
  text: string,
  { parts, checked, policies: found }: CedarFindings,
): Pick<CedarFile, 'policies' | 'problems'> {
  const bytes = Buffer.from(text);
  const lineAt = (offset: number): number => bytes.subarray(0, offset).toString('utf8').split('\n').length;
  const problems: Problem[] = [];
  const report = (error: Cedar.DetailedError): void => {
    const start = error.sourceLocations?.[0]?.start;
    problems.push({
      file,
      ...(start === undefined ? {} : { line: lineAt(start) }),
      message: [error.message, error.help].filter((part) => part !== null).join('; '),
    });
  };
  if (parts.type === 'failure') {
    parts.errors.forEach(report);
    return { policies: [], problems };
  }
  if (parts.policy_templates.length > 0) problems.push({ file, message: 'templates are not used here' });
  if (checked.type === 'failure') checked.errors.forEach(report);
  else for (const { error } of [...checked.validationErrors, ...checked.validationWarnings]) report(error);

  const policies: NamedPolicy[] = [];
  let searchFrom = 0;
  const inOrder = [...found].sort((a, b) => text.indexOf(a.text) - text.indexOf(b.text));
  for (const { text: source, converted } of inOrder) {
    const start = Math.max(text.indexOf(source, searchFrom), 0);
    searchFrom = start + source.length;
    const line = text.slice(0, start).split('\n').length;
    if (converted.type === 'failure') {
      converted.errors.forEach(report);
      continue;
    }
    const policy = converted.json as unknown as PolicyJson;
    const annotations = policy.annotations ?? {};
    const id = annotations['id'];
    if (id === undefined || id === '') problems.push({ file, line, message: 'a policy needs an @id' });
    else policies.push({ id, file, line, text: source, policy, annotations });
  }
  const seen = new Map<string, number>();
  for (const { id, line } of policies) {
    const first = seen.get(id);
    if (first !== undefined) problems.push({ file, line, message: `@id("${id}") is taken by line ${first}` });
    seen.set(id, line);
  }
  return { policies: problems.length > 0 ? [] : policies, problems };
}
