// A source whose answers may be kept: what is known outlives a failure of the source as STALE and for a while, clears
// nobody, and is shown to each caller by his own rights.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NOW, type RunningGateway, id, operation, procurement, runGateway } from './running-gateway.ts';

const MINUTE = 60_000;
let root: string;
let world: RunningGateway;
let minutes = 0;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'cached-'));
  for (const folder of ['schema', 'policies', 'connectors/sources'])
    cpSync(folder, join(root, folder), { recursive: true });
  const manifest = join(root, 'connectors/sources/registry.yaml');
  writeFileSync(manifest, `${readFileSync(manifest, 'utf8')}cache: { ttl: 2m, stale: 5m }\n`);
  world = await runGateway({
    relays: true,
    environment: { PROJECT_ROOT: root },
    now: () => new Date(NOW.getTime() + minutes * MINUTE),
  });
});
afterAll(async () => {
  await world?.stop();
  rmSync(root, { recursive: true, force: true });
});

const { query } = operation('bid-opening');
const open = async () => {
  const { body } = await world.ask({
    query,
    variables: { usccs: [id('clean-firm')] },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  return { firm: body.data.organizations[0], errors: body.errors?.map(({ extensions }) => extensions) };
};

test('kept answers are fresh, then STALE, then unknown, and clear nobody once they are old', async () => {
  const first = await open();
  expect(first.firm.registry.state).toBe('OK');
  expect(first.firm.eligibility.outcome).toBe('CLEAR');
  await world.sandbox.relays!.registry.setMode('refuse');

  minutes = 1;
  const kept = await open();
  expect(kept.firm.registry).toEqual(first.firm.registry);
  expect(kept.firm.eligibility.outcome).toBe('CLEAR');
  expect(kept.errors).toBeUndefined();

  minutes = 4;
  const stale = await open();
  expect(stale.firm.registry).toEqual({ ...first.firm.registry, state: 'STALE' });
  expect(stale.firm.eligibility.outcome).toBe('INDETERMINATE');
  expect(stale.errors).toEqual([{ code: 'SOURCE_UNREACHABLE', source: 'registry' }]);
  expect(stale.firm.court.state).toBe('OK');

  minutes = 8;
  const gone = await open();
  expect(gone.firm.registry).toMatchObject({ state: 'UNAVAILABLE', asOf: null, entry: null });
  expect(gone.firm.eligibility.outcome).toBe('INDETERMINATE');
});

test('a caller with lesser rights is not answered from what a caller with greater rights was told', async () => {
  minutes = 0;
  await world.sandbox.relays!.registry.setMode('pass');
  const asked = `query ($u: USCC!) { organization(uscc: $u) { registry { state entry { name legalRepresentative } } } }`;
  const variables = { u: id('listed-firm') };
  const platform = await world.ask({
    query: asked,
    variables,
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect(platform.body.data.organization.registry.entry.legalRepresentative).not.toBeNull();
  // What was kept for the platform cannot answer the public: without the source there is nothing to show it.
  await world.sandbox.relays!.registry.setMode('refuse');
  const open = await world.ask({ query: asked, variables });
  expect(open.body.data.organization.registry).toMatchObject({ state: 'UNAVAILABLE', entry: null });
  expect(open.body.extensions?.withheld?.map(({ coordinate }) => coordinate)).toEqual([
    'RegistryEntry.legalRepresentative',
  ]);
});
