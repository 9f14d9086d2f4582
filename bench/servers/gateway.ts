// The real gateway, everything on, with other sources: the real ones recorded (BENCH_RECORD=1), or memory
// (BENCH_CAPTURED names the file).
import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { openConnectors } from '../../connectors/open.ts';
import { readConfiguration } from '../../gateway/config.ts';
import { startGateway } from '../../gateway/gateway.ts';
import type { GatewayReady } from '../../gateway/main.ts';
import { formatProblem } from '../../schema/problem.ts';
import { type Captured, type CapturedRows, inMemorySources, recordSources } from '../captured.ts';

/** Message to the parent when it asks for the rows. */
export interface RecordedRows {
  readonly rows: CapturedRows;
}

const { configuration, problems } = readConfiguration(process.env);
if (configuration === undefined) throw new Error(problems.map(formatProblem).join('\n'));
const file = process.env['BENCH_CAPTURED'];
const captured =
  file === undefined ? undefined : (JSON.parse(await readFile(file, 'utf8')) as Pick<Captured, 'rows'>);
const gateway = await startGateway({
  configuration,
  environment: process.env,
  log: pino({ level: configuration.logLevel, base: null }),
  clock: () => new Date(),
  onFatal: (error) => {
    console.error(error);
    process.exit(1);
  },
  openSources: async (options) => {
    if (captured !== undefined) {
      return inMemorySources(
        captured.rows,
        options.manifests.map(({ source }) => source),
      );
    }
    const recording = recordSources(await openConnectors(options));
    process.on('message', () => process.send?.({ rows: recording.rows() } satisfies RecordedRows));
    return recording.connectors;
  },
});
const end = (): void => void gateway.close().finally(() => process.exit());
process.on('disconnect', end);
process.on('SIGTERM', end);
process.send?.({ listening: gateway.url } satisfies Pick<GatewayReady, 'listening'>);
