// `npm run -s docs`: writes what docs/ shares with the code. With --check it writes nothing and names what is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatProblem } from '../../schema/problem.ts';
import { generateDocuments } from '../documentation/generate.ts';

const help = `Writes the generated parts of docs/ from the code, the schema and the policies.

  npm run -s docs              writes
  npm run -s docs -- --check   writes nothing; names what is stale

  --root   the project root ($PROJECT_ROOT, or the current folder)

Exit code: 0 written or fresh; 1 stale, or the schema or policies have problems; 2 wrong use.
`;

function readOptions(): { check?: boolean; root?: string; help?: boolean } | undefined {
  try {
    return parseArgs({
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

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined || options.help === true) {
    (options === undefined ? process.stderr : process.stdout).write(help);
    return options === undefined ? 2 : 0;
  }
  const root = options.root ?? process.env['PROJECT_ROOT'] ?? process.cwd();
  const { files, problems } = await generateDocuments(root);
  if (problems.length > 0) {
    process.stderr.write(`${problems.map(formatProblem).join('\n')}\n`);
    return 1;
  }
  const stale = files.filter(({ path, text }) => readIfThere(join(root, path)) !== text);
  if (options.check !== true) {
    for (const { path, text } of stale) writeFileSync(join(root, path), text);
    process.stdout.write(stale.map(({ path }) => `written ${path}\n`).join(''));
    return 0;
  }
  if (stale.length === 0) return 0;
  const names = stale.map(({ path }) => `stale ${path}\n`).join('');
  process.stderr.write(`${names}Run: npm run -s docs\n`);
  return 1;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

process.exitCode = await main();
