// Story 7: procurement agents and evaluation experts have rules of their own.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

const selection = {
  'credit-purpose': 'expert-selection',
  'credit-case': 'ZC-2026-0108',
  'credit-user': 'example.user',
} as const;

const agent = async (key: string, scene = 'PROCUREMENT_AGENT', extra = '') =>
  (
    await world.ask({
      query: `query ($u: USCC!) { organization(uscc: $u) { eligibility(scene: ${scene}${extra}) {
        outcome findings { rule effect status record from until source } } } }`,
      variables: { u: id(key) },
      consumer: 'procurement-platform',
      headers: scene === 'BIDDING' ? { 'credit-purpose': 'bidding-review' } : procurement,
    })
  ).body.data.organization.eligibility;
const expert = (key: string, headers: Readonly<Record<string, string>> = selection) =>
  world.ask({
    query: `query ($c: CitizenId!) { person(citizenId: $c) {
      bidding { state expertEntries { poolNumber } expertMisconduct { kind measure } }
      eligibility(scene: PROCUREMENT_EXPERT) { outcome findings { rule effect status record until } } } }`,
    variables: { c: id(key) },
    consumer: 'procurement-platform',
    headers,
  });

describe('agents', () => {
  test('one without records may be entrusted', async () => {
    expect(await agent('agent-clean')).toEqual({ outcome: 'CLEAR', findings: [] });
  });

  test('one banned for collusion may not, until the last day of its ban', async () => {
    expect(await agent('agent-banned')).toMatchObject({
      outcome: 'BARRED',
      findings: [
        { rule: 'R5-agents', effect: 'BAR', status: 'IN_FORCE', from: '2026-08-22', until: '2028-08-22' },
      ],
    });
  });

  test('the ban of an agent is none for a supplier', async () => {
    expect((await agent('agent-banned', 'GOVERNMENT_PROCUREMENT')).outcome).toBe('CLEAR');
  });

  test('where there is misconduct on record, others are preferred', async () => {
    expect(await agent('agent-recorded')).toMatchObject({
      outcome: 'RESTRICTED',
      findings: [{ rule: 'R5-agents', effect: 'RESTRICT', source: 'bidding' }],
    });
  });

  test('a firm that is no agent is for a person to look at', async () => {
    expect(await agent('clean-firm')).toMatchObject({
      outcome: 'REVIEW',
      findings: [{ rule: 'R5-agents', status: 'ABSENT' }],
    });
  });

  test('a supplier on the blacklist is barred as an agent, too, in 黄石, and not preferred in 青岛', async () => {
    expect((await agent('banned-firm')).outcome).toBe('BARRED');
    const elsewhere = await agent('banned-firm', 'PROCUREMENT_AGENT', ', jurisdiction: "370200"');
    expect(elsewhere.findings).toContainEqual(expect.objectContaining({ rule: 'R5', effect: 'RESTRICT' }));
  });
});

describe('experts', () => {
  test('one without records may sit', async () => {
    const { data } = (await expert('expert-clean')).body;
    expect(data.person.eligibility).toEqual({ outcome: 'CLEAR', findings: [] });
    expect(data.person.bidding).toMatchObject({ state: 'OK', expertMisconduct: [] });
  });

  test('one banned for a bribe may not, and the ban has no fixed end', async () => {
    const { data } = (await expert('expert-banned')).body;
    expect(data.person.eligibility).toMatchObject({
      outcome: 'BARRED',
      findings: [{ rule: 'R5-experts', status: 'IN_FORCE', until: null, record: expect.any(String) }],
    });
    expect(data.person.bidding.expertMisconduct).toEqual([{ kind: 'BRIBERY', measure: 'BANNED' }]);
  });

  test('a record of three years and a day ago is history', async () => {
    const { eligibility } = (await expert('expert-recorded')).body.data.person;
    expect(eligibility).toMatchObject({ outcome: 'CLEAR', findings: [{ status: 'EXPIRED' }] });
  });

  test('who is in no pool is for a person to look at', async () => {
    const { eligibility } = (await expert('clean-official')).body.data.person;
    expect(eligibility).toMatchObject({ outcome: 'REVIEW', findings: [{ status: 'ABSENT' }] });
  });

  test('without the number of the project nothing is asked', async () => {
    world.sandbox.bidding.clearJournal();
    const answer = await expert('expert-banned', {
      'credit-purpose': 'expert-selection',
      'credit-user': 'example.user',
    });
    expect(answer.body.errors?.[0]?.extensions.code).toBe('CASE_REQUIRED');
    expect(world.sandbox.bidding.journal()).toEqual([]);
  });

  test('for a procurement of goods nobody is asked about persons', async () => {
    const answer = await expert('expert-banned', procurement);
    expect(answer.body.errors?.[0]?.extensions.code).toBe('SUBJECT_NOT_PERMITTED');
  });
});

describe('points of bidders', () => {
  test('twelve in one cycle are for a person to weigh, and every event is cited', async () => {
    const { outcome, findings } = await agent('points-over', 'BIDDING');
    expect(outcome).toBe('REVIEW');
    expect(findings).toHaveLength(2);
    expect(findings[0]).toMatchObject({ rule: 'R17-points', status: 'IN_FORCE', source: 'bidding' });
    expect(new Set(findings.map(({ until }: { until: string }) => until)).size).toBe(1);
  });

  test('eight are not', async () => {
    expect(await agent('points-under', 'BIDDING')).toEqual({ outcome: 'CLEAR', findings: [] });
  });

  test('a procurement does not ask the trading office', async () => {
    world.sandbox.bidding.clearJournal();
    await agent('points-over', 'GOVERNMENT_PROCUREMENT');
    expect(world.sandbox.bidding.journal()).toEqual([]);
  });

  test('the trading office is down: a bidder is not clear', async () => {
    world.sandbox.bidding.setFault({ mode: 'down' });
    try {
      expect((await agent('points-under', 'BIDDING')).outcome).toBe('INDETERMINATE');
    } finally {
      world.sandbox.bidding.setFault({ mode: 'none' });
    }
  });
});
