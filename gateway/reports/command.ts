// `npm run -s report`: verifies a report with nothing but the file and public keys, and fetches the keys while the
// gateway can still be asked. Changes nothing.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readKeySet, verifyReport } from './verify-report.ts';

export const REPORT_HELP = `Signed credit reports: verify one, fetch the keys.
签名信用报告：离线核验、导出公钥。

  npm run -s report -- verify <file> [--keys <file>] [--json]
  npm run -s report -- keys [--from <address>]

  verify   is the file a report as it was issued? Needs no network and no gateway.
  keys     prints the public keys, archived ones included: keep them in a file beside the reports
  --keys   key set to verify with (default: data/keys/report-keys.json)
  --from   address of the gateway (default: http://localhost:4000)
  --json   the result as JSON
  --help   this text

Exit code: 0 genuine, or printed; 1 not genuine; 2 wrong use, or a file or address that cannot be read.
`;

const usualKeys = 'data/keys/report-keys.json';
const usualGateway = 'http://localhost:4000';
const mostKeyCharacters = 1024 * 1024;

export interface ReportCliIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly fetch: typeof fetch;
}

/** A wrong argument, or something that cannot be read; its message is for the user. */
class UsageError extends Error {}

const options = {
  keys: { type: 'string' },
  from: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Runs one command line (without `node` and the script). */
export async function runReportCli(argv: readonly string[], io: ReportCliIo): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = readArguments(argv);
    if (values.help) {
      io.stdout.write(REPORT_HELP);
      return 0;
    }
    const [command, file, ...rest] = positionals;
    if (rest.length > 0) throw new UsageError(`unexpected argument ${rest[0]!}`);
    if (command === 'verify' && file !== undefined)
      return await verify(file, values.keys ?? usualKeys, values.json, io);
    if (command === 'keys' && file === undefined) {
      io.stdout.write(await fetchKeys(values.from ?? usualGateway, io.fetch));
      return 0;
    }
    throw new UsageError(command === 'verify' ? 'say which file' : 'say what to do: verify or keys');
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.stderr.write(`report: ${error.message}\nTry: npm run -s report -- --help\n`);
    return 2;
  }
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function verify(file: string, keysFile: string, json: boolean, io: ReportCliIo): Promise<0 | 1> {
  const bytes = await read(file);
  let keys: ReturnType<typeof readKeySet>;
  try {
    keys = readKeySet((await read(keysFile)).toString('utf8'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${keysFile}: ${(error as Error).message}`);
  }
  const result = await verifyReport(bytes, keys);
  if (!result.genuine) {
    const { fault, what } = result;
    io.stdout.write(json ? `${JSON.stringify(result)}\n` : `NOT GENUINE 不真实 ${fault}: ${what}\n`);
    return 1;
  }
  const { report, hash, keyId } = result;
  if (json) {
    io.stdout.write(
      `${JSON.stringify({ genuine: true, number: report['number'], issuedAt: report['issuedAt'], hash, keyId })}\n`,
    );
    return 0;
  }
  io.stdout.write(
    `GENUINE 真实 ${String(report['number'])} issued ${String(report['issuedAt'])}\nsha256 ${hash}\nkey ${keyId}\n`,
  );
  return 0;
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

async function fetchKeys(from: string, ask: typeof fetch): Promise<string> {
  let text: string;
  try {
    const response = await ask(`${from.replace(/\/+$/, '')}/keys`, {
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    text = await response.text();
  } catch (error) {
    throw new UsageError(`cannot fetch the keys from ${from}: ${(error as Error).message}`);
  }
  try {
    if (text.length > mostKeyCharacters) throw new Error('it is too large');
    readKeySet(text);
  } catch (error) {
    throw new UsageError(`${from} does not answer with keys: ${(error as Error).message}`);
  }
  return text;
}
