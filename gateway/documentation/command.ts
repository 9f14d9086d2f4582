// Owns what `npm run -s docs` does: writes what docs/ shares with the code, or names what is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatProblem } from '../../schema/problem.ts';
import { generateDocuments } from './generate.ts';

/** What the command needs of a process. */
export interface DocsCommandIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
}

const HELP = `Writes the generated parts of docs/ from the code, the schema and the policies.

  npm run -s docs              writes
  npm run -s docs -- --check   writes nothing; names what is stale

  --root   the project root ($PROJECT_ROOT, or the current folder)

Exit code: 0 written or fresh; 1 stale, or the schema or policies have problems; 2 wrong use.
`;

/** Runs one command line (without `node` and the script). */
export async function runDocsCommand(argv: readonly string[], io: DocsCommandIo): Promise<0 | 1 | 2> {
  const options = readOptions(argv);
  if (options === undefined || options.help === true) {
    (options === undefined ? io.stderr : io.stdout).write(HELP);
    return options === undefined ? 2 : 0;
  }
  const root = resolve(options.root ?? io.env['PROJECT_ROOT'] ?? '.');
  const { files, problems } = await generateDocuments(root);
  if (problems.length > 0) {
    io.stderr.write(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
    return 1;
  }
  const stale = files.filter(({ path, text }) => textOrNothing(join(root, path)) !== text);
  if (options.check === true && stale.length > 0) {
    io.stderr.write(`${stale.map(({ path }) => `stale ${path}\n`).join('')}Run: npm run -s docs\n`);
    return 1;
  }
  for (const { path, text } of stale) {
    writeFileSync(join(root, path), text);
    io.stdout.write(`written ${path}\n`);
  }
  return 0;
}

function readOptions(
  argv: readonly string[],
): { readonly check?: boolean; readonly root?: string; readonly help?: boolean } | undefined {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        check: { type: 'boolean' },
        root: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch {
    return undefined;
  }
}

function textOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
