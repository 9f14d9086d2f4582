// A steward changes who sees a column: the matrix diff names it, the impact run says whom it touches, and it is live
// without a restart. On the way, callers ask the gateway why.
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateDocuments } from '../../gateway/documentation/generate.ts';
import { runImpact } from '../../gateway/explain/impact-command.ts';
import { ran } from '../gateway/explain/command-io.ts';
import { type RunningGateway, id, operation, procurement, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let root: string;
let proposed: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'steward-'));
  for (const folder of ['schema', 'policies', 'connectors/sources', 'docs'])
    cpSync(folder, join(root, folder), { recursive: true });
  // The public holds a second purpose, so that it knows of a field that its first one withholds.
  const consumers = join(root, 'policies/consumers.yaml');
  const held = readFileSync(consumers, 'utf8');
  writeFileSync(
    consumers,
    held
      .replace('[public-information]', '[public-information, court-notice]')
      // This one may name only what it may use, so that a right that goes makes its documents invalid.
      .replace(/(procurement-platform:[\s\S]*?purposes: \[[^\]]+\])/, '$1\n    names: own'),
  );
  appendFileSync(join(root, 'policies/purposes.yaml'), courtNotice);
  appendFileSync(join(root, 'policies/access/registry.cedar'), representativeForNotices);
  proposed = join(root, 'proposed');
  cpSync(join(root, 'policies'), proposed, { recursive: true });
  world = await runGateway({ environment: { PROJECT_ROOT: root } });
  await ask('procurement-platform', procurement, bids.query, bids.variables);
  await ask('procurement-platform', procurement, representative, { u: id('clean-firm') });
  await ask(undefined, {}, representative, { u: id('clean-firm') });
  const check = operation('promotion-check');
  await ask('organisation-dept', promotion, check.query, check.variables);
});
afterAll(async () => {
  await world?.stop();
  rmSync(root, { recursive: true, force: true });
});

const courtNotice = `  court-notice:
    title: { en: Service of a court notice, zh: 送达 }
    legalBasis: test
    caseRequired: false
    userRequired: false
    subjects: [Organization]
    traceRetention: P1Y
`;
const representativeForNotices = `
@id("test-notices") @says("test")
permit (principal == Consumer::"public", action == Action::"read", resource == Field::"RegistryEntry.legalRepresentative")
when { context.purpose == Purpose::"court-notice" };
`;

const bids = operation('bid-opening');
const representative =
  'query Firm($u: USCC!) { organization(uscc: $u) { uscc registry { entry { legalRepresentative name } } } }';

