// Story 2: a ban that ended yesterday leaves a supplier CLEAR, with the history shown; one without an end date is for a
// person. Days are those of Beijing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NOW, type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let now = NOW;
beforeAll(async () => {
  world = await runGateway({ now: () => now });
});
afterAll(() => world?.stop());

const query = `query ($uscc: USCC!, $asOf: Date) { organization(uscc: $uscc) {
  procurement { state bans { documentNumber from to recordStatus } }
  eligibility(scene: GOVERNMENT_PROCUREMENT, asOf: $asOf) { outcome asOf findings { rule effect status record from until } }
} }`;
async function supplier(key: string, asOf?: string): Promise<any> {
  const { body } = await world.ask({
    query,
    variables: { uscc: id(key), asOf },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect(body.errors).toBeUndefined();
  return body.data.organization;
}

test('a ban that ended yesterday is history: CLEAR, and the ban is still shown and cited', async () => {
  const { procurement: section, eligibility } = await supplier('ban-ended-yesterday');
  expect(section).toMatchObject({ state: 'OK', bans: [{ to: '2026-11-21', recordStatus: 'EFFECTIVE' }] });
  const [ban] = section.bans;
  expect(eligibility).toEqual({
    outcome: 'CLEAR',
    asOf: '2026-11-22',
    findings: [
      {
        rule: 'R4',
        effect: 'BAR',
        status: 'EXPIRED',
        record: ban.documentNumber,
        from: ban.from,
        until: '2026-11-21',
      },
    ],
  });
});

test('its last day is barred still, asked about later', async () => {
  expect((await supplier('ban-ended-yesterday', '2026-11-21')).eligibility.outcome).toBe('BARRED');
  expect((await supplier('ban-ended-yesterday', '2026-11-22')).eligibility.outcome).toBe('CLEAR');
});

test('the day turns at midnight in Beijing, not in Greenwich', async () => {
  try {
    now = new Date('2026-11-21T15:59:59Z');
    expect((await supplier('ban-ended-yesterday')).eligibility).toMatchObject({
      outcome: 'BARRED',
      asOf: '2026-11-21',
    });
    now = new Date('2026-11-21T16:00:00Z');
    expect((await supplier('ban-ended-yesterday')).eligibility).toMatchObject({
      outcome: 'CLEAR',
      asOf: '2026-11-22',
    });
  } finally {
    now = NOW;
  }
});

test('a missing end date is a matter for a person, on whatever day it is asked about', async () => {
  for (const asOf of [undefined, '2026-06-01', '2036-01-01']) {
    const { eligibility } = await supplier('ban-no-end', asOf);
    expect(eligibility).toMatchObject({
      outcome: 'REVIEW',
      findings: [{ rule: 'R4', effect: 'REVIEW', status: 'UNDATED', until: null }],
    });
  }
});

test('a repaired ban looks like no record at all', async () => {
  const [repaired, clean] = [await supplier('ban-repaired'), await supplier('clean-firm')];
  expect(repaired).toEqual(clean);
  expect(repaired.procurement.bans).toEqual([]);
});
