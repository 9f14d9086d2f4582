// Random queries of random callers, held against the naive oracle: fetch everything, ask Cedar about every field of
// every row, mask, and let graphql-js execute the query over what is left. GENERATED_QUERIES sets how many (400),
// GENERATED_SEED where they begin; both are printed with the number of values compared.
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Subject } from '../../connectors/contract.ts';
import type { Manifest } from '../../connectors/manifest.ts';
import type { Call } from '../../connectors/sandbox/agency/agency-server.ts';
import { cast } from '../../connectors/sandbox/generator/cast.ts';
import { citizenIdAt } from '../../connectors/sandbox/generator/identifiers.ts';
import { usccOfIndex } from '../../connectors/sandbox/generator/organisation.ts';
import { readStatements } from '../../connectors/sandbox/postgres/statement-journal.ts';
import { readDefinition } from '../../gateway/gateway.ts';
import { documentLimits } from '../../gateway/graphql-pipeline.ts';
import { exceeded } from '../../gateway/request/document-limits.ts';
import type { PolicySnapshot } from '../../gateway/request/snapshot.ts';
import type { Consumer, Purpose } from '../../policies/engine/consumers.ts';
import type { DecisionSubject } from '../../policies/engine/decision-table.ts';
import type { RecordType } from '../../schema/catalogue.ts';
import { auditTail } from './audit-tail.ts';
import { type Everything, fetchEverything } from './generated-queries-facts.ts';
import {
  type Judge,
  agencyRecords,
  conditionFields,
  expectData,
  judgeFor,
  selectedBy,
} from './generated-queries-oracle.ts';
import { type Pool, drawsOf, writeQuery } from './generated-queries-writer.ts';
import { type Answer, type RunningGateway, NOW, runGateway } from './running-gateway.ts';

const count = Number(process.env['GENERATED_QUERIES'] ?? 400);
const seed = Number(process.env['GENERATED_SEED'] ?? 20261122);

/** Beside the shipped policies: conditions over rows, masks of their own, forbids that meet permits. */
const harder: Readonly<Record<string, string>> = {
  procurement: `
    @id("test-buyers") @says("test")
    permit (principal in Role::"auditing", action == Action::"read", resource in RecordType::"Contract")
    when { context.row has role && context.row.role == "BUYER" };
    @id("test-small") @says("test") @mask("INITIALS")
    permit (principal == Consumer::"public", action == Action::"readMasked", resource == Field::"Contract.title")
    when { context.row has amount && context.row.amount.lessThan(decimal("300000.0")) };
    @id("test-pending") @says("test")
    forbid (principal == Consumer::"subsidy-system", action in [Action::"read", Action::"readMasked"], resource in RecordType::"Contract")
    when { context.row has acceptance && context.row.acceptance == "PENDING" };
    @id("test-points") @says("test")
    forbid (principal in Role::"purchasing", action == Action::"read", resource == Field::"BiddingMisconduct.points")
    unless { context.row has decidedOn && context.row.decidedOn < context.today };`,
  finance: `
    @id("test-creditors") @says("test") @mask("REDACTED")
    permit (principal in Role::"auditing", action == Action::"readMasked", resource in RecordType::"Arrear")
    when { context.row has paidOn || (context.row has kind && context.row.kind == "WAGES") };
    @id("test-arrear-years") @says("test") @mask("YEAR")
    permit (principal, action == Action::"readMasked", resource == Field::"Arrear.dueOn");`,
  hr: `
    @id("test-former-posts") @says("test")
    permit (principal in Role::"auditing", action == Action::"read", resource in RecordType::"Post")
    when { context.userGiven && context.row has to && context.row.to < context.today };
    @id("test-files") @says("test")
    forbid (principal in Role::"personnel", action == Action::"read", resource == Field::"Sanction.documentNumber")
    when { context.row has kind && context.row.kind == "WARNING" };`,
  court: `
    @id("test-ages") @says("test")
    forbid (principal in Role::"personnel", action == Action::"read", resource == Field::"CourtListing.publishedOn")
    when { context.row has ground && context.row.ground == "EVADES" };`,
};

