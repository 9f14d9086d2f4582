// Lets a test read back what PostgreSQL was asked: every statement with its parameters, from the server's own
// log, so that nothing between the gateway and the server can embellish it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Postgres } from './postgres.ts';

/** Server settings that write the journal; give them to `startPostgres`. */
export const JOURNAL_SETTINGS: Readonly<Record<string, string>> = {
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_directory: 'log',
  log_filename: 'statements.log',
  log_rotation_age: '0',
  log_rotation_size: '0',
  log_statement: 'all',
  log_parameter_max_length: '-1',
};

/** A statement the server executed. */
export interface Statement {
  readonly at: string;
  readonly user: string;
  readonly database: string;
  /** SQL text, placeholders as sent. */
  readonly text: string;
  /** Parameters as the server prints them (`$1` first): text, arrays as `{a,b}`; null where NULL. */
  readonly parameters: readonly (string | null)[];
}

interface LogLine {
  readonly timestamp?: string;
  readonly user?: string;
  readonly dbname?: string;
  readonly message?: string;
  readonly detail?: string;
}

let barriers = 0;

/** Everything executed so far, oldest first; statements of this function itself are left out. */
export async function readStatements(postgres: Postgres): Promise<readonly Statement[]> {
  // The log is written by a process of its own: a marker sent now is the last line to wait for.
  const marker = `select 'journal barrier ${process.pid}.${(barriers += 1)}'`;
  const client = new pg.Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  await client.query(marker);
  await client.end();
  const file = join(postgres.dataDirectory, 'log', 'statements.json');
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.includes(marker.replaceAll('"', '\\"'))) return text.split('\n').flatMap(statementIn);
    await pause(10);
  }
  throw new Error(`${file} does not receive statements: start PostgreSQL with JOURNAL_SETTINGS.`);
}

function statementIn(line: string): readonly Statement[] {
  if (!line.startsWith('{')) return [];
  let entry: LogLine;
  try {
    entry = JSON.parse(line) as LogLine;
  } catch {
    return []; // A line still being written.
  }
  // Simple protocol "statement: …", extended "execute <name>: …".
  const text = /^(?:statement|execute [^:]*): ([\s\S]*)$/.exec(entry.message ?? '')?.[1];
  if (text === undefined || text.includes('journal barrier')) return [];
  return [
    {
      at: entry.timestamp ?? '',
      user: entry.user ?? '',
      database: entry.dbname ?? '',
      text,
      parameters: parametersIn(entry.detail ?? ''),
    },
  ];
}

/** Reads `Parameters: $1 = 'it''s', $2 = NULL`. */
function parametersIn(detail: string): readonly (string | null)[] {
  const pattern = /\$\d+ = (?:NULL|'((?:[^']|'')*)')/g;
  return [...detail.matchAll(pattern)].map((match) => match[1]?.replaceAll("''", "'") ?? null);
}
