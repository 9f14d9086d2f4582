// The entry point of `npm run -s explain`.
import { runExplain } from '../explain/explain-command.ts';

process.exitCode = await runExplain(process.argv.slice(2), process);
