// Story 4: thirty to forty bidders in one call: one number for what was known then, one round trip a source; a slow source
// flags the rows and leaves them usable.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cast } from '../../connectors/sandbox/generator/cast.ts';
import { readStatements } from '../../connectors/sandbox/postgres/statement-journal.ts';
import { type RunningGateway, id, operation, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway({ journal: true });
});
afterAll(() => world?.stop());

const ask = async (query: string, variables: Record<string, unknown>) =>
  world.ask({ query, variables, consumer: 'procurement-platform', headers: procurement });

describe('thirty bidders in one call', () => {
  test('a bad code is named by its place and the other twenty-nine answer, in input order', async () => {
    const { query, variables } = operation('bid-opening');
    const answer = await ask(query, variables);
    expect(answer.status).toBe(200);
    expect(answer.body.errors).toBeUndefined();
    const { organizations } = answer.body.data;
    expect(organizations).toHaveLength(30);
    const bad = organizations.filter((item: any) => item.code !== undefined);
    expect(bad).toEqual([{ index: 12, code: 'IDENTIFIER_INVALID', message: expect.any(String) }]);
    expect(answer.text).not.toContain(variables['usccs'][12]);
    const codes = organizations.map((item: any) => item.uscc);
    expect(codes.filter(Boolean)).toEqual(
      variables['usccs'].filter((_: string, index: number) => index !== 12),
    );
    for (const item of organizations) {
      if (item.uscc === undefined) continue;
      for (const section of ['registry', 'court', 'procurement', 'finance']) {
        expect(item[section]).toMatchObject({ state: 'OK', asOf: expect.any(String) });
      }
    }
    expect(answer.headers.get('credit-request')).toBe(answer.body.extensions?.request);
  });

  test('every organisation of the cast gets the verdict its state calls for', async () => {
    const { query } = operation('bid-opening');
    const members = cast.filter(
      ({ kind, expect: wanted }) => kind === 'organisation' && wanted.outcome !== undefined,
    );
    const answer = await ask(query, { usccs: members.map((member) => member.id) });
    const outcomes = answer.body.data.organizations.map((item: any) => item.eligibility.outcome);
    expect(Object.fromEntries(members.map(({ key }, index) => [key, outcomes[index]]))).toEqual(
      Object.fromEntries(members.map(({ key, expect: wanted }) => [key, wanted.outcome])),
    );
    expect(members.length).toBeGreaterThan(15);
  });
});

describe('bidders', () => {
  test('two firms of one name are told apart by their codes', async () => {
    const { query } = operation('bid-opening');
    const { body } = await ask(query, { usccs: [id('same-name-a'), id('same-name-b')] });
    const [one, other] = body.data.organizations;
    expect(one.registry.entry.name).toBe(other.registry.entry.name);
    expect([one.eligibility.outcome, other.eligibility.outcome]).toEqual(['CLEAR', 'BARRED']);
  });

  test('a code written in full-width digits, lower case and with spaces is the same code', async () => {
    const wide = [...id('listed-firm').toLowerCase()].map((c) =>
      /\d/.test(c) ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c,
    );
    const answer = await ask('query ($u: USCC!) { organization(uscc: $u) { uscc } }', {
      u: ` ${wide.join('')} `,
    });
    expect(answer.body.data.organization.uscc).toBe(id('listed-firm'));
  });

  test('a hundred and twenty contracts come page by page, none twice, none lost', async () => {
    const page = `query ($u: USCC!, $after: String) { organization(uscc: $u) { procurement {
      contracts(first: 50, after: $after) { totalCount nodes { contractNumber } pageInfo { hasNextPage endCursor } } } } }`;
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { contracts }: any = (await ask(page, { u: id('many-contracts'), after })).body.data.organization
        .procurement;
      expect(contracts.totalCount).toBe(120);
      seen.push(...contracts.nodes.map((node: any) => node.contractNumber));
      if (!contracts.pageInfo.hasNextPage) break;
      after = contracts.pageInfo.endCursor;
    }
    expect(new Set(seen).size).toBe(120);
  });
});

