// A delivery whose keys came out of a spreadsheet: what can be repaired with certainty is, what cannot acquits nobody, and
// the agency, the operator and the caller are told.
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { castMember } from '../../connectors/sandbox/generator/cast.ts';
import { type FinanceRow, financeRows } from '../../connectors/sandbox/generator/finance-records.ts';
import { listDeliveries } from '../../connectors/file/register.ts';
import { TODAY, type RunningGateway, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let database: pg.Pool;
beforeAll(async () => {
  world = await runGateway();
  database = new pg.Pool({ connectionString: world.environment['DATABASE_URL'], max: 1 });
  database.on('error', () => undefined);
});
afterAll(async () => {
  await database.end();
  await world.stop();
});

const id = (key: string): string => castMember(key).id;
const listings = (): FinanceRow[] => [
  ...financeRows({ seed: 1, organisations: 2_000, persons: 300, today: TODAY }, 'tax-listings'),
];
const query = `query ($usccs: [SubjectCode!]!) { organizations(usccs: $usccs) { ... on Organization {
  uscc finance { state } eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome reasons } } } }`;

async function verdicts() {
  const usccs = ['clean-firm', 'tax-listed', 'banned-firm'].map(id);
  const { body } = await world.ask({
    query,
    variables: { usccs },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  return body.data.organizations.map((one: any) => one.eligibility);
}

/** Delivers tax listings with their keys written anew, and waits until they are in use. */
async function deliver(sequence: number, write: (uscc: string) => string): Promise<void> {
  const rows = listings().map((row) => ({ ...row, uscc: write(String(row['uscc'])) }));
  await world.sandbox.deliver({ file: 'tax-listings', date: TODAY, sequence, rows });
  await vi.waitFor(
    async () => {
      const found = (await listDeliveries(database)).find(
        ({ record, state }) => record === 'TaxListing' && state === 'active',
      );
      expect(found?.file).toContain(`-0${sequence}.`);
    },
    { timeout: 20_000, interval: 100 },
  );
  // The other look of the same gateway follows within its interval.
  await vi.waitFor(async () => expect((await status()).rows).toBe(rows.length), { timeout: 20_000 });
}

async function status() {
  const answer = await fetch(`${world.gateway.adminUrl}/status`, { headers: { accept: 'application/json' } });
  const { sources } = await answer.json();
  return sources
    .find(({ name }: any) => name === 'finance')
    .keys.find(({ record }: any) => record === 'TaxListing');
}

test('an apostrophe in front of every code changes nothing', async () => {
  const before = await verdicts();
  expect(before.map(({ outcome }: any) => outcome)).toEqual(['CLEAR', 'BARRED', 'BARRED']);
  await deliver(2, (uscc) => `'${uscc}`);
  expect(await verdicts()).toEqual(before);
  expect(await status()).toMatchObject({ unusable: {}, gaps: [] });
});

test('a code of seventeen places may be anybody’s: nobody is clear by it, and what is known stands', async () => {
  await deliver(3, (uscc) => (uscc === id('tax-listed') ? uscc.slice(0, 17) : uscc));
  const [clean, listed, banned] = await verdicts();
  expect(clean.outcome).toBe('INDETERMINATE');
  expect(clean.reasons).toEqual([
    expect.stringContaining('finance/TaxListing INCOMPLETE: it has records whose key is nobody'),
  ]);
  expect(listed.outcome).toBe('INDETERMINATE');
  expect(banned.outcome).toBe('BARRED');
  expect(await status()).toMatchObject({ unusable: { LENGTH: 1 }, gaps: ['UNUSABLE_KEYS'] });
  const metrics = await (await fetch(`${world.gateway.adminUrl}/metrics`)).text();
  expect(metrics).toContain('credit_source_key_rows{source="finance",record="TaxListing",key="unusable"} 1');
  expect(metrics).toContain('credit_source_incomplete{source="finance",record="TaxListing"} 1');
});

test('and is well again when it is delivered right', async () => {
  await deliver(4, (uscc) => uscc);
  expect((await verdicts()).map(({ outcome }: any) => outcome)).toEqual(['CLEAR', 'BARRED', 'BARRED']);
});
