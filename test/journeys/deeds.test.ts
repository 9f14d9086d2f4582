// Deeds: what a policy lets a caller do leaves a trace before it is done; what no policy lets him do is not done.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

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
  const answer = await world.ask({ query: '{ __schema { mutationType { name } types { name } } }' });
  expect(answer.body.data.__schema.mutationType).toBeNull();
  expect(answer.body.data.__schema.types.map(({ name }: { name: string }) => name)).not.toContain(
    'UseReceipt',
  );
});
