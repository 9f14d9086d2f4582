// Entry of the gateway's process: environment in, a listening gateway or a list of problems out. Ends cleanly
// on SIGTERM, SIGINT or when its parent is gone; a failed audit log ends it at once.
import { formatProblem, type Problem } from '../schema/problem.ts';
import { readConfiguration } from './config.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { StartupRefused } from './startup-refused.ts';
import { createLog } from './watch/log-lines.ts';

/** Message to a parent process. */
export interface GatewayReady {
  readonly listening: string;
  /** Of the status page and the metrics. */
  readonly admin: string;
}

function refuse(problems: readonly Problem[]): void {
  process.stderr.write(
    `The gateway does not start. 网关拒绝启动：\n${problems.map(formatProblem).join('\n')}\n`,
  );
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}

async function main(): Promise<void> {
  const { configuration, problems } = readConfiguration(process.env);
  if (configuration === undefined) return refuse(problems);
  const log = createLog(configuration.logLevel);
  let gateway: Gateway | undefined;
  let ending = false;
  const end = async (reason: string): Promise<void> => {
    if (ending) return;
    ending = true;
    log.info({ reason }, 'the gateway stops');
    await gateway?.close();
    process.exit(process.exitCode ?? 0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end(signal));
  process.on('disconnect', () => void end('the parent process is gone'));
  try {
    gateway = await startGateway({
      configuration,
      environment: process.env,
      log,
      clock: () => new Date(),
      onFatal: (error) => {
        log.error({ err: error }, 'the audit log has failed: nothing can be answered, the process ends');
        process.exit(1);
      },
    });
  } catch (error) {
    if (error instanceof StartupRefused) return refuse(error.problems);
    const message = error instanceof Error ? error.message : String(error);
    return refuse([{ file: 'start-up', message }]);
  }
  log.info({ url: gateway.url, admin: gateway.adminUrl }, 'the gateway listens');
  process.send?.({ listening: gateway.url, admin: gateway.adminUrl } satisfies GatewayReady);
}

await main();
