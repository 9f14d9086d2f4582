// `npm start` as a person runs it: it listens, answers, says when a port is taken, and leaves no process behind.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let directory: string;
beforeAll(() => {
  execFileSync('node', ['build.mjs']);
  directory = mkdtempSync(join(tmpdir(), 'start-'));
  chmodSync(directory, 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const freePorts = {
  PORT: '0',
  SANDBOX_COURT_PORT: '0',
  SANDBOX_BIDDING_PORT: '0',
  SANDBOX_UTILITIES_PORT: '0',
  SANDBOX_PROCUREMENT_PORT: '0',
  SANDBOX_POSTGRES_PORT: '0',
};

function start(environment: Record<string, string> = {}): { child: ChildProcess; output: () => string } {
  const child = spawn('node', ['dist/gateway/cli/start.js', '--organisations', '2000', '--persons', '300'], {
    env: {
      ...process.env,
      ...freePorts,
      SANDBOX_DIRECTORY: join(directory, 'sandbox'),
      AUDIT_DIRECTORY: join(directory, 'audit'),
      AUDIT_SIGNING_KEY_FILE: join(directory, 'keys/audit.key'),
      REPORT_SIGNING_KEY_FILE: join(directory, 'keys/report.key'),
      PSEUDONYM_KEY_FILE: join(directory, 'keys/pseudonym.key'),
      ...environment,
    },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

async function listening(started: ReturnType<typeof start>): Promise<string> {
  for (;;) {
    const url = /GraphQL +(http:\/\/\S+)\/graphql/.exec(started.output())?.[1];
    if (url !== undefined) return url;
    if (started.child.exitCode !== null) throw new Error(started.output());
    await once(started.child.stdout!, 'data');
  }
}

/** Processes whose command line or working folder names this test's folder. */
function leftBehind(): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return command.includes(directory) || environment.includes(directory) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
}

test('it starts, answers the first query, and Ctrl-C leaves no process behind', async () => {
  const started = start();
  const url = await listening(started);
  expect(started.output()).toContain('npm run -s token -- --consumer procurement-platform');
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: readFileSync('docs/operations/first-query.json', 'utf8'),
  });
  const { data } = (await response.json()) as {
    data: { organization: { court: { state: string; listings: unknown[] } } };
  };
  expect(data.organization.court).toMatchObject({ state: 'OK', listings: [expect.anything()] });
  const page = await fetch(`${url}/`);
  const html = await page.text();
  expect(page.headers.get('content-type')).toContain('text/html');
  // Works offline: the page names no other host it would load from.
  expect(html).not.toMatch(/<script[^>]+src=|<link[^>]+href="https?:/);
  started.child.kill('SIGINT');
  const [code] = (await once(started.child, 'exit')) as [number];
  expect(code).toBe(0);
  expect(leftBehind()).toEqual([]);
});

test('a killed start takes its agencies and its gateway with it', async () => {
  const started = start();
  await listening(started);
  started.child.kill('SIGKILL');
  await once(started.child, 'exit');
  await expect.poll(leftBehind, { timeout: 15_000 }).toEqual([]);
});

test('a port in use is named, with what to do, and nothing stays running', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  const started = start({ PORT: String(port) });
  const [code] = (await once(started.child, 'exit')) as [number];
  expect(code).not.toBe(0);
  expect(started.output()).toContain(`port ${port} is in use`);
  expect(started.output()).toContain('set PORT');
  const agency = start({ SANDBOX_COURT_PORT: String(port) });
  await once(agency.child, 'exit');
  expect(agency.output()).toContain('SANDBOX_COURT_PORT');
  taken.close();
  expect(leftBehind()).toEqual([]);
});
