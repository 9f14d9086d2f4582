import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connector, SourceAnswer, Subject } from '../../../connectors/contract.ts';
import { loadManifests, type Manifest } from '../../../connectors/manifest.ts';
import { openConnectors } from '../../../connectors/open.ts';
import { startSandbox, type Sandbox } from '../../../connectors/sandbox/agencies.ts';
import {
  agentEntriesOf,
  agentMisconductOf,
  expertEntriesOf,
  expertMisconductOf,
  pointsOf,
} from '../../../connectors/sandbox/generator/bidding-records.ts';
import { cast, castMember } from '../../../connectors/sandbox/generator/cast.ts';
import { organisationListings } from '../../../connectors/sandbox/generator/court-listings.ts';
import { financeRowsOf } from '../../../connectors/sandbox/generator/finance-records.ts';
import { hrRowsOf } from '../../../connectors/sandbox/generator/hr-records.ts';
import { investmentRowsOf } from '../../../connectors/sandbox/generator/investment-records.ts';
import { citizenIdAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { usccOfIndex } from '../../../connectors/sandbox/generator/organisation.ts';
import {
  bansOf,
  contractsOf,
  misconductOf,
} from '../../../connectors/sandbox/generator/procurement-records.ts';
import type { World } from '../../../connectors/sandbox/generator/world.ts';
import { type KeyCensus, unwatched } from '../../../connectors/watch.ts';
import type { PermittedFields } from '../../../policies/engine/permitted.ts';
import { loadCatalogue } from '../../../schema/catalogue.ts';

// The shipped manifests and the real connectors over the running agencies: what one of them changes without the
// other is found here.
const NOW = new Date('2026-11-22T08:00:00Z');
const world: World = { seed: 1, organisations: 2_000, persons: 300, today: '2026-11-22' };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let root: string;
let sandbox: Sandbox;
let manifests: readonly Manifest[];
let connectors: ReadonlyMap<string, Connector>;
const censuses: KeyCensus[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  chmodSync(root, 0o755);
  sandbox = await startSandbox(
    {
      world,
      directory: root,
      ports: { court: 0, procurement: 0, utilities: 0, bidding: 0, postgres: 0 },
      journal: false,
    },
    { now: () => NOW, onProgress: () => undefined },
  );
  const loaded = loadManifests({
    directory: 'connectors/sources',
    catalogue: loadCatalogue('schema').catalogue!,
    environment: { ...sandbox.environment },
  });
  expect(loaded.problems).toEqual([]);
  manifests = loaded.manifests;
  connectors = await openConnectors({
    manifests,
    stagingUrl: sandbox.environment.DATABASE_URL,
    clock: () => NOW,
    log: quiet,
    watch: { ...unwatched, keysCounted: (census) => void censuses.push(census) },
  });
});
afterAll(async () => {
  await Promise.all([...(connectors?.values() ?? [])].map((one) => one.close()));
  await sandbox?.stop();
  rmSync(root, { recursive: true, force: true });
});

function fetchAll(source: string, subjects: readonly Subject[]): Promise<SourceAnswer> {
  const manifest = manifests.find((one) => one.source === source)!;
  const steps = [...manifest.records.values()].map((record) => ({
    record: record.record,
    fields: [...record.fields.keys()] as unknown as PermittedFields,
  }));
  return connectors.get(source)!.fetch({ subjects, steps }, new AbortController().signal);
}

const organisations = (from: number, to: number): Subject[] =>
  Array.from({ length: to - from }, (_, at) => ({ kind: 'Organization', id: usccOfIndex(from + at) }));
const persons = (from: number, to: number): Subject[] =>
  Array.from({ length: to - from }, (_, at) => ({ kind: 'Person', id: citizenIdAt(from + at) }));
const rowsOf = (answer: SourceAnswer, record: string, id: string): number =>
  answer.rows.get(record)?.get(id)?.length ?? 0;

test('every row of the databases is somebody’s, and says so', () => {
  // The office's orders are the gateway's own, and there is no gateway here.
  const databases = manifests.filter(
    ({ transport, source }) => transport === 'sql' && source !== 'supervision',
  );
  const wanted = databases.flatMap(({ source, records }) =>
    [...records.keys()].map((record) => [source, record]),
  );
  expect(wanted.length).toBeGreaterThan(8);
  for (const [source, record] of wanted) {
    const census = censuses.findLast((one) => one.source === source && one.record === record);
    expect(census, `${source}.${record}`).toMatchObject({ masked: 0, unusable: {}, gaps: [] });
    expect(census!.rows).toBeGreaterThan(0);
  }
});

