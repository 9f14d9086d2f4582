// What the steward's commands have in common: options, the definition they speak of, and how wrong use is said.
import type { Bilingual } from '../../schema/bilingual.ts';
import { isAbsolute, relative, resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Problem, formatProblem } from '../../schema/problem.ts';
import { suggest } from '../../schema/suggest.ts';
import { type Definition, readDefinition } from '../gateway.ts';
import { StartupRefused } from '../startup-refused.ts';

/** What a command needs of a process. */
export interface CommandIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** 0 done · 1 the answer is bad news, or the files have problems · 2 wrong use */
export type ExitCode = 0 | 1 | 2;

/** A wrong argument; its message is for the user. */
export class WrongUse extends Error {}

/** Files with problems; nothing was done. */
export class BadFiles extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super('bad files');
    this.problems = problems;
  }
}

type OptionShapes = NonNullable<ParseArgsConfig['options']>;
type Parsed<Shapes extends OptionShapes> = ReturnType<
  typeof parseArgs<{ options: Shapes; allowPositionals: true }>
>;

export interface StewardCommand<Shapes extends OptionShapes> {
  readonly help: string;
  /** Besides `--json`, `--root` and `--help`, which all have. */
  readonly options: Shapes;
  run(given: Parsed<Shapes>, context: CommandContext): Promise<ExitCode>;
}

export interface CommandContext {
  readonly root: string;
  readonly json: boolean;
  readonly io: CommandIo;
  /** SDL, policies and manifests under the root; addresses are not needed. @throws BadFiles */
  readonly definition: () => Promise<Definition>;
  /** A path as the user sees it: from the root. */
  readonly shortPath: (path: string) => string;
}

/** Runs one command line (without `node` and the script). Never throws for what a user can do wrong. */
export async function runSteward<Shapes extends OptionShapes>(
  argv: readonly string[],
  io: CommandIo,
  command: StewardCommand<Shapes>,
): Promise<ExitCode> {
  try {
    const given = parse(argv, command.options);
    const values = given.values as Readonly<Record<string, unknown>>;
    if (values['help'] === true) {
      io.stdout.write(command.help);
      return 0;
    }
    const root = resolve((values['root'] as string | undefined) ?? io.env['PROJECT_ROOT'] ?? '.');
    return await command.run(given, {
      root,
      json: values['json'] === true,
      io,
      definition: () => definitionOf(root, io.env),
      shortPath: (path) => relative(root, path),
    });
  } catch (error) {
    if (error instanceof WrongUse) {
      io.stderr.write(`${error.message}\n--help says more. 用法见 --help。\n`);
      return 2;
    }
    if (!(error instanceof BadFiles)) throw error;
    const { problems } = error;
    io.stderr.write(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
    io.stderr.write(`${problems.length} problems. 共 ${problems.length} 处问题。\n`);
    return 1;
  }
}

function parse<Shapes extends OptionShapes>(argv: readonly string[], own: Shapes): Parsed<Shapes> {
  const options = {
    ...own,
    json: { type: 'boolean' as const },
    root: { type: 'string' as const },
    help: { type: 'boolean' as const, short: 'h' },
  };
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : 'wrong use');
  }
}

async function definitionOf(root: string, env: CommandIo['env']): Promise<Definition> {
  try {
    return await readDefinition(root, env, { addressesRequired: false });
  } catch (error) {
    if (error instanceof StartupRefused) {
      const short = (file: string): string => (isAbsolute(file) ? relative(root, file) : file);
      throw new BadFiles(error.problems.map((problem) => ({ ...problem, file: short(problem.file) })));
    }
    throw error;
  }
}

/** The member of that name. @throws WrongUse with what it may have meant */
export function known<T>(kind: Bilingual, name: string, all: ReadonlyMap<string, T>): T {
  const found = all.get(name);
  if (found !== undefined) return found;
  const suggestion = suggest(name, all.keys());
  const hint = suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`;
  throw new WrongUse(`There is no ${kind.en} ${name}${hint}. 没有该${kind.zh}。`);
}
