// Many questions at once: whoever is answered is answered whole, whoever is not is told at once when to come back, and
// a source that is slow for real spoils its own section alone.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Answer, type RunningGateway, operation, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway({ environment: { MAX_IN_FLIGHT: '32' } });
});
afterAll(() => world?.stop());
afterEach(() => world.sandbox.court.setFault({ mode: 'none' }));

const { query, variables } = operation('bid-opening');
const sections = ['registry', 'court', 'procurement', 'finance'] as const;

const body = JSON.stringify({ query, variables });

const ask = async (times: number): Promise<readonly Answer[]> => {
  const authorization = `Bearer ${await world.token('procurement-platform')}`;
  return Promise.all(
    Array.from({ length: times }, () => world.post(body, { authorization, ...procurement })),
  );
};

/** States that occur in a section, over all organisations of all answers. */
const statesIn = (answers: readonly Answer[], section: (typeof sections)[number]): readonly string[] => [
  ...new Set(
    answers.flatMap(({ body: told }) =>
      told.data.organizations.flatMap((found: Record<string, { state: string }>) =>
        found[section] === undefined ? [] : [found[section].state],
      ),
    ),
  ),
];
const breakersMoved = (): readonly unknown[] =>
  world.logged.flatMap((line) => {
    const { source, breaker } = line as { readonly source?: string; readonly breaker?: string };
    return breaker === undefined ? [] : [`${source} ${breaker}`];
  });

test('of more questions than can be answered every answer given is whole, and the others say when to come back', async () => {
  const answers = await ask(160);
  const given = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(given.length).toBeGreaterThanOrEqual(32);
  for (const section of sections) expect(statesIn(given, section)).toEqual(['OK']);
  expect(given.flatMap(({ body: told }) => told.errors ?? [])).toEqual([]);
  expect(refused).not.toEqual([]);
  for (const { status, headers, body: told } of refused) {
    expect([status, told.errors?.[0]?.extensions.code]).toEqual([503, 'OVERLOADED']);
    expect(headers.get('retry-after')).toMatch(/^[1-9][0-9]*$/);
  }
  expect(breakersMoved()).toEqual([]);
});

test('of a source that is slow for real its own section is unknown, and every other is whole', async () => {
  world.sandbox.court.setFault({ mode: 'slow', ms: 20_000 });
  const answers = (await ask(32)).filter(({ status }) => status !== 503);
  expect(answers.length).toBeGreaterThanOrEqual(16);
  expect(statesIn(answers, 'court')).toEqual(['UNAVAILABLE']);
  for (const section of ['registry', 'procurement', 'finance'] as const)
    expect(statesIn(answers, section)).toEqual(['OK']);
  // One line for the change, whatever the number of questions, and for nobody else.
  expect(breakersMoved()).toEqual(['court open']);
});

test('operators see the limit, who waits and who was refused', async () => {
  const response = await fetch(`${world.gateway.adminUrl}/metrics`);
  const text = await response.text();
  const valueOf = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  expect(valueOf('credit_requests_limit')).toBeGreaterThanOrEqual(8);
  expect(valueOf('credit_requests_waiting')).toBe(0);
  expect(valueOf('credit_requests_overloaded_total')).toBeGreaterThan(0);
  expect(valueOf('credit_event_delay_seconds')).toBeGreaterThanOrEqual(0);
});
