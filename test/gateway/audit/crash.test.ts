import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { verifyAuditLog } from '../../../gateway/audit/verify.ts';
import { freshDirectory, openLog, readEntries } from './audit-directory.ts';

/** Runs the writer until it has answered `answers` times, kills it with -9, and returns all it said. */
async function runAndKill(program: string, directory: string, answers: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let said = '';
  let lines = 0;
  for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    said += chunk;
    lines += chunk.split('\n').length - 1;
    if (lines >= answers) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  return said.split('\n').slice(0, -1);
}

test('kill -9 under load loses no entry that was said to be durable', async () => {
  const program = join(await freshDirectory(), 'crash-writer.mjs');
  await build({
    entryPoints: ['test/gateway/audit/crash-writer.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  const directory = await freshDirectory();
  const answered: string[] = [];
  for (const answers of [300, 1500, 700]) answered.push(...(await runAndKill(program, directory, answers)));

  // Three runs over one directory: no lock was left behind, and the fourth start finds a sound log.
  const { log, recovered } = await openLog(directory);
  await log.close();
  const report = await verifyAuditLog(directory);
  expect(report.problem).toBeUndefined();
  expect(report.segments).toBeGreaterThan(1);
  expect(recovered.lastSeq).toBeGreaterThanOrEqual(answered.length);

  const outcomes = (await readEntries(directory)).filter(({ kind }) => kind === 'outcome');
  const stored = new Set(outcomes.map(({ seq, request }) => `${seq} ${request as string}`));
  expect(answered.length).toBeGreaterThanOrEqual(2500);
  expect(answered.filter((answer) => !stored.has(answer))).toEqual([]);
});