const pool: Pool = {
  organisations: [
    ...cast.filter(({ kind }) => kind === 'organisation').map(({ id }) => id),
    ...Array.from({ length: 25 }, (_, index) => usccOfIndex(64 + index)),
  ],
  persons: [
    ...cast.filter(({ kind }) => kind === 'person').map(({ id }) => id),
    ...Array.from({ length: 10 }, (_, index) => citizenIdAt(40 + index)),
  ],
};

let world: RunningGateway;
let root: string;
let snapshot: PolicySnapshot;
let manifests: readonly Manifest[];
let everything: Everything;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'generated-'));
  for (const folder of ['schema', 'policies', 'connectors/sources'])
    cpSync(folder, join(root, folder), { recursive: true });
  for (const [source, text] of Object.entries(harder))
    appendFileSync(join(root, 'policies', 'access', `${source}.cedar`), text);
  world = await runGateway({ journal: true, environment: { PROJECT_ROOT: root } });
  const environment = { ...world.sandbox.environment };
  ({ snapshot, manifests } = await readDefinition(root, environment));
  const subjects: Subject[] = [
    ...pool.organisations.map((id): Subject => ({ kind: 'Organization', id })),
    ...pool.persons.map((id): Subject => ({ kind: 'Person', id })),
  ];
  everything = await fetchEverything(snapshot, manifests, environment.DATABASE_URL, subjects, () => NOW);
});
afterAll(async () => {
  await world?.stop();
  rmSync(root, { recursive: true, force: true });
});

interface Asker extends DecisionSubject {
  readonly consumer: Consumer;
  readonly purpose: Purpose;
  readonly judge: Judge;
  readonly token: string | undefined;
}

async function everyAsker(): Promise<Asker[]> {
  const { consumers, purposes } = snapshot.policies.policySet.consumers;
  const askers: Asker[] = [];
  for (const consumer of consumers.values()) {
    const token = consumer.name === 'public' ? undefined : await world.token(consumer.name);
    for (const name of consumer.purposes) {
      const purpose = purposes.get(name)!;
      // Subjects themselves may ask about nobody but themselves: story 19.
      if (purpose.ownSubjectOnly || purpose.subjects.length === 0) continue;
      for (const caseGiven of purpose.caseRequired ? [true] : [true, false]) {
        for (const userGiven of purpose.userRequired ? [true] : [true, false]) {
          const subject = { consumer, purpose, caseGiven, userGiven };
          askers.push({ ...subject, token, judge: judgeFor(snapshot, subject, `asker-${askers.length}`) });
        }
      }
    }
  }
  return askers;
}

const headersOf = ({ purpose, caseGiven, userGiven, token }: Asker, run: number): Record<string, string> => ({
  'credit-purpose': purpose.name,
  ...(caseGiven ? { 'credit-case': `GEN-${run}` } : {}),
  ...(userGiven ? { 'credit-user': 'example.user' } : {}),
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
});

const leaves = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, entry) => sum + leaves(entry), 0)
    : 1;

