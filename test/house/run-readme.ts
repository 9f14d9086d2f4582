// Runs every command the README shows against a gateway that listens, for `.ci/run`. Ends with 1 at the first whose
// answer is not what the README says. Arguments: the gateway's address, which stands in for localhost:4000.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { missingPieces, readmeSteps } from './readme-steps.ts';

const [address] = process.argv.slice(2);
if (address === undefined) throw new Error('say where the gateway listens');
const steps = ['README.md', 'docs/zh.md'].flatMap((file) =>
  readmeSteps(readFileSync(file, 'utf8')).map((step) => ({ file, ...step })),
);
if (steps.length < 8) throw new Error(`the README shows only ${steps.length} commands to run`);
for (const step of steps) {
  const script = `set -euo pipefail\n${step.commands.replaceAll('http://localhost:4000', address)}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8', timeout: 60_000 });
  const missing = missingPieces(step, stdout);
  const shown = step.commands.split('\n')[0]!;
  if (status === 0 && missing.length === 0) {
    process.stdout.write(`ok   ${step.file}: ${shown}\n`);
    continue;
  }
  process.stdout.write(
    `FAIL ${step.file}: ${step.commands}\nexit ${status}\nmissing: ${missing.join('\n         ')}\n${stdout}${stderr}\n`,
  );
  process.exit(1);
}
