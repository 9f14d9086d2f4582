import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { deliver } from '../../contract/file-bench.ts';
import { type DropStage, openDropStage, subject } from './drop-stage.ts';

let stage: DropStage;
let programs: string;
beforeAll(async () => {
  stage = await openDropStage();
  await stage.reset();
  programs = mkdtempSync(join(tmpdir(), 'load-'));
  await build({
    entryPoints: ['test/connectors/file/load-writer.ts'],
    outfile: join(programs, 'load-writer.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
});
afterAll(async () => {
  await stage.stop();
  await rm(programs, { recursive: true });
});

/** Runs the loader; kills it when it says `until`. */
async function load(until?: string): Promise<string> {
  const child = spawn(process.execPath, [join(programs, 'load-writer.mjs'), stage.drop(), stage.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let said = '';
  for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    said += chunk;
    if (until !== undefined && said.includes(until)) child.kill('SIGKILL');
  }
  await exited;
  return said;
}

test('a gateway killed in the middle of a load leaves nothing half visible and nothing behind', async () => {
  const delivery = (mark: string, rows: number): Buffer =>
    Buffer.from(
      `code,doc\n${Array.from({ length: rows }, (_, at) => `${subject(at).id},${mark}${at}\n`).join('')}`,
    );
  await deliver(stage.drop(), 'listings-20260308-01.csv', delivery('old', 1000));
  expect(await load()).toContain('looked {"active":1000}');
  await deliver(stage.drop(), 'listings-20260309-01.csv', delivery('new', 300_000));
  expect(await load('"rows":250000')).not.toContain('looked');

  const tables = async () =>
    (
      await stage.database.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'staging' ORDER BY 1`)
    ).rows.map(({ tablename }) => String(tablename).replace(/_[0-9]+$/, ''));
  // The server rolls back when it notices that nobody is there.
  await vi.waitFor(
    async () => {
      const held = await stage.database.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory'`);
      expect(held.rowCount).toBe(0);
    },
    { timeout: 20_000 },
  );
  expect(await tables()).toEqual(['delivery', 'probe_Listing_20260308_001']);
  expect(await stage.registered()).toEqual([['listings-20260308-01.csv', 'active']]);
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('credit-gateway-'))).toEqual([]);

  expect(await load()).toContain('looked {"active":300000}');
  expect(await load()).toContain('looked {"active":300000}');
  expect(await tables()).toEqual(['delivery', 'probe_Listing_20260309_001']);
}, 120_000);
