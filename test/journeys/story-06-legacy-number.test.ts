// Story 6: a supplier recorded under a number from before the USCC: matched by organisation code or crosswalk, and the
// method shown; a number that leads to several: candidates and REVIEW.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

const query = `query ($usccs: [SubjectCode!]!) { organizations(usccs: $usccs) { ... on Organization {
  uscc
  court { state listings { caseCode } }
  procurement { state bans { documentNumber } }
  publicity { state penalties { documentNumber recordStatus } }
  eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome
    findings { rule effect status source record from until } evidence { source recordType matchedBy state } }
} } }`;

async function suppliers(...keys: readonly string[]): Promise<any[]> {
  const { body } = await world.ask({
    query,
    variables: { usccs: keys.map(id) },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect(body.errors).toBeUndefined();
  return body.data.organizations;
}

const methodsIn = (supplier: any): unknown =>
  Object.fromEntries(
    supplier.eligibility.evidence
      .filter(({ matchedBy }: any) => matchedBy !== null)
      .map(({ recordType, matchedBy }: any) => [recordType, matchedBy]),
  );

test('a record under the old registration number is found by the crosswalk, and the verdict says so', async () => {
  const [firm] = await suppliers('legacy-number');
  expect(firm.publicity).toMatchObject({ state: 'OK', penalties: [{ recordStatus: 'EFFECTIVE' }] });
  const [{ documentNumber }] = firm.publicity.penalties;
  expect(firm.eligibility.outcome).toBe('BARRED');
  expect(firm.eligibility.findings).toContainEqual(
    expect.objectContaining({ rule: 'R3', status: 'IN_FORCE', source: 'publicity', record: documentNumber }),
  );
  expect(methodsIn(firm)).toEqual({ RegistryEntry: 'EXACT', Penalty: 'CROSSWALK' });
});

test('a record under the old organisation code alone is found by the code inside the USCC', async () => {
  const [firm] = await suppliers('legacy-code');
  expect(firm.court.listings).toHaveLength(1);
  expect(firm.procurement.bans).toHaveLength(1);
  expect(firm.eligibility.outcome).toBe('BARRED');
  expect(firm.eligibility.findings.map(({ rule }: any) => rule).sort()).toEqual(['R1', 'R4']);
  expect(methodsIn(firm)).toEqual({
    RegistryEntry: 'EXACT',
    CourtListing: 'ORG_CODE',
    ProcurementBan: 'ORG_CODE',
  });
});

// Once the records of such a number were shown to both and barred both.
test('a number of two firms makes its records candidates of both: REVIEW, and shown as nobody’s', async () => {
  const firms = await suppliers('shared-number-a', 'shared-number-b');
  for (const firm of firms) {
    expect(firm.publicity).toEqual({ state: 'AMBIGUOUS', penalties: [] });
    expect(firm.eligibility.outcome).toBe('REVIEW');
    expect(firm.eligibility.findings).toContainEqual({
      rule: 'R3',
      effect: 'REVIEW',
      status: 'CANDIDATE',
      source: 'publicity',
      record: expect.stringContaining('合成罚'),
      from: '2025-11-22',
      until: '2028-11-22',
    });
    expect(methodsIn(firm)).toEqual({ RegistryEntry: 'EXACT' });
  }
  expect(firms[0].eligibility.findings).toEqual(firms[1].eligibility.findings);
});

test('it is as ambiguous where only one of the two is asked about', async () => {
  const [alone] = await suppliers('shared-number-b');
  const [, together] = await suppliers('shared-number-a', 'shared-number-b');
  expect(alone).toEqual(together);
});

test('without a verdict, too, the section does not claim that there is nothing', async () => {
  const { body } = await world.ask({
    query:
      'query ($u: USCC!) { organization(uscc: $u) { publicity { state penalties { documentNumber } } } }',
    variables: { u: id('shared-number-b') },
  });
  expect(body.data.organization.publicity).toEqual({ state: 'AMBIGUOUS', penalties: [] });
});
