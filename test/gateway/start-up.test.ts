// What start-up refuses: every problem at once, each with its file and line and, where it helps, a suggestion.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfiguration } from '../../gateway/config.ts';
import { readDefinition, startGateway } from '../../gateway/gateway.ts';
import { StartupRefused } from '../../gateway/startup-refused.ts';
import { formatProblem } from '../../schema/problem.ts';

const environment = {
  REGISTRY_DATABASE_URL: 'postgres://x@127.0.0.1:1/x',
  HR_DATABASE_URL: 'postgres://x@127.0.0.1:1/x',
  PUBLICITY_DATABASE_URL: 'postgres://x@127.0.0.1:1/x',
  DISCIPLINE_URL: 'mysql://x@127.0.0.1:1/x',
  SUPERVISION_DATABASE_URL: 'postgres://x@127.0.0.1:1/x',
  COURT_URL: 'http://127.0.0.1:1',
  PROCUREMENT_URL: 'http://127.0.0.1:1/graphql',
  BIDDING_URL: 'http://127.0.0.1:1',
  FINANCE_DROP: '/nowhere',
  INVESTMENT_DROP: '/nowhere',
  UTILITIES_URL: 'http://127.0.0.1:1/services/arrears',
  UTILITIES_USER: 'x',
  UTILITIES_PASSWORD: 'x',
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'definition-'));
  for (const folder of ['schema', 'policies', 'connectors/sources'])
    cpSync(folder, join(root, folder), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function edit(file: string, change: (text: string) => string): void {
  const path = join(root, file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}
async function problems(given: Record<string, string | undefined> = environment): Promise<string[]> {
  const refused = await readDefinition(root, given).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (refused === undefined) return [];
  if (!(refused instanceof StartupRefused)) throw new Error('refused otherwise', { cause: refused });
  return refused.problems.map((problem) => formatProblem(problem).replace(`${root}/`, ''));
}

test('the shipped files have no problem', async () => {
  expect(await problems()).toEqual([]);
});

describe('refused, with file and line', () => {
  test('a field without a policy', async () => {
    edit('policies/access/finance.cedar', (text) =>
      text
        .replaceAll('Field::"Arrear.creditor"', 'Field::"Arrear.amount"')
        .replaceAll('RecordType::"Arrear"', 'RecordType::"DebtPosition"')
        .replaceAll('Source::"finance"', 'RecordType::"DebtPosition"'),
    );
    const found = await problems();
    expect(found).toContainEqual(
      expect.stringMatching(/^schema\/finance\.graphql:\d+ Arrear\.creditor has no policy/),
    );
  });

  test('a field without a classification or a description', async () => {
    edit('schema/court.graphql', (text) =>
      text.replace('type CourtListing @classified(sharing: UNCONDITIONAL, level: 1)', 'type CourtListing'),
    );
    expect(await problems()).toContainEqual(
      expect.stringMatching(/^schema\/court\.graphql:\d+ CourtListing\.name is not classified/),
    );
  });

  test('remedies by fields that are not there', async () => {
    edit('schema/court.graphql', (text) =>
      text.replace('@remedies(record: "caseCode"', '@remedies(record: "caseNo"'),
    );
    expect(await problems()).toContainEqual(
      expect.stringMatching(
        /^schema\/court\.graphql:\d+ CourtListing: @remedies\(record\): there is no field caseNo/,
      ),
    );
  });

  test('validity by fields that are not there', async () => {
    edit('schema/hr.graphql', (text) =>
      text.replace('@valid(from: "from", to: "to")', '@valid(from: "since", to: "to")'),
    );
    expect(await problems()).toContainEqual(
      expect.stringMatching(/^schema\/hr\.graphql:\d+ Post: @valid\(from\): there is no field since/),
    );
  });

  test('a list that is asked for one day, of records that do not say when they held', async () => {
    edit('schema/hr.graphql', (text) => text.replace(' @valid(from: "from", to: "to")', ''));
    expect(await problems()).toContainEqual(
      expect.stringMatching(/^schema\/hr\.graphql:\d+ posts\(on\): Post needs @valid/),
    );
  });

  test('a day that must be given', async () => {
    edit('schema/hr.graphql', (text) => text.replace('posts(on: Date)', 'posts(on: Date!)'));
    expect(await problems()).toContainEqual(
      expect.stringMatching(/^schema\/hr\.graphql:\d+ posts\(on\): must be a Date that may be left out/),
    );
  });

  test('a sum without its figure, and one of what cannot be added', async () => {
    const file = 'policies/eligibility/bidding.cedar';
    edit(file, (text) => text.replace('@atLeast("12")\n', ''));
    expect(await problems()).toContainEqual(
      expect.stringMatching(
        /^policies\/eligibility\/bidding\.cedar:\d+ @sum, @per and @atLeast come together/,
      ),
    );
    edit(file, (text) => text.replaceAll('@sum("points")', '@sum("cycle")'));
    expect(await problems()).toContainEqual(
      expect.stringMatching(/bidding\.cedar:\d+ @sum\("cycle"\) is no field of type Int/),
    );
  });

  test('SDL that does not parse', async () => {
    edit('schema/court.graphql', (text) => `${text}\ntype Broken {`);
    expect(await problems()).toContainEqual(
      expect.stringMatching(/^schema\/court\.graphql:\d+:\d+ Syntax Error/),
    );
  });

  test('a policy that does not parse, one that does not validate, names nobody knows: all in one list', async () => {
    edit('policies/access/court.cedar', (text) => `${text}\npermit (principal action resource);`);
    edit('policies/access/hr.cedar', (text) => text.replace('context.caseGiven &&', 'context.caseGivven &&'));
    edit('policies/access/registry.cedar', (text) =>
      text.replace('Role::"purchasing"', 'Role::"purchassing"'),
    );
    edit('policies/access/procurement.cedar', (text) =>
      text.replace('RecordType::"ProcurementBan"', 'RecordType::"CourtListing"'),
    );
    edit('policies/purposes.yaml', (text) => text.replace('caseRequired: true', 'caseRequired: maybe'));
    const early = await problems();
    expect(early).toContainEqual(
      expect.stringMatching(/^policies\/purposes\.yaml:\d+ purposes\.\S+\.caseRequired/),
    );
    edit('policies/purposes.yaml', (text) => text.replace('caseRequired: maybe', 'caseRequired: true'));
    const found = await problems();
    expect(found).toContainEqual(expect.stringMatching(/^policies\/access\/court\.cedar:\d+ /));
    expect(found).toContainEqual(expect.stringMatching(/^policies\/access\/hr\.cedar:\d+ .*caseGivven/));
    expect(found).toContainEqual(
      expect.stringMatching(
        /^policies\/access\/registry\.cedar:\d+ Role::"purchassing" does not exist \(did you mean Role::"purchasing"\?\)/,
      ),
    );
    expect(found).toContainEqual(
      expect.stringMatching(
        /^policies\/access\/procurement\.cedar:\d+ a policy of procurement\.cedar speaks only of the source "procurement"/,
      ),
    );
  });

  test('an unknown purpose in a policy and an unknown role or purpose of a consumer', async () => {
    edit('policies/access/hr.cedar', (text) =>
      text.replace('Purpose::"promotion-review"', 'Purpose::"promotion"'),
    );
    expect(await problems()).toContainEqual(
      expect.stringMatching(/^policies\/access\/hr\.cedar:\d+ .*promotion/),
    );
    edit('policies/consumers.yaml', (text) => text.replace('roles: [purchasing]', 'roles: [purchasin]'));
    expect(await problems()).toContainEqual(
      expect.stringMatching(
        /^policies\/consumers\.yaml:\d+ role "purchasin" does not exist \(did you mean purchasing\?\)/,
      ),
    );
  });

  test('a rule whose annotation names no field', async () => {
    edit('policies/eligibility/promotion.cedar', (text) =>
      text.replace('@start("effectiveOn")', '@start("effectivOn")'),
    );
    expect(await problems()).toContainEqual(
      expect.stringMatching(
        /^policies\/eligibility\/promotion\.cedar:\d+ @start\("effectivOn"\) is no field of Sanction \(did you mean effectiveOn\?\)/,
      ),
    );
  });

  test('a manifest with an unknown key, an unmapped field or an unset address', async () => {
    edit('connectors/sources/court.yaml', (text) =>
      text.replace('transport: http', 'transport: http\nlimit: 3').replace('      duty: duty\n', ''),
    );
    const found = await problems({ ...environment, HR_DATABASE_URL: undefined });
    expect(found).toContainEqual(expect.stringMatching(/^connectors\/sources\/court\.yaml:\d+.*limit/));
    expect(found).toContainEqual(
      expect.stringMatching(/^connectors\/sources\/hr\.yaml:\d+.*HR_DATABASE_URL/),
    );
  });

  test('a source whose manifest or policy file is missing', async () => {
    rmSync(join(root, 'connectors/sources/court.yaml'));
    rmSync(join(root, 'policies/access/hr.cedar'));
    const found = await problems();
    expect(found).toContainEqual(expect.stringContaining('court has no manifest'));
    expect(found).toContainEqual(expect.stringMatching(/Officer\.name has no policy/));
  });
});

describe('configuration', () => {
  const valid = {
    TOKEN_ISSUER: 'https://issuer.example',
    TOKEN_AUDIENCE: 'credit',
    JWKS_URI: 'https://issuer.example/jwks',
  };
  const wrong = (given: Record<string, string>) => readConfiguration(given).problems.map(formatProblem);

  test('a production configuration needs issuer, audience and keys, and says all that is missing at once', () => {
    expect(wrong({})).toEqual([
      expect.stringContaining('TOKEN_ISSUER: is required'),
      expect.stringContaining('TOKEN_AUDIENCE: is required'),
      expect.stringContaining('JWKS_URI: set exactly one'),
    ]);
    expect(wrong(valid)).toEqual([]);
  });

  test('what is unsafe in production is refused there', () => {
    expect(wrong({ ...valid, TOKEN_ISSUER: 'urn:credit-gateway:sandbox' })).toEqual([
      expect.stringContaining('sandbox issuer'),
    ]);
    expect(wrong({ ...valid, JWKS_URI: 'http://issuer.example/jwks' })).toEqual([
      expect.stringContaining('https'),
    ]);
    expect(wrong({ ...valid, TOKEN_MAX_AGE: '3600' })).toEqual([expect.stringContaining('at most 600')]);
    expect(wrong({ ...valid, PORT: 'eighty', LOG_LEVEL: 'loud' })).toHaveLength(2);
  });
});

test('in production every key is made by a person: a missing one is named, none is made', async () => {
  const { configuration } = readConfiguration({
    TOKEN_ISSUER: 'https://issuer.example',
    TOKEN_AUDIENCE: 'credit',
    JWKS_URI: 'https://issuer.example/keys',
    PROJECT_ROOT: root,
  });
  const quiet = (): void => undefined;
  const refused: unknown = await startGateway({
    configuration: configuration!,
    environment,
    log: { info: quiet, warn: quiet, error: quiet },
    clock: () => new Date(),
    onFatal: quiet,
  }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StartupRefused);
  const files = (refused as StartupRefused).problems.map(({ file }) => file.replace(`${root}/`, ''));
  expect(files).toEqual(
    ['audit-signing', 'report-signing', 'pseudonym'].map((name) => `data/keys/${name}.key`),
  );
  expect(existsSync(join(root, 'data'))).toBe(false);
});

test('links on reports are https in production', () => {
  const { problems } = readConfiguration({ PUBLIC_URL: 'http://credit.example' });
  expect(problems.map(({ message }) => message)).toContain('PUBLIC_URL: must be https in production');
});