test(`the gateway and the oracle agree on ${count} generated queries`, async () => {
  const { schema } = snapshot.catalogue;
  const askers = await everyAsker();
  const mayLeave = new Map<string, Set<string>>();
  const tally = { queries: 0, values: 0, denied: 0, refused: 0, withheld: 0, rows: 0 };
  world.sandbox.court.clearJournal();
  const newEntries = auditTail(world.auditDirectory);
  const statementsBefore = (await readStatements(world.sandbox.postgres!)).length;
  for (let run = 0; tally.queries < count; run += 1) {
    const draw = drawsOf(seed + run);
    const asker = draw.pick(askers);
    const written = writeQuery(draw, schema, pool, asker.purpose);
    const document = parse(written.query);
    if (exceeded(document, documentLimits) !== undefined || (document.loc?.endToken.end ?? 0) > 4000)
      continue;
    expect(
      validate(schema, document).map(({ message }) => message),
      written.query,
    ).toEqual([]);
    tally.queries += 1;
    const about = `seed ${seed + run}, ${asker.consumer.name} for ${asker.purpose.name}\n${written.query}\n${JSON.stringify(written.variables)}`;
    const selected = await selectedBy(schema, document, written.variables, snapshot);
    world.sandbox.court.clearJournal();
    world.sandbox.procurement.clearJournal();
    const answer = await world.post(JSON.stringify(written), headersOf(asker, run));
    const calls = [...world.sandbox.court.journal(), ...world.sandbox.procurement.journal()];

    const kinds = (['Organization', 'Person'] as const).filter((kind) => {
      const one = kind === 'Organization' ? 'organization' : 'person';
      return selected.coordinates.has(`Query.${one}`) || selected.coordinates.has(`Query.${one}s`);
    });
    if (kinds.some((kind) => !asker.purpose.subjects.includes(kind))) {
      expect([answer.status, answer.body.errors?.[0]?.extensions.code], about).toEqual([
        403,
        'SUBJECT_NOT_PERMITTED',
      ]);
      expect(answer.body.data ?? null, about).toBeNull();
      expect(calls, about).toEqual([]);
      tally.refused += 1;
      continue;
    }
    expect(answer.body.errors, about).toBeUndefined();
    const request = answer.body.extensions?.request;
    const intent = newEntries().find((entry) => entry.kind === 'intent' && entry.request === request);
    const expected = await expectData(
      ...([snapshot, everything, asker.judge, selected, document, written.variables] as const),
    );
    expect(JSON.stringify(answer.body.data), about).toBe(JSON.stringify(expected));
    tally.values += leaves(expected);
    compareWithheld(answer, asker, selected.coordinates, about, tally);
    compareColumns(asker, selected.coordinates, intent, calls, mayLeave, about);
  }
  const statements = (await readStatements(world.sandbox.postgres!)).slice(statementsBefore);
  tally.rows = compareStatements(
    statements.map(({ text }) => text),
    mayLeave,
  );
  process.stdout.write(`generated queries, seed ${seed}: ${JSON.stringify(tally)}\n`);
  expect(tally.values).toBeGreaterThan(count * 5);
  expect(tally.denied).toBeGreaterThan(count / 4);
}, 600_000);

/** Every denied coordinate that is selected is listed, and nothing that may be seen is. */
function compareWithheld(
  { body }: Answer,
  { judge }: Asker,
  selected: ReadonlySet<string>,
  about: string,
  tally: { denied: number; withheld: number },
): void {
  const listed = new Map(body.extensions?.withheld?.map((entry) => [entry.coordinate, entry.outcome]));
  const { records } = snapshot.catalogue;
  const known = [...selected].flatMap((coordinate) => {
    const [type, field] = coordinate.split('.') as [string, string];
    const record = records.get(type);
    return record === undefined ? [] : [{ coordinate, type, field, record }];
  });
  const isDenied = ({ record, field }: { record: RecordType; field: string }): boolean =>
    !judge.ever(record, field);
  // What hangs below a denied field is not reached.
  const lists: Readonly<Record<string, readonly string[]>> = {
    Finding: ['findings'],
    Evidence: ['evidence'],
    Rule: ['rules', 'notAssessed'],
  };
  const reached = known.filter(({ type }) =>
    (lists[type] ?? ['']).some(
      (field) =>
        field === '' || (selected.has(`Verdict.${field}`) && judge.ever(records.get('Verdict')!, field)),
    ),
  );
  const denied = reached.filter(isDenied).map(({ coordinate }) => coordinate);
  tally.denied += denied.length;
  tally.withheld += listed.size;
  for (const coordinate of denied) expect(listed.get(coordinate), `${coordinate}\n${about}`).toBe('DENIED');
  // Findings cite records, so that their coordinates may be listed without being selected.
  if (selected.has('Verdict.findings')) return;
  const allowedToBe = new Set(known.map(({ coordinate }) => coordinate));
  for (const [coordinate, outcome] of listed) {
    expect(allowedToBe.has(coordinate), `${coordinate} was not selected\n${about}`).toBe(true);
    expect(outcome === 'DENIED', `${coordinate} ${outcome}\n${about}`).toBe(denied.includes(coordinate));
  }
}

