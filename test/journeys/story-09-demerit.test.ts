// Story 9: a demerit of 10 March 2025 bars a promotion until the end of its twelve months; without an effective date a
// person must look.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningGateway, id, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  // The demerit of the cast took effect three months before the agencies' day.
  world = await runGateway({ today: '2025-06-10' });
});
afterAll(() => world?.stop());

async function official(key: string, asOf?: string): Promise<any> {
  const { body } = await world.ask({
    query: `query ($p: CitizenId!, $asOf: Date) { person(citizenId: $p) {
      hr { state sanctions { kind documentNumber effectiveOn recordStatus } }
      eligibility(scene: PROMOTION, asOf: $asOf) { outcome asOf findings { rule effect status basis record from until } } } }`,
    variables: { p: id(key), asOf },
    consumer: 'organisation-dept',
    headers: promotion,
  });
  expect(body.errors).toBeUndefined();
  return body.data.person;
}

test('记过 on 2025-03-10 bars until 2026-03-10, by which law and which document', async () => {
  const { hr, eligibility } = await official('demerit-in-force');
  expect(hr.sanctions).toEqual([
    expect.objectContaining({ kind: 'DEMERIT', effectiveOn: '2025-03-10', recordStatus: 'EFFECTIVE' }),
  ]);
  expect(eligibility).toMatchObject({ outcome: 'BARRED', asOf: '2025-06-10' });
  expect(eligibility.findings).toEqual([
    {
      rule: 'R13',
      effect: 'BAR',
      status: 'IN_FORCE',
      basis: expect.stringContaining('公务员法 §64'),
      record: hr.sanctions[0].documentNumber,
      from: '2025-03-10',
      until: '2026-03-10',
    },
  ]);
});

test.each([
  ['2025-03-09', 'CLEAR', 'NOT_YET'],
  ['2025-03-10', 'BARRED', 'IN_FORCE'],
  ['2026-03-10', 'BARRED', 'IN_FORCE'],
  ['2026-03-11', 'CLEAR', 'EXPIRED'],
])('on %s it is %s: the sanction ends by itself', async (asOf, outcome, status) => {
  const { eligibility } = await official('demerit-in-force', asOf);
  expect(eligibility).toMatchObject({ outcome, asOf, findings: [{ status }] });
});

test('an unknown effective date is a matter for a person, however long ago it was decided', async () => {
  for (const asOf of [undefined, '2035-01-01']) {
    const { hr, eligibility } = await official('demerit-undated', asOf);
    expect(hr.sanctions).toEqual([expect.objectContaining({ kind: 'DEMERIT', effectiveOn: null })]);
    expect(eligibility).toMatchObject({
      outcome: 'REVIEW',
      findings: [{ rule: 'R13', effect: 'REVIEW', status: 'UNDATED', from: null, until: null }],
    });
  }
});

test('one act that both series punish counts once, by the later end', async () => {
  const { hr, eligibility } = await official('double-sanction');
  expect(hr.sanctions).toHaveLength(2);
  expect(eligibility).toMatchObject({ outcome: 'BARRED', findings: [{ rule: 'R13', status: 'IN_FORCE' }] });
  expect(eligibility.findings).toHaveLength(1);
});
