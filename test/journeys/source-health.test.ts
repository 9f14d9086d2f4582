// Everybody may know what sources there are and whether they last answered; how they do is for supervisors.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type RunningGateway, id, operation, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

const details = `{ sources { name lastState lastCalledAt health {
  calls failures lastSuccessAt lastFailureCode latencyP50 latencyP99 breaker dataAsOf dataAgeSeconds
  deliveries { record outcome pattern rows } drift { kind coordinate count }
} } }`;
const supervision = { 'credit-purpose': 'credit-supervision', 'credit-user': 'example.user' } as const;
const asSupervisor = () => world.ask({ query: details, consumer: 'credit-office', headers: supervision });
const open = () =>
  world.ask({
    query: operation('bid-opening').query,
    variables: { usccs: [id('clean-firm')] },
    consumer: 'procurement-platform',
    headers: procurement,
  });

test('the public sees the coarse state, and what it may not see is withheld by coordinate', async () => {
  await open();
  const { body } = await world.ask({ query: details });
  expect(body.errors).toBeUndefined();
  for (const source of body.data.sources) expect(source.health).toBeNull();
  expect(body.data.sources.find(({ name }: { name: string }) => name === 'court').lastState).toBe('OK');
  expect(body.extensions?.withheld).toContainEqual({
    coordinate: 'SourceHealth.latencyP50',
    outcome: 'DENIED',
    reason: 'NOT_PERMITTED',
  });
});

test('beside a question about a subject the same is withheld', async () => {
  const { body } = await world.ask({
    query: `query ($u: USCC!) { sources { health { calls drift { count } } } organization(uscc: $u) { uscc } }`,
    variables: { u: id('clean-firm') },
  });
  expect(body.data.sources[0].health).toBeNull();
  expect(body.extensions?.withheld?.map(({ coordinate }) => coordinate)).toEqual([
    'SourceHealth.calls',
    'SourceHealth.drift',
  ]);
});

test('the public cannot learn from introspection that there is more, nor from guessing', async () => {
  const shipped = await runGateway({ ownNames: true });
  onTestFinished(() => shipped.stop());
  const { body } = await shipped.ask({ query: details });
  expect(body.errors?.[0]?.extensions.code).toBe('QUERY_INVALID');
  const { text } = await shipped.ask({ query: '{ __schema { types { name fields { name } } } }' });
  expect(text).toContain('"CatalogueField"');
  expect(text).not.toMatch(/SourceHealth|"health"|BreakerState|SourceDrift/);
});

test('a supervisor sees how a source does, and a failure when there is one', async () => {
  const before = (await asSupervisor()).body.data.sources.find(
    ({ name }: { name: string }) => name === 'court',
  );
  await open();
  world.sandbox.court.setFault({ mode: 'down' });
  await open();
  world.sandbox.court.setFault({ mode: 'none' });
  const { body } = await asSupervisor();
  expect(body.extensions?.withheld).toBeUndefined();
  const court = body.data.sources.find(({ name }: { name: string }) => name === 'court');
  expect(court.lastState).toBe('UNAVAILABLE');
  expect(court.health.failures).toBeGreaterThan(before.health.failures);
  expect(court.health).toMatchObject({ lastFailureCode: 'SOURCE_UNREACHABLE' });
  expect(court.health.latencyP99).toBeGreaterThanOrEqual(court.health.latencyP50);
  expect(court.health.lastSuccessAt).toMatch(/^2026-11-22T/);
});
