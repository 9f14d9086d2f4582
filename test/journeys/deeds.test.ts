// Deeds: what a policy lets a caller do leaves a trace before it is done; what no policy lets him do is not done.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { copyOpenProject, openPurpose } from './open-project.ts';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'deeds-'));
  copyOpenProject(root);
  // Here the public knows of the deed, for a purpose that it does not declare.
  appendFileSync(
    join(root, 'policies/access/credit.cedar'),
    `@id("test-deed") @says("test")
permit (principal == Consumer::"public", action == Action::"perform", resource == Field::"Mutation.recordUse")
when { context.purpose == Purpose::"${openPurpose}" };`,
  );
  world = await runGateway({ environment: { PROJECT_ROOT: root } });
});
afterAll(async () => {
  await world?.stop();
  rmSync(root, { recursive: true, force: true });
});

const recordUse = (request: string, consumer = 'procurement-platform') =>
  world.ask({
    query: `mutation ($request: ID!) { recordUse(request: $request, use: FOLLOWED) { request use recordedAt } }`,
    variables: { request },
    ...(consumer === 'public' ? {} : { consumer, headers: procurement }),
  });

test('a consumer tells that an answer was followed, and the audit keeps it beside the answer', async () => {
  const first = await world.ask({
    query: `{ organization(uscc: "${id('listed-firm')}") { eligibility(scene: GOVERNMENT_PROCUREMENT) { outcome } } }`,
    consumer: 'procurement-platform',
    headers: procurement,
  });
  const { request } = first.body.extensions!;
  const told = await recordUse(request);
  expect(told.body.errors).toBeUndefined();
  expect(told.body.data.recordUse).toMatchObject({ request, use: 'FOLLOWED' });
  const own = world.entries().filter((entry) => entry.request === told.body.extensions!.request);
  expect(own.map(({ kind }) => kind)).toEqual(['intent', 'deed', 'outcome']);
  expect(own[1]).toMatchObject({ deed: 'use-recorded', of: request, use: 'FOLLOWED' });
});

test('whom no policy lets do it is refused by a code, and the refusal is logged', async () => {
  const refused = await recordUse('6f1c54de-0000-4000-8000-000000000000', 'public');
  expect(refused.body.data).toEqual({ recordUse: null });
  expect(refused.body.errors?.map(({ extensions }) => extensions.code)).toEqual(['DEED_NOT_PERMITTED']);
  expect(world.entries().at(-1)).toMatchObject({ kind: 'outcome', errors: ['DEED_NOT_PERMITTED'] });
});

test('what is not a request number is refused without a trace of what was written', async () => {
  const refused = await recordUse(id('listed-firm'));
  expect(refused.body.errors?.[0]?.extensions).toMatchObject({
    code: 'VALUE_INVALID',
    at: 'recordUse(request)',
  });
  expect(refused.text).not.toContain(id('listed-firm'));
});

test('the public does not even see that there are deeds', async () => {
  const shipped = await runGateway();
  onTestFinished(() => shipped.stop());
  const made = (name: string) => `mutation { ${name}(request: "x", use: FOLLOWED) { request } }`;
  const real = await shipped.ask({ query: made('recordUse') });
  const invented = await shipped.ask({ query: made('qqqqqqqqq') });
  expect(real.body.errors?.[0]?.extensions.code).toBe('OPERATION_NOT_SUPPORTED');
  expect([real.status, real.text]).toEqual([400, invented.text]);
  expect(shipped.entries().at(-1)).toMatchObject({ kind: 'refusal', code: 'OPERATION_NOT_SUPPORTED' });
  const answer = await shipped.ask({ query: '{ __schema { mutationType { name } types { name } } }' });
  expect(answer.body.data.__schema.mutationType).toBeNull();
  expect(answer.body.data.__schema.types.map(({ name }: { name: string }) => name)).not.toContain(
    'UseReceipt',
  );
});