describe('one moment for all', () => {
  test('forty bidders share the number under which the log keeps what was known, of when and by which version', async () => {
    const { query, variables } = operation('bid-opening');
    const usccs = [...variables['usccs'], ...variables['usccs'].slice(0, 10)];
    const answer = await ask(query, { usccs });
    const { organizations } = answer.body.data;
    expect(organizations).toHaveLength(40);
    const { request, policyVersion, rulesVersion } = answer.body.extensions as any;
    const [intent, outcome] = world.entries().filter((entry) => entry.request === request);
    expect(intent).toMatchObject({ kind: 'intent', policyVersion });
    expect(outcome).toMatchObject({ kind: 'outcome', rulesVersion, errors: [] });
    expect(outcome.verdicts).toHaveLength(intent.subjects.length);
    for (const source of ['registry', 'court', 'procurement', 'finance']) {
      const shown = organizations.filter(({ code }: any) => code === undefined);
      const times = new Set(shown.map((firm: any) => Date.parse(firm[source].asOf)));
      expect([...times]).toEqual([Date.parse(outcome.sources[source].asOf)]);
    }
  });

  test('one slow source flags every row; the other sections, and every bar they know of, stay usable', async () => {
    const { query, variables } = operation('bid-opening');
    const healthy = (await ask(query, variables)).body.data.organizations;
    world.sandbox.court.setFault({ mode: 'slow', ms: 6000 });
    try {
      const answer = await ask(query, variables);
      expect(answer.status).toBe(200);
      expect(answer.body.errors?.map(({ extensions }) => extensions)).toEqual([
        { code: 'SOURCE_TIMEOUT', source: 'court' },
      ]);
      const outcomes = new Set<string>();
      answer.body.data.organizations.forEach((firm: any, at: number) => {
        const before = healthy[at];
        if (before.code !== undefined) return void expect(firm).toEqual(before);
        expect(firm.court).toEqual({ state: 'UNAVAILABLE', asOf: null, listings: null });
        for (const section of ['registry', 'procurement', 'finance']) {
          expect({ ...firm[section], asOf: null }).toEqual({ ...before[section], asOf: null });
        }
        expect(firm.eligibility.reasons).toEqual([expect.stringContaining('court/CourtListing UNAVAILABLE')]);
        const barred = firm.eligibility.findings.some(
          ({ effect, status }: any) => effect === 'BAR' && status === 'IN_FORCE',
        );
        expect(firm.eligibility.outcome).toBe(barred ? 'BARRED' : 'INDETERMINATE');
        outcomes.add(firm.eligibility.outcome);
      });
      expect([...outcomes].sort()).toEqual(['BARRED', 'INDETERMINATE']);
    } finally {
      world.sandbox.court.setFault({ mode: 'none' });
    }
  });
});

