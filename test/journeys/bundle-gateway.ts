// The gateway as a process of its own: bundled beside the packages it needs, apart from dist/, so that test files
// do not disturb each other.
import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles gateway/main.ts; resolves with the folder that holds main.js. */
export async function bundleGateway(): Promise<string> {
  const outdir = join(process.cwd(), 'node_modules/.cache/credit-gateway', String(process.pid));
  await build({
    entryPoints: ['gateway/main.ts'],
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  return outdir;
}
