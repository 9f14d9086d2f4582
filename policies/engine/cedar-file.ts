// Reads one Cedar file: parsed and validated by cedar-wasm, then handed on as JSON for this engine. cedar-wasm
// is touched only while policies load; no request ever waits for it.
import { readFileSync } from 'node:fs';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { Problem } from '../../schema/problem.ts';
import type { PolicyJson } from './cedar-json.ts';
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

export type CedarModule = typeof Cedar;

/** Parses and validates a file. Every problem has a line; with any problem no policies are returned. */
export function readCedarFile(
  cedar: CedarModule,
  file: string,
  schema: CedarSchema,
): { policies: NamedPolicy[]; problems: Problem[] } {
  const text = readFileSync(file, 'utf8');
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
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') {
    parts.errors.forEach(report);
    return { policies: [], problems };
  }
  if (parts.policy_templates.length > 0) problems.push({ file, message: 'templates are not used here' });
  const checked = cedar.validate({
    schema: schema as unknown as Cedar.Schema,
    policies: { staticPolicies: text },
  });
  if (checked.type === 'failure') checked.errors.forEach(report);
  else for (const { error } of [...checked.validationErrors, ...checked.validationWarnings]) report(error);

  const policies: NamedPolicy[] = [];
  let searchFrom = 0;
  const inOrder = [...parts.policies].sort((a, b) => text.indexOf(a) - text.indexOf(b));
  for (const source of inOrder) {
    const start = Math.max(text.indexOf(source, searchFrom), 0);
    searchFrom = start + source.length;
    const line = text.slice(0, start).split('\n').length;
    const converted = cedar.policyToJson(source);
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
