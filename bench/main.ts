// `npm run bench`: the gateway, everything on, beside its yardsticks in alternating rounds of one run. Speed is
// never a failure; a wrong answer is.
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAudit } from './audit-alone.ts';
import { canPin, memoryOf, stopAll } from './children.ts';
import { describeMachine } from './machine.ts';
import { measureOverload } from './overload.ts';
import { type OverloadReport, isHonoured, renderOverload } from './overload-report.ts';
import { measurePolicyCost } from './policy-cost.ts';
import { readQuestions } from './questions.ts';
import { measureColdTable } from './other-policies.ts';
import { type Report, renderReport } from './report.ts';
import { measureRounds } from './rounds.ts';
import { type Contender, contenderNames, setStage } from './stage.ts';

const help = `npm run bench [-- options]   compares the gateway with its yardsticks

  --overload       instead: 16, 64 and 256 clients who do not wait, alone and beside two busy processes
  --quick          one short round: about a minute instead of about three and a half
  --json FILE      writes the results as JSON too
  --directory DIR  where the bench keeps its own sandbox and logs (data/bench)
  --help           this text

Starts its own sandbox on free ports; only loopback is used. Ends with 0 whatever the speed, and with 1 when an
answer was wrong or something did not start. docs/benchmarks.md says what is compared with what.`;

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      overload: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      directory: { type: 'string', default: 'data/bench' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const root = resolve(process.env['PROJECT_ROOT'] ?? '.');
  const directory = resolve(root, values.directory);
  const dist = dirname(dirname(resolve(process.argv[1]!)));
  const say = (line: string): void => console.error(line);
  const questions = await readQuestions(root);
  if (values.overload) {
    const overload: OverloadReport = {
      machine: describeMachine(false),
      runs: await measureOverload({ root, dist, directory, questions, quick: values.quick, say }),
    };
    console.log(renderOverload(overload));
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(overload, null, 2)}\n`);
    return isHonoured(overload) ? 0 : 1;
  }
  const pinned = await canPin();
  const machine = describeMachine(pinned);
  say('Starting the sandbox, the gateways and the yardsticks …');
  const stage = await setStage({
    root,
    dist,
    directory,
    questions,
    serverCore: pinned ? 0 : undefined,
    say,
  });
  const { quick } = values;
  const { results, failures } = await measureRounds(stage.contenders, questions, { quick, say });
  const memory = (await memoryOf(stage.gateway.pid!)) ?? null;
  say('Weighing the policies …');
  const contender = (name: string): Contender => stage.contenders.find((one) => one.name === name)!;
  const policies = await measurePolicyCost(
    questions[0]!,
    { own: contender(contenderNames.inMemory), open: contender(contenderNames.open) },
    stage.anotherPair,
    { quick },
  );
  const report: Report = {
    machine,
    quick,
    questions: questions.map(({ name, title }) => ({ name, title })),
    results,
    failures: [...failures, ...policies.failures],
    roundTrips: stage.roundTrips,
    startUp: stage.startUp,
    memory,
    policies: policies.cost,
    audit: await measureAudit(join(directory, 'audit-alone')),
    coldTable: await measureColdTable(root, join(directory, 'large-policies')),
  };
  console.log(renderReport(report));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  return report.failures.length === 0 ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stopAll().then(() => process.exit(130)));
}
let code = 1;
try {
  code = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
} finally {
  await stopAll();
}
process.exit(code);
