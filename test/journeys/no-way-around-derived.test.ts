// What is worked out from a field is shown as that field is: masked with it, withheld with it, and never because a
// condition's column was not at hand. The shipped policies are joined by some that make the difference.
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Watch, watch } from './no-way-around-watch.ts';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let eyes: Watch;
let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'derived-'));
  for (const folder of ['schema', 'policies', 'connectors/sources'])
    cpSync(folder, join(root, folder), { recursive: true });
  appendFileSync(
    join(root, 'policies/access/procurement.cedar'),
    `
    @id("test-from") @says("test")
    forbid (principal in Role::"purchasing", action == Action::"read", resource == Field::"ProcurementBan.from");
    @id("test-from-year") @says("test") @mask("YEAR")
    permit (principal in Role::"purchasing", action == Action::"readMasked", resource == Field::"ProcurementBan.from");
    @id("test-document") @says("test")
    forbid (principal in Role::"purchasing", action in [Action::"read", Action::"readMasked"], resource == Field::"ProcurementBan.documentNumber")
    when { context.row has authority && context.row.authority like "*" };`,
  );
  appendFileSync(
    join(root, 'policies/access/court.cedar'),
    `
    @id("test-published") @says("test")
    forbid (principal in Role::"purchasing", action in [Action::"read", Action::"readMasked"], resource == Field::"CourtListing.publishedOn");`,
  );
  world = await runGateway({ journal: true, environment: { PROJECT_ROOT: root } });
  eyes = watch(world);
});
afterAll(async () => {
  await world?.stop();
  rmSync(root, { recursive: true, force: true });
});

const findingsOf = async (key: string) => {
  const seen = await eyes.ask({
    query: `{ organization(uscc: "${id(key)}") { eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome findings { source record from until } } } }`,
    ...{ consumer: 'procurement-platform', headers: procurement },
  });
  return { ...seen, ...seen.body.data.organization.eligibility };
};

// GHSA-m8jr-fxqx-8xx6 is the trick's public name: a field that depends on a protected one is not protected with it.
test('the first day of a ban is masked as its column is; once it was shown whole', async () => {
  const { outcome, findings, withheld } = await findingsOf('banned-firm');
  expect(outcome).toBe('BARRED');
  expect(findings[0]).toMatchObject({ source: 'procurement', from: expect.stringMatching(/^\d{4}$/) });
  expect(findings[0].until).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(Object.keys(withheld)).toContain('ProcurementBan.documentNumber');
});

test('a forbid over a column that no rule reads still fires; once the document was shown', async () => {
  const { findings, columns } = await findingsOf('banned-firm');
  expect(findings[0].record).toBeNull();
  // The condition's column is asked for, used and dropped.
  expect(columns).toContain('authority');
});

test('days that a term is counted from are withheld with their first day', async () => {
  const { outcome, findings, withheld } = await findingsOf('listed-extended');
  expect(outcome).toBe('BARRED');
  expect(findings[0]).toMatchObject({ source: 'court', from: null, until: null });
  expect(withheld['CourtListing.publishedOn']).toBe('DENIED');
});
