import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runExplain } from '../../../gateway/explain/explain-command.ts';
import { runImpact } from '../../../gateway/explain/impact-command.ts';
import { runPolicyReport } from '../../../gateway/explain/policy-report-command.ts';
import { runPolicyTests } from '../../../gateway/explain/policy-tests-command.ts';
import { runWhoCanSee } from '../../../gateway/explain/who-can-see-command.ts';
import { loadConsumers } from '../../../policies/engine/consumers.ts';
import { ran } from './command-io.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'steward-commands-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of the definition, one file of it changed. */
function changedRoot(name: string, file: string, change: (text: string) => string): string {
  const root = join(folder, name);
  for (const part of ['schema', 'policies', 'connectors/sources'])
    cpSync(part, join(root, part), { recursive: true });
  const path = join(root, file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  return root;
}

describe('explain', () => {
  const purchaser = ['--consumer', 'procurement-platform', '--purpose', 'government-procurement'];

  test('names the policy with its place and its sentence', async () => {
    const { exitCode, stdout } = await ran(runExplain, [
      ...purchaser,
      '--coordinate',
      'RegistryEntry.legalRepresentative',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('RegistryEntry.legalRepresentative: mask(INITIALS)');
    const line = readFileSync('policies/access/registry.cedar', 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('"registry-representative-purchasing"'));
    expect(stdout).toContain(
      `registry-representative-purchasing (permit) policies/access/registry.cedar:${line + 1}\n` +
        '      A purchaser compares the representative with the bid: first character only. 采购核对仅显示姓氏。',
    );
  });

  test('says for a row decision on what condition, in Cedar', async () => {
    const { stdout } = await ran(runExplain, [
      ...['--consumer', 'credit-office', '--purpose', 'credit-supervision', '--user'],
      ...['--coordinate', 'RegistryEntry.legalRepresentative'],
    ]);
    expect(stdout).toContain(
      'RegistryEntry.legalRepresentative: allow if context.row has region && context.row.region in Region::"420200"',
    );
  });

  test('says for a denial what would be needed, in both languages', async () => {
    const { stdout } = await ran(runExplain, [...purchaser, '--coordinate', 'Sanction.kind']);
    expect(stdout).toContain('Sanction.kind: deny (NOT_PERMITTED)');
    expect(stdout).toContain(
      'With purpose promotion-review (held: no), a case number (Credit-Case), the human user (Credit-User), ' +
        'role personnel it is shown whole',
    );
    expect(stdout).toContain(
      '若具备用途 promotion-review（未持有）、案号（Credit-Case）、经办人（Credit-User）、角色 personnel',
    );
  });

  test('says when the request would not even be admitted', async () => {
    const { stdout } = await ran(runExplain, [
      ...['--consumer', 'organisation-dept', '--purpose', 'promotion-review', '--user', '--json'],
      ...['--coordinate', 'Sanction.kind'],
    ]);
    const answer = JSON.parse(stdout);
    expect(answer.refusedWith).toEqual(['CASE_REQUIRED']);
    expect(answer.fields[0].needed).toEqual([
      { action: 'read', policy: 'hr-promotion', changes: [{ kind: 'case' }], condition: expect.any(String) },
    ]);
  });

  test('explains every field of a query, whatever it is called or hidden in', async () => {
    const file = join(folder, 'query.graphql');
    writeFileSync(
      file,
      `query ($u: USCC!, $more: Boolean!) { organization(uscc: $u) { registry { entry { n: name ...More @include(if: $more) } } } }
       fragment More on RegistryEntry { boss: legalRepresentative }`,
    );
    const coordinates = async (...extra: string[]): Promise<string[]> => {
      const { stdout } = await ran(runExplain, [...purchaser, '--query', file, '--json', ...extra]);
      return JSON.parse(stdout).fields.map(({ coordinate }: { coordinate: string }) => coordinate);
    };
    expect(await coordinates()).toEqual(['RegistryEntry.legalRepresentative', 'RegistryEntry.name']);
    const variables = join(folder, 'variables.json');
    writeFileSync(variables, '{"more": false}');
    expect(await coordinates('--variables', variables)).toEqual(['RegistryEntry.name']);
  });

  test('a query that is not valid is a problem with file and line', async () => {
    const file = join(folder, 'bad.graphql');
    writeFileSync(file, '{\n  organization(uscc: "x") { nothing }\n}');
    const { exitCode, stderr, stdout } = await ran(runExplain, [...purchaser, '--query', file]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`${file}:2:`);
  });

  test.each([
    [['--coordinate', 'Sanction.kind'], '--consumer is missing'],
    [['--consumer', 'nobody', '--coordinate', 'Sanction.kind'], 'There is no consumer nobody'],
    [['--consumer', 'auditor', '--coordinate', 'Sanction.kind'], '--purpose is missing'],
    [['--consumer', 'auditor', '--purpose', 'audti', '--coordinate', 'Sanction.kind'], 'did you mean audit?'],
    [[...purchaser, '--coordinate', 'Sanction.knid'], 'did you mean Sanction.kind?'],
    [[...purchaser], 'Give either --coordinate or --query'],
    [[...purchaser, '--collection', 'x'], "'--collection'"],
  ])('%j is wrong use', async (argv, message) => {
    const { exitCode, stderr, stdout } = await ran(runExplain, argv);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});

describe('who-can-see', () => {
  test('shows every consumer under every purpose it holds, with the policies', async () => {
    const { exitCode, stdout } = await ran(runWhoCanSee, ['Sanction.documentNumber']);
    expect(exitCode).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const { consumers } = loadConsumers('policies').consumers!;
    const held = [...consumers.values()].reduce((count, { purposes }) => count + purposes.length, 0);
    expect(lines).toHaveLength(1 + held);
    expect(lines.find((line) => line.startsWith('auditor'))).toMatch(
      /audit \(case, user\) +mask\(LAST_FOUR\) if .* +hr-audit-numbers, hr-repaired-sanctions$/,
    );
    expect(lines.find((line) => line.startsWith('public'))).toMatch(/deny$/);
  });

  test('says where giving more changes the outcome', async () => {
    const root = changedRoot('more', 'policies/access/registry.cedar', (text) =>
      text.replace('context.purpose == Purpose::"government-procurement"', 'context.caseGiven'),
    );
    const { stdout } = await ran(runWhoCanSee, [
      'RegistryEntry.legalRepresentative',
      '--json',
      '--root',
      root,
    ]);
    const own = JSON.parse(stdout).viewings.filter(
      ({ consumer, purpose }: { consumer: string; purpose: string }) =>
        consumer === 'procurement-platform' && purpose === 'government-procurement',
    );
    expect(own).toMatchObject([
      { caseGiven: false, outcome: 'deny', policies: [] },
      { caseGiven: true, outcome: 'mask(INITIALS)', policies: ['registry-representative-purchasing'] },
    ]);
  });

  test('a field nobody has is wrong use, with what may have been meant', async () => {
    const { exitCode, stderr } = await ran(runWhoCanSee, ['RegistryEntry.nmae']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('did you mean RegistryEntry.name?');
  });
});

describe('policy-tests', () => {
  test('hold for what is shipped', async () => {
    const { exitCode, stdout } = await ran(runPolicyTests, []);
    expect(stdout).toMatch(/^\d+ tests, \d+ expectations, 0 failed\./);
    expect(exitCode).toBe(0);
  });

  test('fail by file and line when a policy changes under them', async () => {
    const root = changedRoot('failing', 'policies/access/registry.cedar', (text) =>
      text.replace(
        'resource == Field::"RegistryEntry.legalRepresentative"',
        'resource == Field::"RegistryEntry.name"',
      ),
    );
    const { exitCode, stdout } = await ran(runPolicyTests, ['--root', root]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /policies\/tests\/registry\.yaml:\d+ RegistryEntry\.legalRepresentative: expected mask\(INITIALS\), is deny/,
    );
  });

  test('a bad test file is a problem with its line', async () => {
    const root = changedRoot('bad-test', 'policies/tests/registry.yaml', (text) =>
      text.replace('consumer: public,', 'consumer: pubic,'),
    );
    const { exitCode, stderr } = await ran(runPolicyTests, ['--root', root]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^policies\/tests\/registry\.yaml:\d+ consumer "pubic" .*\(did you mean public\?\)/,
    );
  });
});

describe('policy-report', () => {
  test('finds nothing dead in what is shipped', async () => {
    const { exitCode, stdout } = await ran(runPolicyReport, ['--fail-on-dead']);
    expect(stdout).toContain(', 0 dead.');
    expect(exitCode).toBe(0);
  });

  test('names a dead policy by file and line, and fails on it when told to', async () => {
    const root = changedRoot(
      'dead',
      'policies/access/registry.cedar',
      (text) => `${text}
@id("registry-nobody")
@says("Nobody. 无人。")
permit (principal in Role::"auditing", action == Action::"read", resource in Source::"registry")
when { context.purpose == Purpose::"subsidy-review" };
`,
    );
    const { exitCode, stdout } = await ran(runPolicyReport, ['--root', root, '--fail-on-dead']);
    expect(stdout).toMatch(/policies\/access\/registry\.cedar:\d+ registry-nobody decides nothing\./);
    expect(exitCode).toBe(1);
    expect((await ran(runPolicyReport, ['--root', root])).exitCode).toBe(0);
  });
});

describe('every command', () => {
  const commands = { runExplain, runWhoCanSee, runPolicyTests, runPolicyReport, runImpact };

  test.each(Object.entries(commands))('%s explains itself in both languages', async (_name, command) => {
    const { exitCode, stdout, stderr } = await ran(command, ['--help']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/npm run -s [a-z-]+/);
    expect(stdout).toMatch(/\p{Script=Han}/u);
    expect(stdout).toContain('Exit code:');
  });

  test('lists every problem of the files and does nothing', async () => {
    const root = changedRoot('broken', 'policies/access/registry.cedar', (text) =>
      text.replace('Role::"purchasing"', 'Role::"purchassing"'),
    );
    for (const [command, argv] of [
      [runExplain, ['--consumer', 'public', '--coordinate', 'Sanction.kind']],
      [runWhoCanSee, ['Sanction.kind']],
      [runPolicyTests, []],
      [runPolicyReport, []],
      [runImpact, ['--policies', 'policies']],
    ] as const) {
      const { exitCode, stdout, stderr } = await ran(command, [...argv, '--root', root]);
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^policies\/access\/registry\.cedar:\d+ .*purchassing/);
    }
  });

  test('says the same twice', async () => {
    const argv = ['--consumer', 'public', '--query', 'docs/operations/bid-opening.graphql'];
    expect(await ran(runExplain, argv)).toEqual(await ran(runExplain, argv));
    expect(await ran(runPolicyReport, ['--json'])).toEqual(await ran(runPolicyReport, ['--json']));
  });
});

describe('impact', () => {
  test('a log that is not there, a proposal that is not there or has problems, odd numbers', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const lost = await ran(runImpact, ['--policies', 'policies', '--audit-directory', empty]);
    expect(lost).toMatchObject({ exitCode: 1, stdout: '' });
    expect(lost.stderr).toContain('holds no audit log');
    const nowhere = await ran(runImpact, ['--policies', join(folder, 'nowhere')]);
    expect(nowhere).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('cannot be read') });
    const proposed = changedRoot('proposal', 'policies/consumers.yaml', (text) =>
      text.replace('roles: [purchasing]', 'roles: [purchasin]'),
    );
    const bad = await ran(runImpact, ['--policies', join(proposed, 'policies')]);
    expect(bad.exitCode).toBe(1);
    expect(bad.stderr).toMatch(/consumers\.yaml:\d+ role "purchasin" does not exist/);
    expect((await ran(runImpact, [])).exitCode).toBe(2);
    expect((await ran(runImpact, ['--policies', 'policies', '--last', '0'])).exitCode).toBe(2);
  });
});
