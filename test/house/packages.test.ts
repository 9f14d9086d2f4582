import { expect, test } from 'vitest';
import { textOf } from './source-files.ts';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}
interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly integrity?: string; readonly resolved?: string }>
  >;
}
const manifest = JSON.parse(textOf('package.json')) as Manifest;
const { packages } = JSON.parse(textOf('package-lock.json')) as Lockfile;
const direct = { ...manifest.dependencies, ...manifest.devDependencies };

test('every locked package has an integrity hash', () => {
  const entries = Object.entries(packages).filter(([path]) => path !== '');
  expect(entries.length).toBeGreaterThan(100);
  const bare = entries.filter(([, { integrity }]) => !/^sha512-[\w+/]+=*$/.test(integrity ?? ''));
  expect(bare.map(([path]) => path)).toEqual([]);
});

test('a locked package comes from the public registry or wherever npm is told, never from elsewhere', () => {
  const elsewhere = Object.values(packages)
    .map(({ resolved }) => resolved)
    .filter((resolved) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'));
  expect(elsewhere).toEqual([]);
});

test('every version is exact and is the one that is locked', () => {
  for (const [name, version] of Object.entries({ ...direct, ...manifest.overrides })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
  }
  for (const [name, version] of Object.entries(direct)) {
    expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
  }
});

test('npm saves exact versions, runs no install scripts and waits before it takes what is new', () => {
  const settings = textOf('.npmrc').trim().split('\n');
  expect(settings).toEqual(
    expect.arrayContaining(['save-exact=true', 'ignore-scripts=true', 'min-release-age=14']),
  );
  expect(settings.filter((line) => /registry|token|password/i.test(line))).toEqual([]);
});

test('every direct dependency says in the README why it is there', () => {
  const readme = textOf('README.md');
  const silent = Object.keys(direct).filter(
    (name) => !new RegExp(`^\\| .*\`${name}\`.*\\| .{8,} \\|$`, 'm').test(readme),
  );
  expect(silent).toEqual([]);
});
