import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SandboxMessage } from '../../../connectors/sandbox/main.ts';

let root: string;
// Below the project, so that packages are found, as in dist.
const built = join('data', `test-sandbox-${process.pid}`);
const main = join(built, 'main.mjs');

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  chmodSync(root, 0o755);
  const options = ['--bundle', '--platform=node', '--format=esm', '--packages=external', '--log-level=error'];
  execFileSync('node_modules/.bin/esbuild', ['connectors/sandbox/main.ts', ...options, `--outfile=${main}`]);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
  rmSync(built, { recursive: true, force: true });
});

const freePorts = [
  '--court-port',
  '0',
  '--procurement-port',
  '0',
  '--bidding-port',
  '0',
  '--utilities-port',
  '0',
  '--postgres-port',
  '0',
];

function run(name: string, ...flags: readonly string[]): ChildProcess {
  const small = ['--organisations', '200', '--persons', '50', '--directory', join(root, name)];
  return fork(main, [...small, ...freePorts, ...flags], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

function message(child: ChildProcess, kind: 'ready' | 'progress' | 'failed'): Promise<unknown> {
  return new Promise((done, fail) => {
    child.on('message', (one: SandboxMessage) => {
      if (kind in one) done(Object.values(one)[0]);
    });
    child.once('exit', (code) => fail(new Error(`ended with ${code} before it said ${kind}`)));
  });
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => child.once('exit', (code) => done(code)));

/** Processes whose command line names this text. */
function processesOf(text: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(text));
}

async function gone(text: string): Promise<void> {
  for (let left = 200; left > 0 && processesOf(text).length > 0; left -= 1) {
    await new Promise((done) => setTimeout(done, 25));
  }
  expect(processesOf(text)).toEqual([]);
}

test('it says where the agencies are, and SIGTERM leaves no process', async () => {
  const child = run('term');
  const ready = await message(child, 'ready');
  expect(Object.keys(ready as object).sort()).toEqual([
    'BIDDING_URL',
    'COURT_URL',
    'DATABASE_URL',
    'DISCIPLINE_URL',
    'FINANCE_DROP',
    'HR_DATABASE_URL',
    'INVESTMENT_DROP',
    'PROCUREMENT_URL',
    'PUBLICITY_DATABASE_URL',
    'REGISTRY_DATABASE_URL',
    'SUPERVISION_DATABASE_URL',
    'UTILITIES_PASSWORD',
    'UTILITIES_URL',
    'UTILITIES_USER',
  ]);
  expect(processesOf(join(root, 'term')).length).toBeGreaterThan(1);
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
  await gone(join(root, 'term'));
});

test('a stop while it starts leaves no process', async () => {
  const child = run('early', '--organisations', '300000');
  await message(child, 'progress');
  child.kill('SIGINT');
  expect(await ended(child)).toBe(0);
  await gone(join(root, 'early'));
});

test('a killed parent leaves no process', async () => {
  const flags = [
    '--organisations',
    '200',
    '--persons',
    '50',
    '--directory',
    join(root, 'orphan'),
    ...freePorts,
  ];
  const parent = join(built, 'parent.mjs');
  writeFileSync(
    parent,
    `import { fork } from 'node:child_process';
     const child = fork(${JSON.stringify(main)}, ${JSON.stringify(flags)});
     child.on('message', (one) => process.send(one));`,
  );
  const child = fork(parent, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await message(child, 'ready');
  child.kill('SIGKILL');
  await ended(child);
  await gone(join(root, 'orphan'));
});

test('what was left by a killed sandbox does not stop the next one', async () => {
  const child = run('killed');
  await message(child, 'ready');
  child.kill('SIGKILL');
  await ended(child);
  expect(processesOf(join(root, 'killed')).length).toBeGreaterThan(0);
  const next = run('killed');
  await message(next, 'ready');
  next.kill('SIGTERM');
  expect(await ended(next)).toBe(0);
  await gone(join(root, 'killed'));
});

test('a failure is told and ends with 1', async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const { port } = other.address() as { port: number };
  const child = run('failed', '--court-port', String(port));
  const code = ended(child);
  expect(await message(child, 'failed')).toContain('SANDBOX_COURT_PORT');
  expect(await code).toBe(1);
  await new Promise((done) => other.close(done));
});
