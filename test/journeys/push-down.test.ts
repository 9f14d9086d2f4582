// A condition on the row reaches the agency where its manifest says so: what a caller may not see is not even sent.
// A verdict in the same query takes every filter away.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Statement, readStatements } from '../../connectors/sandbox/postgres/statement-journal.ts';
import { runAuditCli } from '../../gateway/audit/command.ts';
import { type RunningGateway, id, procurement, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'steward-'));
  for (const folder of ['schema', 'policies', 'connectors/sources'])
    cpSync(folder, join(root, folder), { recursive: true });
  world = await runGateway({ journal: true, environment: { PROJECT_ROOT: root } });
});
afterAll(async () => {
  await world?.stop();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  world.sandbox.court.clearJournal();
  world.sandbox.procurement.clearJournal();
});

const bansAndListings = `court { listings { caseCode recordStatus } } procurement { bans { documentNumber recordStatus } }
  finance { taxListings { documentNumber recordStatus } }`;
const query = `query ($u: USCC!) { organization(uscc: $u) { ${bansAndListings} } }`;
const withVerdict = `query ($u: USCC!) { organization(uscc: $u) {
  eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome } ${bansAndListings} } }`;

/** Statements that read records while `work` runs. */
async function statementsOf(work: () => Promise<unknown>): Promise<readonly Statement[]> {
  const before = (await readStatements(world.sandbox.postgres!)).length;
  await work();
  return (await readStatements(world.sandbox.postgres!))
    .slice(before)
    .filter(({ text }) => /= any/i.test(text) && !text.includes('gateway.'));
}
const lastIntent = () => world.entries().findLast(({ kind }) => kind === 'intent');
const courtAsked = () => world.sandbox.court.journal().flatMap(({ asked }) => asked);
const bansAsked = () =>
  world.sandbox.procurement.journal().flatMap(({ asked }) => asked.filter(({ name }) => name === 'banList'));

describe('a repaired record', () => {
  test('is not sent to whoever may not see it, over REST, GraphQL and files', async () => {
    const statements = await statementsOf(async () => {
      const answer = await world.ask({ query, variables: { u: id('ban-repaired') } });
      expect(answer.body.errors).toBeUndefined();
      expect(answer.body.data.organization.procurement.bans).toEqual([]);
    });
    expect(courtAsked()).toMatchObject([{ without: ['修复'] }]);
    expect(bansAsked()).toMatchObject([{ without: ['REPAIRED'] }]);
    const unrepaired = {
      field: 'recordStatus',
      test: 'notIn',
      values: ['REPAIRED'],
      orAbsent: true,
    };
    expect(lastIntent().filters).toEqual({
      court: { CourtListing: [unrepaired] },
      procurement: { ProcurementBan: [unrepaired] },
      finance: { TaxListing: [unrepaired] },
    });
    const [finance] = statements.filter(({ text }) => text.includes('"staging"'));
    expect(finance!.text).toContain('"status"::text COLLATE "C" <> ALL(');
    expect(finance!.parameters).toContain('{4}');
  });

  test('is sent where a verdict reads it, and is still not shown', async () => {
    const statements = await statementsOf(async () => {
      const answer = await world.ask({
        query: withVerdict,
        variables: { u: id('ban-repaired') },
        consumer: 'procurement-platform',
        headers: procurement,
      });
      expect(answer.body.data.organization.eligibility.outcome).toBe('CLEAR');
      expect(answer.body.data.organization.procurement.bans).toEqual([]);
    });
    for (const asked of [...courtAsked(), ...bansAsked()]) expect(asked).not.toHaveProperty('without');
    expect(courtAsked()).toHaveLength(1);
    expect(lastIntent()).not.toHaveProperty('filters');
    expect(statements.some(({ text }) => text.includes('<> ALL'))).toBe(false);
  });

  test('is left out by a database, too', async () => {
    const statements = await statementsOf(async () => {
      const answer = await world.ask({
        query: 'query ($p: CitizenId!) { person(citizenId: $p) { hr { sanctions { kind recordStatus } } } }',
        variables: { p: id('sanction-repaired') },
        consumer: 'organisation-dept',
        headers: promotion,
      });
      expect(answer.body.data.person.hr.sanctions).toEqual([]);
    });
    expect(statements.map(({ text }) => text)).toEqual([
      // The control is asked for whatever the condition, or its absence would prove nothing.
      expect.stringContaining(
        'AND (("zt" IS NULL OR "zt"::text COLLATE "C" <> ALL($2::text[])) OR "citizen_id" = ANY($3))',
      ),
    ]);
    expect(statements[0]!.parameters[1]).toBe('{4}');
  });

  test('whoever sees a row of his own region alone asks for it alone', async () => {
    const statements = await statementsOf(async () => {
      await world.ask({
        query: 'query ($p: CitizenId!) { person(citizenId: $p) { hr { posts { title region } } } }',
        variables: { p: id('sanction-repaired') },
        consumer: 'credit-office',
        headers: { 'credit-purpose': 'credit-supervision', 'credit-user': 'example.user' },
      });
    });
    expect(statements).toHaveLength(1);
    expect(statements[0]!.text).toMatch(/"region_code"::text COLLATE "C" LIKE ANY\(/);
    expect(statements[0]!.parameters).toContain('{4202%}');
    expect(lastIntent().filters).toEqual({
      hr: { Post: [{ field: 'region', test: 'within', regions: ['420200'], orAbsent: false }] },
    });
    const told = { text: '' };
    const stdout = { write: (text: string) => ((told.text += text), true) };
    const code = await runAuditCli(
      ['find', '--consumer', 'credit-office', '--directory', world.auditDirectory],
      { env: {}, stdout, stderr: { write: () => true } },
    );
    expect(code).toBe(0);
    expect(told.text).toContain('  filters hr Post.region within 420200\n');
  });
});

test('a record that may not be derived from is met, and the verdict is INDETERMINATE instead of clean', async () => {
  const ask = (text: string) =>
    world.ask({
      query: text,
      variables: { u: id('ban-repaired') },
      consumer: 'procurement-platform',
      headers: procurement,
    });
  const file = join(root, 'policies/access/procurement.cedar');
  const derive = /(@id\("procurement-derive"\)[^;]*resource in RecordType::"ProcurementBan"\s*\));/;
  const before = readFileSync(file, 'utf8');
  expect(before).toMatch(derive);
  writeFileSync(
    file,
    before.replace(
      derive,
      '$1\nunless { context.row has recordStatus && context.row.recordStatus == "REPAIRED" };',
    ),
  );
  const outcome = async () => (await ask(withVerdict)).body.data.organization.eligibility.outcome as string;
  await expect.poll(outcome, { timeout: 5000 }).toBe('INDETERMINATE');
  for (const asked of bansAsked()) expect(asked).not.toHaveProperty('without');
  // Without the verdict the filter is back.
  world.sandbox.procurement.clearJournal();
  await ask(query);
  expect(bansAsked()).toMatchObject([{ without: ['REPAIRED'] }]);
});
