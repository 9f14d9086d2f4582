// The model: agencies are generated, of whom the truth is known, and asked over every transport. Never CLEAR where there
// is a record, over any seed; and where nothing is broken nearly everybody without a record is CLEAR.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RecordRow, type SourceAnswer, type Subject, gapFor } from '../../connectors/contract.ts';
import { type Postgres, startPostgres } from '../../connectors/sandbox/postgres/postgres.ts';
import { type VerdictOutcome, judge } from '../../gateway/verdict/judge.ts';
import { loadPolicies } from '../../policies/engine/load-policies.ts';
import type { Rulebook } from '../../policies/engine/rulebook.ts';
import { shippedCatalogue } from '../policies/engine/cedar-oracle.ts';
import { type Bench, ask, openProbe, said } from './bench.ts';
import { startFileBench } from './file-bench.ts';
import { type DataFault, type Fault, dataFaults, generateAgency, wireFaults } from './generated-agency.ts';
import { startGraphqlBench } from './graphql-bench.ts';
import { startHttpBench } from './http-bench.ts';
import { mariadbUrl, startMysqlBench } from './mysql-bench.ts';
import { startSoapBench } from './soap-bench.ts';
import { startSqlBench } from './sql-bench.ts';

/** Another world at every run; NEVER_CLEAR_SEED brings one back. */
const base = Number(process.env['NEVER_CLEAR_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = 3;
const faults: readonly Fault[] = [...dataFaults, ...wireFaults];

let embedded: Postgres;
let directory: string;
let rulebook: Rulebook;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'never-clear-'));
  embedded = await startPostgres({ directory, port: 0 });
  rulebook = (await loadPolicies('policies', shippedCatalogue())).policies!.rulebook;
});
afterAll(async () => {
  await embedded.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A record as a bar of the court; what the probe holds stands for it. */
const bar: RecordRow = {
  caseCode: 'x',
  recordStatus: 'EFFECTIVE',
  ground: 'EVADES',
  publishedOn: '2026-03-01',
  deletedOn: null,
  extensionMonths: null,
};

/** What the shipped rules make of it, all other sources being well. */
function verdictOf(answer: SourceAnswer, { id, kind }: Subject): VerdictOutcome {
  const scene = kind === 'Organization' ? 'GOVERNMENT_PROCUREMENT' : 'PROCUREMENT_EXPERT';
  const { subjects } = rulebook.scenes.get(scene)!;
  const rules = [...subjects.values()][0]!;
  // The record the probe stands for: one that bars in this scene.
  const judged = kind === 'Organization' ? 'CourtListing' : 'ExpertMisconduct';
  const evidence = rules.recordTypes.map((recordType) => {
    const well = { recordType, asOf: '2026-11-22T00:00:00Z' };
    if (recordType.name === 'RegistryEntry')
      return { ...well, state: 'OK' as const, rows: [{ status: 'ACTIVE', establishedOn: '2000-01-01' }] };
    if (recordType.name === 'ExpertEntry')
      return { ...well, state: 'OK' as const, rows: [{ selectedOn: '2000-01-01', dismissedOn: null }] };
    if (recordType.name !== judged) return { ...well, state: 'OK' as const, rows: [] };
    const known = answer.invalidSubjects.has(id) ? ('INVALID' as const) : answer.state;
    const rowsOf = (all: SourceAnswer['rows'] | undefined): RecordRow[] =>
      (all?.get('Listing')?.get(id) ?? []).map(() => (kind === 'Organization' ? bar : expertBar));
    const gap = gapFor(answer.gaps, 'Listing', id);
    return {
      ...{ ...well, state: known, rows: rowsOf(answer.rows), candidates: rowsOf(answer.candidates) },
      ...(gap === undefined ? {} : { gap }),
    };
  });
  const profile = rulebook.jurisdictions.profileOf(undefined);
  return judge(rules, evidence, { asOf: '2026-11-22', today: '2026-11-22', place: undefined, profile })
    .outcome;
}
const expertBar: RecordRow = {
  ...{ documentNumber: 'x', kind: 'BRIBERY', measure: 'BANNED', recordStatus: 'EFFECTIVE' },
  ...{ decidedOn: '2026-03-01', from: '2026-03-01', to: null },
};

const benches: [string, () => Promise<Bench>][] = [
  ['http', startHttpBench],
  ['soap', () => startSoapBench('1.1', 10)],
  ['graphql', startGraphqlBench],
  ['csv', () => startFileBench(embedded.url('postgres'), 'csv')],
  ['jsonl', () => startFileBench(embedded.url('postgres'), 'jsonl')],
  ['xlsx', () => startFileBench(embedded.url('postgres'), 'xlsx')],
  ['fixed width', () => startFileBench(embedded.url('postgres'), 'fixed width')],
  ['postgresql', () => startSqlBench('sql', embedded.url('postgres'))],
];
const mariadb = mariadbUrl;
if (mariadb !== undefined) benches.push(['mariadb', () => startMysqlBench(mariadb)]);

describe.each(benches)('over %s', (title, start) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await start();
  });
  afterAll(() => bench.stop());

  /** Asks about everybody; `wire`: what happens to the connection after the source was opened. */
  async function outcomesOf(seed: number, fault: Fault) {
    const agency = generateAgency(seed, fault);
    await bench.hold({ listings: agency.rows, awards: [] });
    const probe = await openProbe(bench, { control: agency.control, deadline: '5s' });
    try {
      if ((wireFaults as readonly string[]).includes(fault)) await bench.setFault(fault as 'down');
      const answer = await ask(probe, agency.subjects, { Listing: ['number', 'day', 'status'] });
      return agency.subjects.map((subject) => ({
        barred: agency.barred.has(subject.id),
        kind: subject.kind,
        outcome: verdictOf(answer, subject),
        state: `${answer.state} ${JSON.stringify(answer.failure?.detail ?? answer.gaps?.map(({ reason }) => reason))}`,
      }));
    } finally {
      await probe.close();
      await bench.setFault('none');
      said.length = 0;
    }
  }

  test.each(faults)('never CLEAR where there is a record: %s', async (fault) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const seed = (base + round * 7919 + faults.indexOf(fault) * 104_651) % 2 ** 31;
      const cleared = (await outcomesOf(seed, fault)).filter(
        ({ barred, outcome }) => barred && outcome === 'CLEAR',
      );
      expect(cleared, `${title}, ${fault}, NEVER_CLEAR_SEED=${seed}`).toEqual([]);
    }
  });

  test('nearly everybody without a record is CLEAR where nothing is broken', async () => {
    const found = [];
    for (let round = 0; round < 2 * ROUNDS; round += 1)
      found.push(...(await outcomesOf((base + round * 104_729) % 2 ** 31, 'none' satisfies DataFault)));
    const clean = found.filter(({ barred }) => !barred);
    const clear = clean.filter(({ outcome }) => outcome === 'CLEAR').length;
    const others = clean.filter(({ outcome }) => outcome !== 'CLEAR').slice(0, 3);
    expect(
      clear / clean.length,
      `${title}, NEVER_CLEAR_SEED=${base}: ${JSON.stringify(others)}`,
    ).toBeGreaterThanOrEqual(0.99);
    // And of whom there is a record, it bars.
    expect(new Set(found.filter(({ barred }) => barred).map(({ outcome }) => outcome))).toEqual(
      new Set(['BARRED']),
    );
  });
});
