// The entry point of `npm run -s new-source`.
import { runNewSource } from '../onboarding/new-source-command.ts';

process.exitCode = await runNewSource(process.argv.slice(2), process);
