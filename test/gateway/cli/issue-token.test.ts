import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueToken } from '../../../gateway/cli/issue-token.ts';
import { createAuthenticator } from '../../../gateway/request/authenticate.ts';

const NOW = Date.parse('2026-03-10T00:00:00Z');
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'issue-token-'));
  await mkdir(join(root, 'policies'));
  await writeFile(
    join(root, 'policies', 'consumers.yaml'),
    'consumers:\n  procurement-platform: { roles: [buyer] }\n  auditor:\n  public: {}\n',
  );
});
afterAll(() => rm(root, { recursive: true }));

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = root) =>
  issueToken(args, { env, cwd, now: NOW });

describe('npm run token', () => {
  test('prints a token that the gateway believes, and nothing else', async () => {
    const outcome = await run(['--consumer', 'auditor']);
    expect(outcome).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/),
    });
    const authenticator = createAuthenticator({
      issuer: 'urn:credit-gateway:sandbox',
      audience: 'credit-gateway',
      keys: { jwksFile: join(root, 'data', 'sandbox', 'jwks.json') },
      maxAgeSeconds: 600,
      clock: () => NOW,
    });
    expect(
      await authenticator.authenticate({ authorization: `Bearer ${outcome.stdout.trim()}` }),
    ).toMatchObject({
      kind: 'client',
      clientId: 'auditor',
      expiresAt: NOW / 1000 + 600,
    });
  });

  test('finds the project root by option, by environment, or where it is run', async () => {
    const elsewhere = tmpdir();
    expect(await run(['--consumer', 'auditor', '--root', root], {}, elsewhere)).toMatchObject({
      exitCode: 0,
    });
    expect(await run(['--consumer', 'auditor'], { PROJECT_ROOT: root }, elsewhere)).toMatchObject({
      exitCode: 0,
    });
    const lost = await run(['--consumer', 'auditor'], {}, join(root, 'policies'));
    expect(lost).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('consumers.yaml cannot be read'),
    });
  });

  test('keeps the key where --directory says', async () => {
    await run(['--consumer', 'auditor', '--directory', 'other/place', '--ttl=3600']);
    await expect(access(join(root, 'other', 'place', 'issuer-key.json'))).resolves.toBeUndefined();
  });

  test.each([
    ['an unknown consumer', ['--consumer', 'nobody'], 'Known consumers: auditor, procurement-platform.'],
    ['an inherited property name', ['--consumer', 'constructor'], 'not known'],
    ['no consumer', [], '--consumer is missing'],
    ['public', ['--consumer', 'public'], 'public is who has no token'],
    ['a life of no time', ['--consumer', 'auditor', '--ttl', '0'], '--ttl must be'],
    ['a life of a day', ['--consumer', 'auditor', '--ttl', '86400'], '--ttl must be'],
    ['a life that is no number', ['--consumer', 'auditor', '--ttl', '1e2'], '--ttl must be'],
    ['an unknown option', ['--user', 'x'], 'npm run -s token'],
    ['a stray word', ['auditor'], 'npm run -s token'],
  ])('%s is wrong use: exit 2, and stdout stays empty', async (_what, args, message) => {
    const outcome = await run(args);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain(message);
  });

  test('explains itself', async () => {
    expect(await run(['--help'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('--consumer'),
      stderr: '',
    });
  });

  test('signs nothing in production', async () => {
    expect(await run(['--consumer', 'auditor'], { GATEWAY_MODE: 'production' })).toMatchObject({
      exitCode: 1,
      stdout: '',
    });
  });

  test('a file without consumers is named', async () => {
    const other = join(root, 'broken');
    await mkdir(join(other, 'policies'), { recursive: true });
    await writeFile(join(other, 'policies', 'consumers.yaml'), 'consumers: [a');
    const outcome = await run(['--consumer', 'auditor', '--root', other]);
    expect(outcome).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('has no map `consumers:`'),
    });
  });
});
