// The same query under different consumers shows different fields, and what is withheld is listed: what a caller could
// see for another of its purposes. What it may see for none does not exist for it: no-way-around-invisible.test.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

const purposes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  public: {},
  'procurement-platform': procurement,
  'credit-office': { 'credit-purpose': 'credit-supervision', 'credit-user': 'example.user' },
  'subsidy-system': { 'credit-purpose': 'subsidy-review', 'credit-case': 'ZX-2026-1' },
  auditor: { 'credit-purpose': 'audit', 'credit-case': 'SJ-2026-1', 'credit-user': 'example.user' },
};
const query = `query ($u: USCC!) { organization(uscc: $u) {
  eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome }
  registry { state entry { name legalRepresentative } }
  court { state listings { caseCode duty legalRepresentative unperformedPart } }
  finance { state subsidies { totalCount nodes { amount } } debtPositions { ratio } }
  procurement { state misconduct { points } } } }`;
const as = (consumer: string, key = 'listed-firm') =>
  world.ask({
    query,
    variables: { u: id(key) },
    ...(consumer === 'public' ? {} : { consumer }),
    ...(purposes[consumer] === undefined ? {} : { headers: purposes[consumer] }),
  });
const withheldOf = async (consumer: string) =>
  Object.fromEntries(
    ((await as(consumer)).body.extensions?.withheld ?? []).map(({ coordinate, outcome }) => [
      coordinate,
      outcome,
    ]),
  );

describe('one query, five consumers', () => {
  test('the public sees what is published, no verdict, and DENIED where nothing is for it', async () => {
    const { organization } = (await as('public')).body.data;
    expect(organization.eligibility.outcome).toBeNull();
    expect(organization.registry.entry).toEqual({ name: expect.any(String), legalRepresentative: null });
    expect(organization.court.listings[0]).toMatchObject({ caseCode: expect.any(String), duty: null });
    expect(organization.finance).toEqual({ state: 'DENIED', subsidies: null, debtPositions: null });
    expect(await withheldOf('public')).toMatchObject({
      'Verdict.outcome': 'DENIED',
      'RegistryEntry.legalRepresentative': 'DENIED',
      'CourtListing.duty': 'DENIED',
      'DebtPosition.ratio': 'DENIED',
    });
  });

  test('the procurement platform sees names masked, debts whole, no subsidies', async () => {
    const { organization } = (await as('procurement-platform')).body.data;
    expect(organization.eligibility.outcome).toBe('BARRED');
    expect(organization.registry.entry.legalRepresentative).toMatch(/^.\*\*$/);
    expect(organization.court.listings[0].legalRepresentative).toMatch(/^.\*\*$/);
    expect(organization.finance).toMatchObject({ state: 'OK', subsidies: null });
    expect(await withheldOf('procurement-platform')).toEqual({
      'RegistryEntry.legalRepresentative': 'MASKED',
      'CourtListing.legalRepresentative': 'MASKED',
      'Subsidy.amount': 'DENIED',
    });
  });

  test('the credit office reads representatives of its own region and not of another', async () => {
    const search = async (key: string) =>
      (await as('credit-office', key)).body.data.organization.registry.entry;
    const regions = await Promise.all(
      [
        'clean-firm',
        'listed-firm',
        'banned-firm',
        'tax-listed',
        'many-contracts',
        'same-name-a',
        'department',
      ].map(async (key) => {
        const answer = await world.ask({
          query: 'query ($u: USCC!) { organization(uscc: $u) { registry { entry { region } } } }',
          variables: { u: id(key) },
        });
        const region = answer.body.data.organization.registry.entry.region as string;
        return { own: region.startsWith('4202'), representative: (await search(key)).legalRepresentative };
      }),
    );
    expect(regions.some(({ own }) => own)).toBe(true);
    expect(regions.some(({ own }) => !own)).toBe(true);
    for (const { own, representative } of regions) expect(representative !== null).toBe(own);
  });

  test('the subsidy system sees subsidies, a verdict it may derive, and no debts', async () => {
    const { organization } = (await as('subsidy-system', 'clean-firm')).body.data;
    expect(organization.eligibility.outcome).toBe('CLEAR');
    expect(organization.finance.subsidies.totalCount).toBeTypeOf('number');
    expect(organization.finance.debtPositions).toBeNull();
    expect(organization.procurement.state).toBe('DENIED');
  });

  test('the auditor gets no verdict and no representative', async () => {
    const { organization } = (await as('auditor')).body.data;
    expect(organization.eligibility.outcome).toBeNull();
    expect(organization.registry.entry.legalRepresentative).toBeNull();
  });
});

describe('what a caller can learn of itself', () => {
  let shipped: RunningGateway;
  beforeAll(async () => {
    shipped = await runGateway();
  });
  afterAll(() => shipped?.stop());

  test('viewer tells purposes, and every decision with the policy that made it', async () => {
    const answer = await shipped.ask({
      query:
        '{ viewer { consumer region purpose purposes { name caseRequired } decisions(source: "registry") { coordinate outcome mask reason policies } } }',
      consumer: 'procurement-platform',
      headers: procurement,
    });
    expect(answer.body.data.viewer).toMatchObject({
      consumer: 'procurement-platform',
      purpose: 'government-procurement',
    });
    expect(answer.body.data.viewer.decisions).toContainEqual({
      coordinate: 'RegistryEntry.legalRepresentative',
      outcome: 'MASKED',
      mask: 'INITIALS',
      reason: null,
      policies: ['registry-representative-purchasing'],
    });
  });

  test('sources is a catalogue of what the caller may use', async () => {
    const answer = await shipped.ask({
      query: '{ sources { name title transport fields { coordinate level } } }',
    });
    const names = answer.body.data.sources.map((source: any) => source.name);
    const all = [
      ...['bidding', 'court', 'discipline', 'finance', 'hr', 'investment', 'procurement', 'publicity'],
      ...['registry', 'supervision', 'utilities'],
    ];
    expect(names.toSorted()).toEqual(all);
    const hr = answer.body.data.sources.find((source: any) => source.name === 'hr');
    expect(hr.fields).toEqual([]);
  });

  test('introspection shows a consumer only what it may use under some purpose it holds', async () => {
    const introspect = '{ __schema { types { name fields { name } } } }';
    const typesOf = async (ask: Parameters<RunningGateway['ask']>[0]) =>
      new Map<string, any>(
        (await shipped.ask(ask)).body.data.__schema.types.map((type: any) => [type.name, type]),
      );
    const anybody = await typesOf({ query: introspect });
    expect(anybody.has('Sanction')).toBe(false);
    expect(anybody.has('HrSection')).toBe(false);
    expect(anybody.has('CourtListing')).toBe(true);
    expect(anybody.get('CourtListing').fields.map((field: any) => field.name)).not.toContain('duty');
    expect(anybody.has('SanctionKind')).toBe(false);
    const department = await typesOf({ query: introspect, consumer: 'organisation-dept' });
    expect(department.get('Sanction').fields.map((field: any) => field.name)).toContain('kind');
    expect(department.has('Contract')).toBe(false);
  });
});
