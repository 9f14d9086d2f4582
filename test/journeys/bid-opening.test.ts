// The procurement officer's question: thirty bidders at bid opening (domain.md §4, stories 1, 2, 4).
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

const verdictOf = async (key: string, asOf?: string) => {
  const answer = await ask(
    `query ($uscc: USCC!, $asOf: Date) { organization(uscc: $uscc) { eligibility(scene: GOVERNMENT_PROCUREMENT, asOf: $asOf) {
      outcome asOf reasons findings { rule effect status basis certainty record from until underObjection otherBasis } rules { id } notAssessed { id } advice } } }`,
    { uscc: id(key), asOf },
  );
  expect(answer.body.errors).toBeUndefined();
  return answer.body.data.organization.eligibility;
};

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

describe('one supplier at a cut-off date', () => {
  test('a ban in force bars, by which rule, document and until when', async () => {
    const verdict = await verdictOf('banned-firm');
    expect(verdict.outcome).toBe('BARRED');
    expect(verdict.findings).toEqual([
      expect.objectContaining({
        rule: 'R4',
        effect: 'BAR',
        status: 'IN_FORCE',
        basis: '政府采购法 §77; 政府采购法实施条例 §19(2)',
        record: expect.stringContaining('合成财采罚'),
        until: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      }),
    ]);
    expect(verdict.advice).toContain('不构成自动化决定');
    expect(verdict.rules.map((rule: any) => rule.id)).toEqual(
      expect.arrayContaining(['R1', 'R3', 'R4', 'R5', 'R7', 'R19']),
    );
    expect(verdict.notAssessed.map((rule: any) => rule.id)).toContain('R3-criminal');
  });

  test('a ban that ended yesterday is history: CLEAR today, BARRED as of its last day', async () => {
    const today = await verdictOf('ban-ended-yesterday');
    expect(today).toMatchObject({
      outcome: 'CLEAR',
      findings: [{ rule: 'R4', status: 'EXPIRED', until: '2026-11-21' }],
    });
    expect((await verdictOf('ban-ended-yesterday', '2026-11-21')).outcome).toBe('BARRED');
    expect((await verdictOf('ban-ended-yesterday', '2026-11-22')).outcome).toBe('CLEAR');
  });

  test('a missing end date is a matter for a person', async () => {
    expect(await verdictOf('ban-no-end')).toMatchObject({
      outcome: 'REVIEW',
      findings: [{ status: 'UNDATED' }],
    });
  });

  test('where two texts disagree about a fine, a person decides, and both are cited', async () => {
    expect(await verdictOf('fined-heavily')).toMatchObject({ outcome: 'BARRED' });
    const verdict = await verdictOf('fined-lightly');
    expect(verdict.outcome).toBe('REVIEW');
    expect(verdict.findings).toEqual([expect.objectContaining({ rule: 'R7', basis: '财办库〔2014〕526号' })]);
    expect(verdict.findings[0].otherBasis).toEqual([expect.stringContaining('财库〔2022〕3号')]);
  });

  test('an open objection is marked', async () => {
    expect(await verdictOf('ban-objection')).toMatchObject({
      outcome: 'REVIEW',
      findings: [{ underObjection: true }],
    });
  });

  test('a repaired ban looks like no record at all', async () => {
    const { query } = operation('bid-opening');
    const answer = await ask(query, { usccs: [id('ban-repaired')] });
    expect(answer.body.data.organizations[0].procurement.bans).toEqual([]);
    expect(answer.body.data.organizations[0].eligibility).toMatchObject({ outcome: 'CLEAR', findings: [] });
  });

  test('two firms of one name are told apart by their codes', async () => {
    expect((await verdictOf('same-name-a')).outcome).toBe('CLEAR');
    expect((await verdictOf('same-name-b')).outcome).toBe('BARRED');
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
    await verdictOf('clean-firm');
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
