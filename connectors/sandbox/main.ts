// Entry of the sandbox's own process. It tells its parent by IPC what happens: { progress }, then { ready } with
// the agencies' addresses, or { failed }. It ends with SIGTERM, SIGINT or its parent, and leaves nothing behind.
import { startSandbox, type Sandbox, type SandboxEnvironment } from './agencies.ts';
import { readOptions } from './options.ts';

/** Messages to the parent. */
export type SandboxMessage =
  { readonly progress: string } | { readonly ready: SandboxEnvironment } | { readonly failed: string };

function tell(message: SandboxMessage): void {
  if (process.send) {
    // The parent may be gone already; its disconnection is handled below.
    process.send(message, undefined, undefined, () => undefined);
  } else if ('failed' in message) console.error(message.failed);
  else console.log('ready' in message ? JSON.stringify(message.ready, undefined, 2) : message.progress);
}

const ending = new AbortController();
let starting: Promise<Sandbox> | undefined;

async function end(): Promise<void> {
  if (ending.signal.aborted) return;
  ending.abort();
  await starting?.then((sandbox) => sandbox.stop()).catch(() => undefined);
  process.exit(process.exitCode ?? 0);
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end());
process.on('disconnect', () => void end());

try {
  starting = startSandbox(readOptions(process.argv.slice(2), process.env, new Date()), {
    now: () => new Date(),
    onProgress: (progress) => tell({ progress }),
    signal: ending.signal,
  });
  const sandbox = await starting;
  tell({ ready: sandbox.environment });
  void sandbox.postgres?.exited.then(() => {
    if (!ending.signal.aborted) tell({ progress: "The sandbox's PostgreSQL has ended unexpectedly." });
  });
} catch (error) {
  if (!ending.signal.aborted) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    await end();
  }
}
