/** `npm run -s audit -- verify|find|show|head`: the auditor's command, a program of its own beside the gateway. */
import { runAuditCli } from '../audit/command.ts';

// A reader such as `head` may close the pipe early; that is no failure of the log.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 2);
});
process.exitCode = await runAuditCli(process.argv.slice(2), process);
