// The entry point of `npm run -s who-can-see`.
import { runWhoCanSee } from '../explain/who-can-see-command.ts';

process.exitCode = await runWhoCanSee(process.argv.slice(2), process);
