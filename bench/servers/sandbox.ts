// The sandbox agencies as `npm start` has them, and besides a parent that may ask what they were asked.
import pg from 'pg';
import { type Sandbox, type SandboxEnvironment, startSandbox } from '../../connectors/sandbox/agencies.ts';
import { readOptions } from '../../connectors/sandbox/options.ts';
import { readStatements } from '../../connectors/sandbox/postgres/statement-journal.ts';

/** What the parent may send: forget the calls so far, count them, or stop writing the database's journal. */
export type SandboxOrder = 'forget' | 'count' | 'quiet';

/** Calls per source; look-ups of statements, for those that are databases. */
export type CallCounts = Readonly<Record<string, number>>;

export type SandboxReply =
  | { readonly progress: string }
  | { readonly ready: SandboxEnvironment }
  | { readonly failed: string }
  | { readonly done: SandboxOrder; readonly calls: CallCounts };

const tell = (reply: SandboxReply): void => void process.send?.(reply);
const setJournal = async ({ postgres }: Sandbox, level: 'all' | 'none'): Promise<void> => {
  // A role's setting holds from its next session on and outweighs the server's.
  const client = new pg.Client({ connectionString: postgres!.url('postgres') });
  await client.connect();
  await client.query(`alter role all set log_statement = '${level}'`);
  await client.end();
};

/** Sources by the database they live in; deliveries of files are staged in the gateway's own. */
const sourceOf = (database: string): string =>
  database.includes('registry') ? 'registry' : database.includes('hr') ? 'hr' : 'finance';

async function obey(sandbox: Sandbox, order: SandboxOrder): Promise<CallCounts> {
  const calls: Record<string, number> = {};
  if (order === 'quiet') await setJournal(sandbox, 'none');
  const statements = order === 'quiet' ? [] : await readStatements(sandbox.postgres!);
  if (order === 'count') {
    calls['court'] = sandbox.court.journal().length;
    calls['procurement'] = sandbox.procurement.journal().length;
    for (const { database, user, text } of statements.slice(seen)) {
      if (process.env['BENCH_SHOW_STATEMENTS'] === '1') console.log(database, user, text);
      if (!/^\s*(with|select)\b/i.test(text)) continue;
      const source = sourceOf(database);
      calls[source] = (calls[source] ?? 0) + 1;
    }
  }
  sandbox.court.clearJournal();
  sandbox.procurement.clearJournal();
  seen = statements.length;
  return calls;
}
let seen = 0;

try {
  const options = { ...readOptions(process.argv.slice(2), process.env, new Date()), journal: true };
  const sandbox = await startSandbox(options, {
    now: () => new Date(),
    onProgress: (progress) => tell({ progress }),
  });
  await setJournal(sandbox, 'all');
  const end = (): void => void sandbox.stop().finally(() => process.exit());
  process.on('disconnect', end);
  process.on('SIGTERM', end);
  process.on('message', (order: SandboxOrder) => {
    obey(sandbox, order).then(
      (calls) => tell({ done: order, calls }),
      (error: unknown) => tell({ failed: String(error) }),
    );
  });
  tell({ ready: sandbox.environment });
} catch (error) {
  tell({ failed: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.disconnect();
}
