/** The auditor's command: verify, find, show, head. Reads files, writes to the given streams, changes nothing. */
import { resolve } from 'node:path';
import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { AuditError, systemCode } from './audit-error.ts';
import { loadPublicKey } from './checkpoint.ts';
import { parseEntry, readFrame, type AuditEntry, type Frame } from './entry.ts';
import { readLines } from './lines.ts';
import { readBoundary } from './period.ts';
import { createPseudonymiser, loadKey } from './pseudonym.ts';
import * as say from './report.ts';
import { searchAuditLog, type AuditQuery } from './search.ts';
import { listSegments, type Segment } from './segment.ts';
import { verifyAuditLog } from './verify.ts';

/** What the command needs of a process. */
export interface AuditCliIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** 0 sound or found · 1 broken chain or nothing found · 2 wrong use or unreadable files */
export type ExitCode = 0 | 1 | 2;

/** A wrong argument; its message is for the user. */
class UsageError extends Error {}

const OPTIONS = {
  directory: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  'public-key': { type: 'string', multiple: true },
  anchor: { type: 'string' },
  subject: { type: 'string' },
  'pseudonym-key': { type: 'string' },
  consumer: { type: 'string' },
  user: { type: 'string' },
  case: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  offset: { type: 'string', default: 'Z' },
} as const;

type Values = ReturnType<typeof parse>['values'];

const parse = (argv: readonly string[]) =>
  parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });

/** Runs one command line (without `node` and the script). Never throws for what a user can do wrong. */
export async function runAuditCli(argv: readonly string[], io: AuditCliIo): Promise<ExitCode> {
  try {
    const { values, positionals } = parse(argv);
    if (values.help) {
      io.stdout.write(say.AUDIT_HELP);
      return 0;
    }
    const [command, ...rest] = positionals;
    if (rest.length > (command === 'show' ? 1 : 0))
      throw new UsageError(`unexpected argument ${rest.at(-1)}`);
    const directory = values.directory ?? io.env['AUDIT_DIRECTORY'] ?? usualDirectory;
    switch (command) {
      case 'verify':
        return await verify(directory, values, io);
      case 'find':
        return await find(directory, values, io);
      case 'show':
        return await show(directory, rest[0], values, io);
      case 'head':
        return await head(directory, values, io);
      default:
        throw new UsageError(command === undefined ? 'say what to do' : `there is no command ${command}`);
    }
  } catch (error) {
    const message = userMessage(error);
    if (message === undefined) throw error;
    io.stderr.write(`audit: ${message}\nTry: npm run -s audit -- --help\n`);
    return 2;
  }
}

/** What the user can do something about; undefined for our own faults. */
function userMessage(error: unknown): string | undefined {
  if (error instanceof UsageError || error instanceof AuditError) return error.message;
  const code = systemCode(error);
  if (code?.startsWith('ERR_PARSE_ARGS') === true) return (error as Error).message;
  if (code !== undefined && !code.startsWith('ERR_')) {
    return `cannot read ${(error as NodeJS.ErrnoException).path ?? 'a file'} (${code})`;
  }
  return undefined;
}

async function verify(directory: string, values: Values, io: AuditCliIo): Promise<ExitCode> {
  await segmentsOf(directory);
  const progress = progressOn(io);
  const report = await verifyAuditLog(directory, {
    publicKey: await Promise.all((await publicKeyFiles(directory, values, io)).map(loadPublicKey)),
    ...(values.anchor === undefined ? {} : { anchorFile: values.anchor }),
    onProgress: progress.show,
  });
  progress.clear();
  io.stdout.write(values.json ? `${JSON.stringify(report)}\n` : say.describeVerification(report));
  return report.problem === undefined ? 0 : 1;
}

const usualDirectory = 'data/audit';

/** The key that was named; else the usual key, but only for the usual directory: a log elsewhere has its own. */
async function publicKeyFiles(directory: string, values: Values, io: AuditCliIo): Promise<readonly string[]> {
  if (values['public-key'] !== undefined) return values['public-key'];
  const configured = io.env['AUDIT_PUBLIC_KEY_FILE'];
  if (configured !== undefined) return [configured];
  if (resolve(directory) !== resolve(usualDirectory)) return [];
  const usual = 'data/keys/audit-signing.key.pub';
  return access(usual).then(
    () => [usual],
    () => [],
  );
}

async function find(directory: string, values: Values, io: AuditCliIo): Promise<ExitCode> {
  await segmentsOf(directory);
  const query = await readQuery(values, io);
  const progress = progressOn(io);
  let found = 0;
  for await (const step of searchAuditLog(directory, query, progress.show)) {
    if (step.kind === 'finding') {
      found += 1;
      const { entry, outcome } = step;
      progress.clear();
      io.stdout.write(
        values.json ? `${JSON.stringify({ entry, outcome })}\n` : say.describeFinding(entry, outcome),
      );
      continue;
    }
    progress.clear();
    (values.json ? io.stderr : io.stdout).write(say.describeSearch(found, step.searched));
    if (step.problem === undefined) return found === 0 ? 1 : 0;
    io.stderr.write(say.describeProblem(step.problem));
    io.stderr.write('What stands from there on has not been searched.\n');
  }
  return 1;
}

