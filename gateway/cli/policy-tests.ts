// The entry point of `npm run -s policy-tests`.
import { runPolicyTests } from '../explain/policy-tests-command.ts';

process.exitCode = await runPolicyTests(process.argv.slice(2), process);
