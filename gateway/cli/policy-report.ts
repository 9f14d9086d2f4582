// The entry point of `npm run -s policy-report`.
import { runPolicyReport } from '../explain/policy-report-command.ts';

process.exitCode = await runPolicyReport(process.argv.slice(2), process);
