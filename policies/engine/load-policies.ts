// Loads everything a decision needs from the policies folder, or lists all that is wrong with it.
import { join } from 'node:path';
import type { Catalogue } from '../../schema/catalogue.ts';
import type { Problem } from '../../schema/problem.ts';
import { type PolicySet, loadAccessPolicies } from './access-policies.ts';
import { cedarFilesIn, readCedarFiles } from './cedar-file.ts';
import { accessSchema, eligibilitySchema } from './cedar-schema.ts';
import { loadConsumers } from './consumers.ts';
import { type RemedyLaw, loadRemedyLaw } from './remedy-law.ts';
import { type Rulebook, loadRulebook, scenesOf } from './rulebook.ts';

/** Access policies and rules under their versions. */
export interface Policies {
  readonly policySet: PolicySet;
  readonly rulebook: Rulebook;
  readonly remedyLaw: RemedyLaw;
}

/** Reads `directory` (policies/). cedar-wasm validates and converts, in a thread that ends with the loading. */
export async function loadPolicies(
  directory: string,
  catalogue: Catalogue,
): Promise<{ policies?: Policies; problems: Problem[] }> {
  const { consumers, problems } = loadConsumers(directory);
  const rules = cedarFilesIn(
    join(directory, 'eligibility'),
    eligibilitySchema(catalogue, scenesOf(catalogue)),
  );
  // Without consumers and purposes there is no schema to hold the access policies to.
  const access =
    consumers === undefined
      ? []
      : cedarFilesIn(join(directory, 'access'), accessSchema(catalogue, [...consumers.purposes.keys()]));
  const files = await readCedarFiles([...rules, ...access]);
  const book = loadRulebook({ directory, catalogue, files: files.slice(0, rules.length) });
  const remedies = loadRemedyLaw(directory);
  problems.push(...book.problems, ...remedies.problems);
  if (consumers === undefined) return { problems };
  const set = loadAccessPolicies({ directory, catalogue, consumers, files: files.slice(rules.length) });
  problems.push(...set.problems);
  const { policySet } = set;
  const { rulebook } = book;
  const { law: remedyLaw } = remedies;
  if (policySet === undefined || rulebook === undefined || remedyLaw === undefined || problems.length > 0)
    return { problems };
  return { problems, policies: { policySet, rulebook, remedyLaw } };
}
