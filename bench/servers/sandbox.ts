// The sandbox agencies as `npm start` has them, and besides a parent that may ask what they were asked.
import pg from 'pg';
import { type Sandbox, type SandboxEnvironment, startSandbox } from '../../connectors/sandbox/agencies.ts';
import { readOptions } from '../../connectors/sandbox/options.ts';
import { type Statement, readStatements } from '../../connectors/sandbox/postgres/statement-journal.ts';
import { type CallCounts, ownState } from '../call-counts.ts';

/** What the parent may send: forget the calls so far, count them, or stop writing the database's journal. */
export type SandboxOrder = 'forget' | 'count' | 'quiet';

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

/**
 * The source a statement asks, by its database: deliveries of files are staged in the gateway's own. Undefined for
 * what is no look-up: a look-up names its keys.
 */
function sourceOf({ database, text }: Statement): string | undefined {
  if (!/= ANY\(\$/i.test(text)) return undefined;
  const source = ['registry', 'hr', 'discipline', 'publicity'].find((name) => database.includes(name));
  if (source !== undefined) return source;
  return text.includes('"staging"') ? 'finance' : undefined;
}

async function obey(sandbox: Sandbox, order: SandboxOrder): Promise<CallCounts> {
  const calls: Record<string, number> = {};
  if (order === 'quiet') await setJournal(sandbox, 'none');
  const statements = order === 'quiet' ? [] : await readStatements(sandbox.postgres!);
  if (order === 'count') {
    calls['court'] = sandbox.court.journal().length;
    calls['procurement'] = sandbox.procurement.journal().length;
    const utilities = sandbox.utilities.journal().length;
    if (utilities > 0) calls['utilities'] = utilities;
    for (const statement of statements.slice(seen)) {
      const source = sourceOf(statement) ?? (statement.user === 'postgres' ? undefined : ownState);
      if (source !== undefined) calls[source] = (calls[source] ?? 0) + 1;
    }
  }
  sandbox.court.clearJournal();
  sandbox.procurement.clearJournal();
  sandbox.utilities.clearJournal();
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
