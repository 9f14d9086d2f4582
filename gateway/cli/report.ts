/** `npm run -s report -- verify|keys`: for whoever holds a report, a program of its own beside the gateway. */
import { runReportCli } from '../reports/command.ts';

process.exitCode = await runReportCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  fetch,
});
