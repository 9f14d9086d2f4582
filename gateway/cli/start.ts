// `npm start`: the sandbox agencies and the gateway, each in a process of its own. Ctrl-C stops all of them and
// leaves none behind.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { SandboxMessage } from '../../connectors/sandbox/main.ts';
import {
  SANDBOX_AUDIENCE,
  SANDBOX_ISSUER,
  loadOrCreateSandboxIssuer,
} from '../../connectors/sandbox/issuer.ts';
import { sandboxHeap } from '../heap-limits.ts';
import type { GatewayReady } from '../main.ts';
import { banner, help } from './start-texts.ts';

const argv = process.argv.slice(2);
if (argv.includes('--help')) {
  console.log(help);
  process.exit(0);
}
const root = process.env['PROJECT_ROOT'] ?? process.cwd();
const directory = process.env['SANDBOX_DIRECTORY'] ?? join(root, 'data', 'sandbox');
const startedAt = Date.now();
const children: ChildProcess[] = [];
let ending = false;

async function end(code: number): Promise<never> {
  ending = true;
  // The gateway first: it still needs its sources for the requests under way.
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await gone;
    clearTimeout(patience);
  }
  process.exit(code);
}

/** Starts a child and resolves with the first message `pick` accepts; anything that ends early is an end. */
function launch<M, T>(
  entry: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  flags: readonly string[],
  pick: (message: M) => T | undefined,
): Promise<T> {
  return new Promise((resolve) => {
    const child = fork(join(root, 'dist', entry), [...args], {
      env: environment,
      cwd: root,
      // Ctrl-C reaches the whole group: the children wait for this process to tell them.
      detached: true,
      execArgv: [...process.execArgv, ...flags],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.push(child);
    child.on('message', (message) => {
      const picked = pick(message as M);
      if (picked !== undefined) resolve(picked);
    });
    child.once('exit', (code) => {
      if (!ending) void end(code === 0 ? 1 : (code ?? 1));
    });
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!ending) void end(0);
  });
}

const issuer = await loadOrCreateSandboxIssuer(directory);
console.log('Starting the sandbox agencies … 正在启动沙箱来源……');
const agencies = await launch<SandboxMessage, NodeJS.ProcessEnv>(
  'connectors/sandbox/main.js',
  argv,
  { ...process.env, SANDBOX_DIRECTORY: directory },
  [],
  (message) => {
    if ('progress' in message) console.log(message.progress);
    if ('failed' in message) console.error(message.failed);
    return 'ready' in message ? { ...message.ready } : undefined;
  },
);
const gateway = await launch<GatewayReady, GatewayReady>(
  'gateway/main.js',
  [],
  {
    LOG_LEVEL: 'warn',
    ...agencies,
    ...process.env,
    GATEWAY_MODE: 'sandbox',
    NODE_ENV: 'production',
    PROJECT_ROOT: root,
    TOKEN_ISSUER: SANDBOX_ISSUER,
    TOKEN_AUDIENCE: SANDBOX_AUDIENCE,
    TOKEN_MAX_AGE: '3600',
    JWKS_FILE: issuer.jwksFile,
  },
  sandboxHeap,
  (message) => message,
);
console.log(banner(gateway.listening, gateway.admin, (Date.now() - startedAt) / 1000));
