// A steward edits a file: the change is live on the next request, whole or not at all.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'steward-'));
  for (const folder of ['schema', 'policies', 'connectors/sources'])
    cpSync(folder, join(root, folder), { recursive: true });
  world = await runGateway({ environment: { PROJECT_ROOT: root } });
});
afterAll(async () => {
  await world?.stop();
  rmSync(root, { recursive: true, force: true });
});
afterEach(async () => {
  cpSync('policies', join(root, 'policies'), { recursive: true });
  await expect.poll(async () => (await look()).representative, { timeout: 5000 }).toMatch(/^.\*\*$/);
});

async function look() {
  const answer = await world.ask({
    query: 'query ($u: USCC!) { organization(uscc: $u) { registry { entry { legalRepresentative } } } }',
    variables: { u: id('clean-firm') },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  return {
    status: answer.status,
    code: answer.body.errors?.[0]?.extensions.code,
    representative: answer.body.data?.organization.registry.entry.legalRepresentative as string | null,
    version: (answer.body.extensions as { policyVersion?: string } | undefined)?.policyVersion,
    request: answer.body.extensions?.request,
  };
}
function edit(file: string, change: (text: string) => string): void {
  const path = join(root, 'policies', file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

test('a column becomes visible without a restart, and the audit names the version each request saw', async () => {
  const before = await look();
  edit('access/registry.cedar', (text) =>
    text.replace(
      'action == Action::"readMasked",\n  resource == Field::"RegistryEntry.legalRepresentative"',
      'action == Action::"read",\n  resource == Field::"RegistryEntry.legalRepresentative"',
    ),
  );
  await expect.poll(async () => (await look()).representative, { timeout: 5000 }).not.toMatch(/\*/);
  const after = await look();
  expect(after.version).not.toBe(before.version);
  const intents = world.entries().filter(({ kind }) => kind === 'intent');
  expect(intents.find(({ request }) => request === before.request).policyVersion).toBe(before.version);
  expect(intents.find(({ request }) => request === after.request).policyVersion).toBe(after.version);
  expect(
    world
      .entries()
      .some(
        ({ kind, from, to }) =>
          kind === 'policies' && from.startsWith(before.version) && to.startsWith(after.version),
      ),
  ).toBe(true);
});

test('an invalid set is refused with every problem and the old one stays', async () => {
  const before = await look();
  const logged = world.logged.length;
  edit('access/registry.cedar', (text) => text.replace('Role::"purchasing"', 'Role::"purchassing"'));
  edit('access/court.cedar', (text) => `${text}\npermit (principal action resource);\n`);
  const refused = (): any =>
    world.logged.slice(logged).findLast((line: any) => line.message.includes('are refused'));
  await expect.poll(() => refused()?.problems.length ?? 0, { timeout: 5000 }).toBeGreaterThanOrEqual(2);
  expect(refused().problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/registry\.cedar:\d+ .*purchassing/),
      expect.stringMatching(/court\.cedar:\d+/),
    ]),
  );
  const after = await look();
  expect([after.version, after.representative]).toEqual([before.version, before.representative]);
});

test('a withdrawn purpose and a disabled consumer act on the next request', async () => {
  edit('consumers.yaml', (text) =>
    text.replace('purposes: [government-procurement, bidding-review,', 'purposes: [subsidy-review,'),
  );
  await expect.poll(async () => (await look()).code, { timeout: 5000 }).toBe('PURPOSE_NOT_HELD');
  edit('consumers.yaml', (text) =>
    text.replace('  procurement-platform:\n', '  procurement-platform-retired:\n'),
  );
  await expect.poll(async () => (await look()).code, { timeout: 5000 }).toBe('CONSUMER_UNKNOWN');
});
