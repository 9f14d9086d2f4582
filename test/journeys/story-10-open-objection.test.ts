// Story 10: while an objection is open the fact is shown, marked, and has the effect that the place gives it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningGateway, id, procurement, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

async function official(jurisdiction: string): Promise<any> {
  const { body } = await world.ask({
    query: `query ($p: CitizenId!, $place: RegionCode) { person(citizenId: $p) {
      hr { sanctions { kind documentNumber effectiveOn recordStatus } }
      eligibility(scene: PROMOTION, jurisdiction: $place) { outcome findings { effect status record from until underObjection } } } }`,
    variables: { p: id('sanction-objection'), place: jurisdiction },
    consumer: 'organisation-dept',
    headers: promotion,
  });
  expect(body.errors).toBeUndefined();
  return body.data.person;
}

// No joint sanction: no notice suspends it.
test.each([['420200'], ['420281'], ['370200'], ['410300'], ['350502'], ['130126']])(
  'in %s an official’s sanction under objection is shown, marked and a matter for a person',
  async (place) => {
    const { hr, eligibility } = await official(place);
    expect(hr.sanctions).toEqual([
      expect.objectContaining({
        kind: 'DEMERIT',
        recordStatus: 'UNDER_OBJECTION',
        effectiveOn: '2026-07-22',
      }),
    ]);
    expect(eligibility).toEqual({
      outcome: 'REVIEW',
      findings: [
        {
          effect: 'REVIEW',
          status: 'IN_FORCE',
          record: hr.sanctions[0].documentNumber,
          from: '2026-07-22',
          until: '2027-07-22',
          underObjection: true,
        },
      ],
    });
  },
);

// 黄信用办〔2017〕25号 四（九）: only Huangshi, and its counties, suspend a joint sanction meanwhile.
test.each([
  ['420200', 'REVIEW', 'SUSPENDED'],
  ['420281', 'REVIEW', 'SUSPENDED'],
  ['370200', 'BARRED', 'IN_FORCE'],
  ['410300', 'BARRED', 'IN_FORCE'],
  ['350502', 'BARRED', 'IN_FORCE'],
  ['130126', 'BARRED', 'IN_FORCE'],
])(
  'a joint sanction under objection is marked everywhere; in %s it makes %s',
  async (place, outcome, status) => {
    const { body } = await world.ask({
      query: `query ($u: USCC!, $place: RegionCode) { organization(uscc: $u) {
      procurement { bans { documentNumber recordStatus } }
      eligibility(scene: GOVERNMENT_PROCUREMENT, jurisdiction: $place) { outcome findings { status record underObjection otherBasis } } } }`,
      variables: { u: id('ban-objection'), place },
      consumer: 'procurement-platform',
      headers: procurement,
    });
    const { procurement: section, eligibility } = body.data.organization;
    expect(section.bans).toEqual([expect.objectContaining({ recordStatus: 'UNDER_OBJECTION' })]);
    expect(eligibility).toEqual({
      outcome,
      findings: [
        {
          status,
          record: section.bans[0].documentNumber,
          underObjection: true,
          otherBasis: status === 'SUSPENDED' ? ['黄信用办〔2017〕25号 四（九）'] : [],
        },
      ],
    });
  },
);
