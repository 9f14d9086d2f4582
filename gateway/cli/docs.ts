// The entry point of `npm run -s docs`.
import { runDocsCommand } from '../documentation/command.ts';

process.exitCode = await runDocsCommand(process.argv.slice(2), process);