/** Every record the generator makes for an organisation, by source and record type. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, (index: number) => readonly unknown[]>>>> = {
  bidding: {
    PointEvent: (index) => pointsOf(world, index),
    AgentEntry: (index) => agentEntriesOf(world, index),
    AgentMisconduct: (index) => agentMisconductOf(world, index),
  },
  court: { CourtListing: (index) => organisationListings(world, index) },
  procurement: {
    ProcurementBan: (index) => bansOf(world, index),
    BiddingMisconduct: (index) => misconductOf(world, index),
    Contract: (index) => contractsOf(world, index),
  },
  investment: {
    Project: (index) => investmentRowsOf(world, 'projects', index),
    ProjectResponsibility: (index) => investmentRowsOf(world, 'responsibilities', index),
    PppBreach: (index) => investmentRowsOf(world, 'breaches', index),
    Commitment: (index) => investmentRowsOf(world, 'commitments', index),
  },
  finance: {
    DebtPosition: (index) => financeRowsOf(world, 'debt', index),
    Arrear: (index) => financeRowsOf(world, 'arrears', index),
    Subsidy: (index) => financeRowsOf(world, 'subsidies', index),
    TaxListing: (index) => financeRowsOf(world, 'tax-listings', index),
  },
};

describe.each(Object.keys(EXPECTED))('%s', (source) => {
  test('every record of every organisation arrives, readable and with its own subject', async () => {
    for (let from = 0; from < world.organisations; from += 100) {
      const subjects = organisations(from, from + 100);
      const answer = await fetchAll(source, subjects);
      expect([answer.state, answer.failure, [...answer.invalidSubjects]]).toEqual(['OK', undefined, []]);
      for (const [record, recordsOf] of Object.entries(EXPECTED[source]!)) {
        const found = subjects.map(({ id }) => rowsOf(answer, record, id));
        expect(found).toEqual(subjects.map((_, at) => recordsOf(from + at).length));
      }
    }
  });
});

test('the registry has an entry for each organisation but one', async () => {
  const answer = await fetchAll('registry', organisations(0, 100));
  expect([answer.state, [...answer.invalidSubjects]]).toEqual(['OK', []]);
  const missing = organisations(0, 100).filter(({ id }) => rowsOf(answer, 'RegistryEntry', id) !== 1);
  expect(missing.map(({ id }) => id)).toEqual([castMember('unregistered-firm').id]);
});

test('the commission knows who answers for a project by person, too', async () => {
  const subjects = (['ppp-then', 'ppp-now', 'clean-official'] as const).map((key): Subject => ({
    kind: 'Person',
    id: castMember(key).id,
  }));
  const answer = await fetchAll('investment', subjects);
  expect([answer.state, [...answer.invalidSubjects]]).toEqual(['OK', []]);
  expect(subjects.map(({ id }) => rowsOf(answer, 'ProjectResponsibility', id))).toEqual([1, 1, 0]);
});

test('the trading office answers about everybody', async () => {
  const subjects = persons(0, world.persons);
  const answer = await fetchAll('bidding', subjects);
  expect([answer.state, [...answer.invalidSubjects]]).toEqual(['OK', []]);
  for (const [at, { id }] of subjects.entries()) {
    expect(rowsOf(answer, 'ExpertEntry', id)).toBe(expertEntriesOf(world, at).length);
    expect(rowsOf(answer, 'ExpertMisconduct', id)).toBe(expertMisconductOf(world, at).length);
  }
  expect(subjects.some(({ id }) => rowsOf(answer, 'ExpertMisconduct', id) > 0)).toBe(true);
});

test('the personnel department answers about everybody', async () => {
  const subjects = persons(0, world.persons);
  const answer = await fetchAll('hr', subjects);
  expect([answer.state, [...answer.invalidSubjects]]).toEqual(['OK', []]);
  for (const [at, { id }] of subjects.entries()) {
    expect(rowsOf(answer, 'Officer', id)).toBe(hrRowsOf(world, 'officer', at).length);
    expect(rowsOf(answer, 'Post', id)).toBe(hrRowsOf(world, 'post', at).length);
    expect(rowsOf(answer, 'IntegrityRecord', id)).toBe(hrRowsOf(world, 'integrity_record', at).length);
    expect(rowsOf(answer, 'Sanction', id)).toBe(hrRowsOf(world, 'sanction', at).length);
  }
});

test('thirty organisations are one call to the court and one to procurement', async () => {
  sandbox.court.clearJournal();
  sandbox.procurement.clearJournal();
  const subjects = cast
    .filter(({ kind }) => kind === 'organisation')
    .map(({ id }): Subject => ({ kind: 'Organization', id }))
    .concat(organisations(100, 109))
    .slice(0, 30);
  expect(subjects).toHaveLength(30);
  await Promise.all([fetchAll('court', subjects), fetchAll('procurement', subjects)]);
  expect(sandbox.court.journal()).toHaveLength(1);
  expect(sandbox.procurement.journal()).toHaveLength(1);
});