async function readQuery(values: Values, io: AuditCliIo): Promise<AuditQuery> {
  const { subject, consumer, user, case: caseNumber, from, to, offset } = values;
  if ([subject, consumer, user, caseNumber, from, to].every((value) => value === undefined)) {
    throw new UsageError('find needs at least one of --subject --consumer --user --case --from --to');
  }
  const boundary = (option: string, text: string, side: 'start' | 'end'): Date => {
    const date = readBoundary(text, side, offset);
    if (date === undefined)
      throw new UsageError(`--${option}: not a date such as 2026-05, 2026-05-03 (or a bad --offset)`);
    return date;
  };
  return {
    ...(subject === undefined ? {} : { subjects: await pseudonymsOf(subject, values, io) }),
    ...(consumer === undefined ? {} : { consumer }),
    ...(user === undefined ? {} : { user }),
    ...(caseNumber === undefined ? {} : { case: caseNumber }),
    ...(from === undefined ? {} : { from: boundary('from', from, 'start') }),
    ...(to === undefined ? {} : { to: boundary('to', to, 'end') }),
  };
}

/** A citizen id has the length of a credit code, so both pseudonyms are looked for. */
async function pseudonymsOf(subject: string, values: Values, io: AuditCliIo): Promise<readonly string[]> {
  const path = values['pseudonym-key'] ?? io.env['PSEUDONYM_KEY_FILE'] ?? 'data/keys/pseudonym.key';
  const pseudonymise = createPseudonymiser(await loadKey(path));
  const canonical = subject.trim().toUpperCase();
  return [pseudonymise('uscc', canonical), pseudonymise('citizen-id', canonical)];
}

async function show(
  directory: string,
  number: string | undefined,
  values: Values,
  io: AuditCliIo,
): Promise<ExitCode> {
  const seq = Number(number);
  if (!Number.isSafeInteger(seq) || seq < 1) throw new UsageError('show needs the number of an entry');
  const found = await findEntry(await segmentsOf(directory), seq);
  if (found === undefined) {
    io.stderr.write(`There is no entry ${seq}.\n`);
    return 1;
  }
  const { entry, intact } = found;
  io.stdout.write(values.json ? `${JSON.stringify(entry)}\n` : say.describeEntry(entry, intact));
  return intact ? 0 : 1;
}

/** Looks into the last segment that starts at or before the entry. */
async function findEntry(
  segments: readonly Segment[],
  seq: number,
): Promise<{ readonly entry: AuditEntry; readonly intact: boolean } | undefined> {
  for (const segment of segments.toReversed()) {
    let first: Frame | undefined;
    for await (const lines of readLines(segment.path)) {
      for (const line of lines) {
        const frame = readFrame(line.bytes);
        first ??= frame;
        if (frame?.seq === seq) return { entry: parseEntry(line.bytes), intact: frame.intact };
      }
      if (first !== undefined && first.seq > seq) break;
    }
    if (first !== undefined && first.seq < seq) return undefined;
  }
  return undefined;
}

async function head(directory: string, values: Values, io: AuditCliIo): Promise<ExitCode> {
  let last: Frame | undefined;
  for (const segment of (await segmentsOf(directory)).toReversed()) {
    for await (const lines of readLines(segment.path)) {
      const line = lines.findLast(({ complete }) => complete);
      last = (line === undefined ? undefined : readFrame(line.bytes)) ?? last;
    }
    if (last !== undefined) break;
  }
  if (last === undefined) {
    io.stderr.write('The log has no entry yet.\n');
    return 1;
  }
  const { seq, hash, time } = last;
  io.stdout.write(values.json ? `${JSON.stringify({ seq, hash, time })}\n` : say.describeHead(last));
  return last.intact ? 0 : 1;
}

async function segmentsOf(directory: string): Promise<readonly Segment[]> {
  const segments = await listSegments(directory);
  if (segments.length === 0) throw new UsageError(`there is no audit log in ${directory}`);
  return segments;
}

/** A line that overwrites itself, on terminals only. */
function progressOn(io: AuditCliIo): {
  readonly show: (entries: number) => void;
  readonly clear: () => void;
} {
  const STEP = 100_000;
  let shown = 0;
  return {
    show(entries) {
      if (io.stderr.isTTY !== true || entries - shown < STEP) return;
      shown = entries;
      io.stderr.write(`\r${entries.toLocaleString('en-US')} entries checked`);
    },
    clear() {
      if (io.stderr.isTTY === true && shown > 0) io.stderr.write('\r\u001b[K');
    },
  };
}
