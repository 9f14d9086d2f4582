// Owns what `npm run -s token` does: a sandbox token for a consumer that policies/consumers.yaml knows.
// Prints the token and nothing else on stdout, so that it can be used in `$(…)`.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadOrCreateSandboxIssuer } from '../../connectors/sandbox/issuer.ts';
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import { parseUscc } from '../../schema/identifiers/uscc.ts';

export interface CommandOutcome {
  /** 0 done, 1 failed, 2 wrong use. */
  readonly exitCode: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The sandbox gateway accepts tokens up to an hour old. */
const MAX_TTL_SECONDS = 3600;

const HELP = `Prints a token of the sandbox issuer.

  npm run -s token -- --consumer <name> [--subject <code>] [--ttl 600] [--directory data/sandbox] [--root .]

  --consumer   a consumer of policies/consumers.yaml
  --subject    the citizen id or unified social credit code of whom the bearer is, for a portal of subjects themselves
  --ttl        life in seconds, 1 to ${MAX_TTL_SECONDS} (600)
  --directory  where the sandbox keeps its key, from the project root (data/sandbox)
  --root       the project root ($PROJECT_ROOT, or the current folder)

Without a token a caller is \`public\`, so \`public\` needs none.
`;

const consumersShape = z.object({ consumers: z.record(z.string(), z.unknown()) });

/** Never throws: what went wrong is in the outcome. */
export async function issueToken(
  args: readonly string[],
  { env, cwd, now }: CommandSurroundings,
): Promise<CommandOutcome> {
  const options = readOptions(args);
  if (options === undefined) return misuse(HELP);
  if (options.help === true) return { exitCode: 0, stdout: HELP, stderr: '' };
  if (env.GATEWAY_MODE === 'production')
    return failed('The sandbox issuer signs nothing when GATEWAY_MODE is production.');

  const ttlSeconds = /^[0-9]{1,5}$/.test(options.ttl) ? Number(options.ttl) : 0;
  if (ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS)
    return misuse(`--ttl must be 1 to ${MAX_TTL_SECONDS} seconds.`);

  const root = resolve(cwd, options.root ?? env.PROJECT_ROOT ?? '.');
  const consumers = await readConsumers(join(root, 'policies', 'consumers.yaml'));
  if (typeof consumers === 'string') return failed(consumers);
  const list = `Known consumers: ${consumers.join(', ')}.`;
  if (options.consumer === undefined) return misuse(`--consumer is missing. ${list}`);
  if (options.consumer === 'public') return misuse(`public is who has no token. ${list}`);
  if (!consumers.includes(options.consumer)) return misuse(`This consumer is not known. ${list}`);

  const subject = options.subject === undefined ? undefined : subjectOf(options.subject);
  if (options.subject !== undefined && subject === undefined)
    return misuse('--subject must be a citizen id or a unified social credit code.');

  try {
    const issuer = await loadOrCreateSandboxIssuer(resolve(root, options.directory));
    return {
      exitCode: 0,
      stdout: `${await issuer.sign(options.consumer, { now, ttlSeconds, ...(subject === undefined ? {} : { subject }) })}\n`,
      stderr: '',
    };
  } catch (error) {
    return failed(error instanceof Error ? error.message : 'The sandbox issuer failed.');
  }
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        consumer: { type: 'string' },
        subject: { type: 'string' },
        ttl: { type: 'string', default: '600' },
        directory: { type: 'string', default: 'data/sandbox' },
        root: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch {
    return undefined;
  }
}

/** Of the kind whose check it passes, a person first. */
function subjectOf(text: string): { kind: 'Organization' | 'Person'; id: string } | undefined {
  const person = parseCitizenId(text);
  if (person.ok) return { kind: 'Person', id: person.value };
  const organization = parseUscc(text);
  return organization.ok ? { kind: 'Organization', id: organization.value } : undefined;
}

/** The names but `public`, sorted; or what is wrong with the file. */
async function readConsumers(path: string): Promise<readonly string[] | string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return `${path} cannot be read; run this in the project root or name it with --root.`;
  }
  try {
    const { consumers } = consumersShape.parse(parse(text));
    return Object.keys(consumers)
      .filter((name) => name !== 'public')
      .sort();
  } catch {
    return `${path} has no map \`consumers:\`.`;
  }
}

const misuse = (message: string): CommandOutcome => ({
  exitCode: 2,
  stdout: '',
  stderr: `${message.trimEnd()}\n`,
});
const failed = (message: string): CommandOutcome => ({ exitCode: 1, stdout: '', stderr: `${message}\n` });
