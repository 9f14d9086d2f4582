// The entry point of `npm run -s impact`.
import { runImpact } from '../explain/impact-command.ts';

process.exitCode = await runImpact(process.argv.slice(2), process);
