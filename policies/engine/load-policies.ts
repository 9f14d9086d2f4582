// Loads everything a decision needs from the policies folder, or lists all that is wrong with it.
import type { Catalogue } from '../../schema/catalogue.ts';
import type { Problem } from '../../schema/problem.ts';
import { type PolicySet, loadAccessPolicies } from './access-policies.ts';
import type { CedarModule } from './cedar-file.ts';
import { loadConsumers } from './consumers.ts';
import { type Rulebook, loadRulebook } from './rulebook.ts';

/** Access policies and rules under their versions. */
export interface Policies {
  readonly policySet: PolicySet;
  readonly rulebook: Rulebook;
}

/** Reads `directory` (policies/). cedar-wasm is loaded here and used for validation and conversion only. */
export async function loadPolicies(
  directory: string,
  catalogue: Catalogue,
): Promise<{ policies?: Policies; problems: Problem[] }> {
  const cedar: CedarModule = await loadCedar();
  const { consumers, problems } = loadConsumers(directory);
  const { rulebook, problems: ruleProblems } = loadRulebook({ directory, catalogue, cedar });
  problems.push(...ruleProblems);
  if (consumers === undefined) return { problems };
  const { policySet, problems: accessProblems } = loadAccessPolicies({
    directory,
    catalogue,
    consumers,
    cedar,
  });
  problems.push(...accessProblems);
  if (policySet === undefined || rulebook === undefined || problems.length > 0) return { problems };
  return { problems, policies: { policySet, rulebook } };
}

async function loadCedar(): Promise<CedarModule> {
  const module = (await import('@cedar-policy/cedar-wasm/nodejs')) as CedarModule & { default?: CedarModule };
  return module.default ?? module;
}
