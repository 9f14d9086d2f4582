import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadManifests } from '../../connectors/manifest.ts';
import { openConnectors } from '../../connectors/open.ts';
import { makeDecisionTable } from '../../policies/engine/decision-table.ts';
import { loadPolicies } from '../../policies/engine/load-policies.ts';
import { loadCatalogue } from '../../schema/catalogue.ts';
import { formatProblem } from '../../schema/problem.ts';
import { textOf } from './source-files.ts';

/** `<!-- file: path -->` or `<!-- append: path -->` and the block under it. */
/** The subject the README agrees with its agency. */
const control = '91990000XX0000473H';
const blocks = [
  ...textOf('README.md').matchAll(/<!-- (file|append): (\S+) -->\s*\n```\w+\n([\s\S]*?)\n```/g),
].map(([, how, path, content]) => ({ how: how!, path: path!, content: `${content}\n` }));

const asked: { readonly url: string | undefined; readonly body: unknown }[] = [];
let root: string;
let agency: Server;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'agency-'));
  for (const part of ['schema', 'policies', 'connectors/sources']) {
    cpSync(part, join(root, part), { recursive: true });
  }
  for (const { how, path, content } of blocks) {
    const before = how === 'append' ? `${readFileSync(join(root, path), 'utf8').trimEnd()}\n` : '';
    writeFileSync(join(root, path), before + content);
  }
  agency = createServer((request: IncomingMessage, response) => {
    void text(request).then((body) => {
      asked.push({ url: request.url, body: JSON.parse(body) });
      const row = { sz: '增值税', qsye: '12.5', ggrq: '2026-03-31' };
      const rows = ['91990000XX00000197', control].map((nsrsbh) => ({ nsrsbh, ...row }));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ rows, updatedAt: '2026-11-01T00:00:00+08:00' }));
    });
  });
  await new Promise<void>((resolve) => agency.listen(0, '127.0.0.1', resolve));
  environment = {
    TAX_URL: `http://127.0.0.1:${(agency.address() as AddressInfo).port}`,
    COURT_URL: 'http://127.0.0.1:9',
    BIDDING_URL: 'http://127.0.0.1:9',
    FINANCE_DROP: root,
    INVESTMENT_DROP: root,
    DISCIPLINE_URL: 'mysql://127.0.0.1:9/discipline',
    SUPERVISION_DATABASE_URL: 'postgres://127.0.0.1:9/gateway',
    HR_DATABASE_URL: 'postgres://127.0.0.1:9/hr',
    PUBLICITY_DATABASE_URL: 'postgres://127.0.0.1:9/hr',
    PROCUREMENT_URL: 'http://127.0.0.1:9',
    UTILITIES_URL: 'http://127.0.0.1:9',
    UTILITIES_USER: 'x',
    UTILITIES_PASSWORD: 'x',
    REGISTRY_DATABASE_URL: 'postgres://127.0.0.1:9/registry',
  };
});
afterAll(async () => {
  await new Promise((resolve) => agency.close(resolve));
  rmSync(root, { recursive: true, force: true });
});

const sourcesOf = (catalogue: NonNullable<ReturnType<typeof loadCatalogue>['catalogue']>) =>
  loadManifests({ directory: join(root, 'connectors/sources'), catalogue, environment });

test('the README’s agency, purpose, consumer and rule join without a line of code', async () => {
  expect(blocks.map(({ path }) => path)).toEqual([
    'schema/tax.graphql',
    'connectors/sources/tax.yaml',
    'policies/access/tax.cedar',
    'policies/purposes.yaml',
    'policies/consumers.yaml',
    'policies/eligibility/government-procurement.cedar',
  ]);
  const { catalogue, problems } = loadCatalogue(join(root, 'schema'));
  expect(problems).toEqual([]);
  const loaded = await loadPolicies(join(root, 'policies'), catalogue!);
  expect(loaded.problems).toEqual([]);
  const { manifests, problems: manifestProblems } = sourcesOf(catalogue!);
  expect(manifestProblems).toEqual([]);

  const { policySet, rulebook } = loaded.policies!;
  const scene = rulebook.scenes.get('GOVERNMENT_PROCUREMENT')!;
  expect(scene.subjects.get('Organization')!.recordTypes.map(({ name }) => name)).toContain('TaxArrear');
  const { consumers, purposes } = policySet.consumers;
  const table = makeDecisionTable(policySet, catalogue!, {
    consumer: consumers.get('award-office')!,
    purpose: purposes.get('award-review')!,
    caseGiven: true,
    userGiven: false,
  });
  expect(table.decisions.get('TaxArrear.taxType')).toMatchObject({ kind: 'allow' });
  expect(table.decisions.get('TaxArrear.amount')).toMatchObject({ kind: 'mask', mask: 'BAND' });

  const connectors = await openConnectors({
    manifests: manifests.filter(({ source }) => source === 'tax'),
    clock: () => new Date('2026-11-22T00:00:00Z'),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const connector = connectors.get('tax')!;
  const subject = { kind: 'Organization', id: '91990000XX00000197' } as const;
  const fields = table.permit(catalogue!.records.get('TaxArrear')!, ['taxType', 'amount'], undefined)!;
  const answer = await connector.fetch(
    { subjects: [subject], steps: [{ record: 'TaxArrear', fields }] },
    AbortSignal.timeout(5000),
  );
  await connector.close();
  expect(answer).toMatchObject({ state: 'OK', gaps: [] });
  expect(answer.rows.get('TaxArrear')?.get(subject.id)).toEqual([{ taxType: '增值税', amount: '125000.00' }]);
  expect(asked).toEqual([
    { url: '/arrears/search', body: { ids: [subject.id, control], columns: ['nsrsbh', 'qsye', 'sz'] } },
  ]);
});

test('a field that the manifest forgets is refused as the README says', () => {
  const file = join(root, 'connectors/sources/tax.yaml');
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, whole.replace(/^ *amount:.*\n/m, ''));
  const { problems } = sourcesOf(loadCatalogue(join(root, 'schema')).catalogue!);
  writeFileSync(file, whole);
  const shown = problems.map((problem) => formatProblem(problem).replace(`${root}/`, ''));
  const [, written] = /```text\n(connectors\/sources\/tax\.yaml:.*)\n```/.exec(textOf('README.md'))!;
  expect(shown).toEqual([written]);
});