describe('one round trip per source', () => {
  beforeEach(() => {
    world.sandbox.court.clearJournal();
    world.sandbox.procurement.clearJournal();
  });

  test('the bid opening asks each source once, for exactly the permitted columns', async () => {
    const { query, variables } = operation('bid-opening');
    const before = (await readStatements(world.sandbox.postgres!)).length;
    await ask(query, variables);
    const statements = (await readStatements(world.sandbox.postgres!)).slice(before).filter(isFetch);

    const court = world.sandbox.court.journal();
    expect(court).toHaveLength(1);
    expect(court[0]!.asked[0]!.columns.toSorted()).toEqual(
      [
        ...[
          'caseCode',
          'courtName',
          'disruptTypeName',
          'performance',
          'publishDate',
          'exitDate',
          'caseState',
        ],
        ...['extendMonths', 'cardNum'],
      ].toSorted(),
    );
    for (const code of variables['usccs'].filter((_: string, index: number) => index !== 12)) {
      expect(court[0]!.asked[0]!.keys).toContain(code);
    }
    const bids = world.sandbox.procurement.journal();
    expect(bids).toHaveLength(1);
    expect(bids[0]!.asked.map(({ name }) => name).toSorted()).toEqual(['banList', 'misconductEvents']);
    expect(bids[0]!.asked.flatMap(({ columns }) => columns)).not.toContain('circumstances');

    const registry = statements.filter(({ text }) => text.includes('"registry"."entity"'));
    const finance = statements.filter(({ text }) => text.includes('"staging"'));
    // The bid opening selects nothing of the penalties and lists: its verdict reads them, in one statement.
    const publicity = statements.filter(({ text }) => text.includes('"publicity"'));
    expect(publicity).toHaveLength(1);
    expect(publicity[0]!.text).toContain('"wage_arrears_listing"');
    expect(publicity[0]!.text).not.toContain('"bidding_ban"');
    expect(registry).toHaveLength(1);
    expect(finance).toHaveLength(1);
    expect(statements.filter(({ text }) => text.includes('"hr"'))).toHaveLength(0);
    expect(registry[0]!.text).not.toContain('former_names');
    expect(finance[0]!.text).not.toContain('债权人');
  });

  test('a verdict alone reads every mandatory source, and nothing it does not need', async () => {
    await ask(
      'query ($u: USCC!) { organization(uscc: $u) { eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome } } }',
      { u: id('clean-firm') },
    );
    expect(world.sandbox.court.journal()).toHaveLength(1);
    expect(world.sandbox.court.journal()[0]!.asked[0]!.columns).not.toContain('courtName');
    expect(world.sandbox.procurement.journal()[0]!.asked.map(({ name }) => name)).toEqual(['banList']);
  });

  test('a field the caller may not read never leaves its source', async () => {
    const before = (await readStatements(world.sandbox.postgres!)).length;
    const answer = await world.ask({
      query: `query ($u: USCC!) { organization(uscc: $u) {
        registry { entry { name person: legalRepresentative } } court { listings { caseCode duty legalRepresentative } }
        procurement { bans { documentNumber circumstances } misconduct { points } } } }`,
      variables: { u: id('listed-firm') },
    });
    const statements = (await readStatements(world.sandbox.postgres!)).slice(before).filter(isFetch);
    expect(statements.some(({ text }) => text.includes('legal_representative'))).toBe(false);
    const courtColumns = world.sandbox.court.journal()[0]!.asked[0]!.columns;
    expect(courtColumns).not.toContain('duty');
    expect(courtColumns).not.toContain('businessEntity');
    expect(world.sandbox.procurement.journal()[0]!.asked).toHaveLength(1);
    expect(answer.body.data.organization.registry.entry.person).toBeNull();
    expect(answer.body.data.organization.procurement.misconduct).toBeNull();
    expect(answer.body.extensions?.withheld?.map(({ coordinate }) => coordinate).toSorted()).toEqual([
      'BiddingMisconduct.points',
      'CourtListing.duty',
      'CourtListing.legalRepresentative',
      'ProcurementBan.circumstances',
      'RegistryEntry.legalRepresentative',
    ]);
  });

  test('a section of which nothing is permitted costs no call and says DENIED', async () => {
    const answer = await world.ask({
      query: `query ($u: USCC!) { organization(uscc: $u) { finance { state debtPositions { ratio } arrears { amount } } procurement { state misconduct { points } } } }`,
      variables: { u: id('arrears-government') },
    });
    expect(answer.body.data.organization.finance).toEqual({
      state: 'DENIED',
      debtPositions: null,
      arrears: null,
    });
    expect(answer.body.data.organization.procurement).toEqual({ state: 'DENIED', misconduct: null });
    expect(world.sandbox.procurement.journal()).toHaveLength(0);
  });
});

/** What a request reads, as opposed to how deliveries are loaded and connections set up. */
function isFetch({ text }: { readonly text: string }): boolean {
  return /^\s*(prepare|select|\()/i.test(text) && /= any/i.test(text) && !text.includes('gateway.');
}
