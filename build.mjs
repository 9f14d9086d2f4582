// Bundles the TypeScript into dist/ in about a tenth of a second, and renders the explorer's page, so that what
// runs is plain JavaScript. Types are checked by `npm run lint`.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const rooms = ['gateway', 'schema', 'connectors', 'policies', 'bench'];
const commands = (await readdir(join(root, 'gateway/cli'))).filter((name) => name.endsWith('.ts'));
const benchServers = (await readdir(join(root, 'bench/servers'))).filter((name) => name.endsWith('.ts'));
const entries = [
  'gateway/main.ts',
  'connectors/sandbox/main.ts',
  ...commands.map((name) => `gateway/cli/${name}`),
  'bench/main.ts',
  'bench/deliveries.ts',
  ...benchServers.map((name) => `bench/servers/${name}`),
];

/** Changes when any source changes: names and times are enough on one machine. */
async function fingerprint() {
  const hash = createHash('sha256').update(await readFile(join(root, 'package-lock.json')));
  for (const room of [...rooms, 'build.mjs']) {
    const files = room.endsWith('.mjs')
      ? ['']
      : await readdir(join(root, room), { recursive: true }).catch(() => []);
    for (const file of files.sort()) {
      if (file !== '' && !file.endsWith('.ts')) continue;
      const { mtimeMs, size } = await stat(join(root, room, file));
      hash.update(`${room}/${file} ${mtimeMs} ${size}\n`);
    }
  }
  return hash.digest('hex');
}

const mark = join(root, 'dist/.built');
const wanted = await fingerprint();
if ((await readFile(mark, 'utf8').catch(() => '')) !== wanted) {
  await rm(join(root, 'dist'), { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: entries,
    outbase: '.',
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  await writeExplorer();
  await writeFile(mark, wanted);
}

async function writeExplorer() {
  const { renderGraphiQL } = createRequire(import.meta.url)('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    title: 'Credit query interface 信用查询接口',
    endpoint: '/graphql',
    defaultQuery: await readFile(join(root, 'docs/operations/first-query.graphql'), 'utf8'),
    headers: JSON.stringify({ 'Credit-Purpose': 'public-information' }, undefined, 2),
    defaultEditorToolsVisibility: 'headers',
  });
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeFile(join(root, 'dist/explorer.html'), page);
}
