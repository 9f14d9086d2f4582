// `npm run -s check`: are SDL, policies, rules and manifests sound and do they fit each other? `--live` also asks
// every source whether it can be reached. Nothing is started.
import { parseArgs } from 'node:util';
import { openConnectors } from '../../connectors/open.ts';
import { formatProblem } from '../../schema/problem.ts';
import { type Definition, readDefinition } from '../gateway.ts';
import { StartupRefused } from '../startup-refused.ts';

const help = `npm run -s check [-- --live]

  Checks schema/, policies/ and connectors/sources/ under PROJECT_ROOT (default: here), offline.
  Addresses that manifests name are taken from the environment; without --live they may be missing.

  --live   asks every source whether it can be reached; needs their addresses and DATABASE_URL
  --help   this text

  Exit code 0: sound. 1: problems, one a line. 2: wrong usage.`;

const deadlineMilliseconds = 5000;

async function main(): Promise<number> {
  let live: boolean;
  try {
    const { values } = parseArgs({ options: { live: { type: 'boolean' }, help: { type: 'boolean' } } });
    if (values.help === true) {
      console.log(help);
      return 0;
    }
    live = values.live === true;
  } catch {
    console.error(help);
    return 2;
  }
  const root = process.env['PROJECT_ROOT'] ?? process.cwd();
  let definition: Definition;
  try {
    definition = await readDefinition(root, process.env, { addressesRequired: live });
  } catch (error) {
    if (!(error instanceof StartupRefused)) throw error;
    for (const problem of error.problems) console.error(formatProblem(problem));
    console.error(`${error.problems.length} problems. 共 ${error.problems.length} 处问题。`);
    return 1;
  }
  const { catalogue, policies } = definition.snapshot;
  const rules = [...policies.rulebook.scenes.values()].flatMap((scene) => scene.rules).length;
  console.log(
    `OK: ${definition.manifests.length} sources, ${catalogue.coordinates.size} fields, ` +
      `${policies.policySet.policies.length} policies (version ${policies.policySet.version}), ` +
      `${rules} rules (version ${policies.rulebook.version})`,
  );
  return live ? probeAll(definition) : 0;
}

async function probeAll({ manifests }: Definition): Promise<number> {
  const quiet = (): void => undefined;
  const connectors = await openConnectors({
    manifests,
    stagingUrl: process.env['DATABASE_URL'],
    clock: () => new Date(),
    log: { info: quiet, warn: quiet, error: quiet },
  });
  let failed = 0;
  for (const connector of connectors.values()) {
    const failure = await connector.probe(AbortSignal.timeout(deadlineMilliseconds));
    if (failure !== undefined) failed += 1;
    console.log(
      `${connector.source.padEnd(16)} ${failure === undefined ? 'reached' : `${failure.code}: ${failure.detail}`}`,
    );
    await connector.close();
  }
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