async function ask(
  consumer: string | undefined,
  headers: Readonly<Record<string, string>>,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
) {
  const answer = await world.ask({
    query,
    variables,
    headers,
    ...(consumer === undefined ? {} : { consumer }),
  });
  expect(answer.body.errors).toBeUndefined();
  return answer.body.data;
}
function propose(file: string, change: (text: string) => string): void {
  const path = join(proposed, file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}
const impact = async (...argv: readonly string[]) => {
  const outcome = await ran(runImpact, [
    ...['--policies', proposed, '--audit-directory', world.auditDirectory, '--root', root, '--json'],
    ...argv,
  ]);
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  return JSON.parse(outcome.stdout);
};
const matrixOf = async (project: string): Promise<string[]> => {
  const { files, problems } = await generateDocuments(project);
  expect(problems).toEqual([]);
  return files.find(({ path }) => path === 'docs/access-matrix.md')!.text.split('\n');
};

const explain = (coordinate: string) =>
  `{ viewer { explain(coordinate: "${coordinate}") { outcome needed decision { coordinate outcome mask reason policies says } } } }`;

test('a caller asks why, and is told the policy, its sentence and what would be needed', async () => {
  const { viewer } = await ask(
    'procurement-platform',
    procurement,
    explain('RegistryEntry.legalRepresentative'),
  );
  expect(viewer.explain).toEqual({
    outcome: 'mask(INITIALS)',
    needed: [expect.stringContaining('purpose credit-supervision (held: no)')],
    decision: {
      coordinate: 'RegistryEntry.legalRepresentative',
      outcome: 'MASKED',
      mask: 'INITIALS',
      reason: null,
      policies: ['registry-representative-purchasing'],
      says: [
        'A purchaser compares the representative with the bid: first character only. 采购核对仅显示姓氏。',
      ],
    },
  });
});

test('what a caller may never see and what does not exist are explained alike: not at all', async () => {
  const answers = [];
  for (const coordinate of ['Sanction.kind', 'CourtListing.duty', 'Nothing.atAll', '', '__proto__']) {
    answers.push(await ask(undefined, {}, explain(coordinate)));
  }
  expect(answers).toEqual(answers.map(() => ({ viewer: { explain: null } })));
});

test('a changed column: one line of the matrix, one line of impact, and live without a restart', async () => {
  const before = await matrixOf(root);
  expect(await impact()).toMatchObject({ replayed: 4 + 1 + 5, affected: 0, refused: [], changes: [] });

  propose('access/registry.cedar', (text) =>
    text.replace(
      'action == Action::"readMasked",\n  resource == Field::"RegistryEntry.legalRepresentative"',
      'action == Action::"read",\n  resource == Field::"RegistryEntry.legalRepresentative"',
    ),
  );
  expect(await impact()).toMatchObject({
    affected: 2,
    refused: [],
    changes: [
      {
        consumer: 'procurement-platform',
        purpose: 'government-procurement',
        coordinate: 'RegistryEntry.legalRepresentative',
        use: 'shown',
        before: 'mask(INITIALS)',
        after: 'allow',
        effect: 'WIDER',
        requests: 2,
      },
    ],
  });

  const look = async () =>
    (await ask('procurement-platform', procurement, representative, { u: id('clean-firm') })).organization
      .registry.entry.legalRepresentative as string;
  expect(await look()).toMatch(/^.\*\*$/);
  cpSync(proposed, join(root, 'policies'), { recursive: true });
  await expect.poll(look, { timeout: 5000 }).not.toMatch(/\*/);

  const after = await matrixOf(root);
  expect(after.length).toBe(before.length);
  const changed = after.filter((line, index) => line !== before[index]);
  expect(changed).toEqual([expect.stringMatching(/^\| `RegistryEntry\.legalRepresentative` \| allow \| /)]);
});

test('what would be denied, opened, conditional, or no longer fit for a verdict', async () => {
  propose('access/court.cedar', (text) =>
    text
      .replace(
        'when { resource.sharing == "UNCONDITIONAL" };',
        'when { resource.sharing == "UNCONDITIONAL" && resource != Field::"CourtListing.caseCode" };',
      )
      .replace(
        'when { resource.personal == false };',
        'when { resource.personal == false && resource != Field::"CourtListing.caseCode" };',
      )
      .replace(
        'principal in Role::"government-body",\n  action == Action::"derive"',
        'principal in Role::"personnel",\n  action == Action::"derive"',
      ),
  );
  propose('access/procurement.cedar', (text) =>
    text.replace(
      '"REPAIRED" };',
      '"REPAIRED" || context.row has recordStatus && context.row.recordStatus == "REVOKED" };',
    ),
  );
  propose('access/registry.cedar', (text) =>
    text.replace('when { resource.sharing == "UNCONDITIONAL" };', 'unless { resource.level > 3 };'),
  );
  const { changes, refused } = await impact();
  // A document that names what its caller may see for no purpose any more is not valid for that caller.
  expect(refused).toEqual([
    expect.objectContaining({ consumer: 'procurement-platform', code: 'QUERY_INVALID', requests: 1 }),
  ]);
  // It was withheld, so that no column of it was ever fetched: the log knows that it was asked for.
  expect(changes).toContainEqual({
    consumer: 'public',
    purpose: 'public-information',
    coordinate: 'RegistryEntry.legalRepresentative',
    use: 'shown',
    before: 'deny',
    after: 'allow',
    effect: 'WIDER',
    requests: 1,
  });
  const bidder = changes.filter(({ consumer }: { consumer: string }) => consumer === 'procurement-platform');
  expect(bidder).toContainEqual(
    expect.objectContaining({
      coordinate: 'CourtListing.caseCode',
      use: 'shown',
      after: 'deny',
      effect: 'NARROWER',
      requests: 1,
    }),
  );
  expect(bidder).toContainEqual(
    expect.objectContaining({
      coordinate: 'CourtListing.ground',
      use: 'verdict',
      before: '+verdict',
      after: 'deny',
    }),
  );
  expect(bidder).toContainEqual(
    expect.objectContaining({
      coordinate: 'ProcurementBan.result',
      effect: 'OTHER',
      after: expect.stringContaining('"REVOKED"'),
    }),
  );
  expect(JSON.stringify(bidder)).not.toContain('Sanction');
});

test('requests that a withdrawn purpose, a new condition or a lost consumer would refuse', async () => {
  propose('purposes.yaml', (text) =>
    text
      .replace('caseRequired: false', 'caseRequired: true')
      .replace(/(government-procurement:[\s\S]*?)caseRequired: false/, '$1caseRequired: true'),
  );
  propose('consumers.yaml', (text) =>
    text.replace('  organisation-dept:\n', '  organisation-dept-retired:\n'),
  );
  const { refused } = await impact();
  expect(refused).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ consumer: 'organisation-dept', code: 'CONSUMER_UNKNOWN', requests: 1 }),
      expect.objectContaining({ consumer: 'procurement-platform', code: 'CASE_REQUIRED' }),
    ]),
  );
  const { replayed } = await impact('--last', '2');
  expect(replayed).toBe(2);
});

test('a rule that goes: the verdicts that cite it are listed, and what they would say is not pretended', async () => {
  propose('eligibility/promotion.cedar', (text) =>
    text.replace(/@id\("pr-r13-demerit"\)[\s\S]*?(?=@id)/, ''),
  );
  const { verdicts } = await impact();
  expect(verdicts.unknown).toBeGreaterThan(0);
  expect(verdicts.touched).toContainEqual(
    expect.objectContaining({
      ...{ scene: 'PROMOTION', outcome: 'BARRED', difference: { kind: 'REMOVED' }, cited: true, verdicts: 1 },
    }),
  );
  const outcome = world.entries().find(({ seq }) => seq === verdicts.touched[0].entries[0]);
  expect(outcome).toMatchObject({ kind: 'outcome', rulesVersion: verdicts.from });
  expect(outcome.verdicts[0].rules).toContain(verdicts.touched[0].id);
});

test('the table is for people: what changes, for whom, in how many requests', async () => {
  const { stdout } = await ran(runImpact, [
    ...['--policies', proposed, '--audit-directory', world.auditDirectory, '--root', root],
  ]);
  expect(stdout).toMatch(/^\d+ requests replayed, policies \w{16} → \w{16}: \d+ affected\. 重放/);
  expect(stdout).toContain('Refused altogether. 整体拒绝：');
  expect(stdout).toMatch(/PROMOTION +BARRED +R\d+ [\w-]+ +removed 删除 +cited 引用 +1 +\d+\n/);
  expect(stdout).toContain('the log holds none: ask again to know');
  expect(stdout).toMatch(/organisation-dept +promotion-review +CONSUMER_UNKNOWN +1\n/);
  // No subject is named: neither the log nor the replay knows one.
  expect(stdout).not.toContain(id('clean-firm'));
});
