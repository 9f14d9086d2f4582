// Runs a steward's command as a process would, and keeps what it wrote.
import type { CommandIo, ExitCode } from '../../../gateway/explain/steward-command.ts';

export interface Ran {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export async function ran(
  command: (argv: readonly string[], io: CommandIo) => Promise<ExitCode>,
  argv: readonly string[],
  env: CommandIo['env'] = {},
): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const exitCode = await command(argv, {
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
    env,
  });
  return { exitCode, stdout, stderr };
}
