// The entry point of `npm run -s token`.
import { issueToken } from './issue-token.ts';

const outcome = await issueToken(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  now: Date.now(),
});
process.stdout.write(outcome.stdout);
process.stderr.write(outcome.stderr);
process.exitCode = outcome.exitCode;
