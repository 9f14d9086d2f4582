import { expect, test } from 'vitest';
import { loadCatalogue } from '../../../schema/catalogue.ts';
import { loadPolicies } from '../../../policies/engine/load-policies.ts';
import { makeDecisionTable } from '../../../policies/engine/decision-table.ts';
import { formatProblem } from '../../../schema/problem.ts';

test('the shipped policies load without a problem', async () => {
  const { catalogue, problems } = loadCatalogue('schema');
  expect(problems.map(formatProblem)).toEqual([]);
  const loaded = await loadPolicies('policies', catalogue!);
  expect(loaded.problems.map(formatProblem)).toEqual([]);
  const { policySet } = loaded.policies!;
  for (const c of policySet.consumers.consumers.values()) {
    const t = performance.now();
    const table = makeDecisionTable(policySet, catalogue!, { consumer: c, purpose: policySet.consumers.purposes.get(c.purposes[0]!)!, caseGiven: true, userGiven: true });
    console.log(c.name, performance.now() - t, [...table.decisions].map(([k, d]) => `${k}=${d.kind}`).join(' '));
  }
  console.log(process.memoryUsage().rss/1e6);
});