/** Agencies get columns that are shown, feed a verdict, or decide about rows; and nothing about anything else. */
function compareColumns(
  { judge }: Asker,
  selected: ReadonlySet<string>,
  intent: any,
  calls: readonly Call[],
  mayLeave: Map<string, Set<string>>,
  about: string,
): void {
  const { rulebook } = snapshot.policies;
  const columns = new Set<string>();
  for (const record of agencyRecords(snapshot)) {
    const shown = [...record.fields.keys()].filter(
      (field) => selected.has(`${record.name}.${field}`) && judge.ever(record, field),
    );
    const visible = [...record.fields.keys()].some((field) => judge.ever(record, field));
    const verdicts = [...rulebook.scenes.values()]
      .flatMap(({ subjects }) => [...subjects])
      .filter(
        ([kind]) =>
          selected.has(`${kind}.eligibility`) && [...selected].some((name) => name.startsWith('Verdict.')),
      );
    const reads = verdicts.flatMap(([, { rules }]) =>
      rules.filter(({ recordType }) => recordType === record).flatMap((rule) => [...rule.reads]),
    );
    const derived = reads.every((field) => judge.mayDerive(record, field, {})) ? reads : [];
    const conditions = visible || derived.length > 0 ? [...conditionFields(snapshot, record)] : [];
    const allowed = new Set([...shown, ...derived, ...conditions]);
    const fetched: readonly string[] = intent?.fetches?.[record.source]?.[record.name] ?? [];
    for (const field of fetched)
      expect(allowed.has(field), `${record.name}.${field} was fetched\n${about}`).toBe(true);
    const mapping = manifests.find(({ source }) => source === record.source)!.records.get(record.name)!;
    const keys = [...mapping.subjects.values()].map(({ column }) => column);
    const names = [...[...allowed].map((field) => mapping.fields.get(field)!.column), ...keys];
    if (fetched.length > 0 || visible || derived.length > 0) names.forEach((name) => columns.add(name));
    const ever = mayLeave.get(record.source) ?? new Set<string>();
    mayLeave.set(record.source, ever);
    names.forEach((name) => ever.add(name));
  }
  for (const { asked } of calls) {
    for (const { name, columns: received } of asked)
      for (const column of received)
        expect(columns.has(column), `${name}.${column} was received\n${about}`).toBe(true);
  }
}

/** The subjects' keys in a staged delivery. */
const stagedKeys: readonly (string | undefined)[] = [' key0', ' key1'];

/** What PostgreSQL executed names no column that no query of the run might have asked for. */
function compareStatements(
  texts: readonly string[],
  mayLeave: ReadonlyMap<string, ReadonlySet<string>>,
): number {
  let branches = 0;
  for (const text of texts) {
    for (const branch of text.split(' UNION ALL ')) {
      const table = /^SELECT (.*) FROM "(registry|hr|staging)"\."(\w+)"/s.exec(branch);
      if (table === null) continue;
      branches += 1;
      const source = table[2] === 'staging' ? table[3]!.split('_')[0]! : table[2]!;
      for (const [, column] of table[1]!.matchAll(/"([^"]+)"/g))
        expect(stagedKeys.includes(column) || mayLeave.get(source)!.has(column!), branch).toBe(true);
    }
  }
  expect(branches).toBeGreaterThan(0);
  return branches;
}
