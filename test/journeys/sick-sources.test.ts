// A source that is down, slow or talks nonsense changes its own section and the verdict, and nothing else.
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../connectors/sandbox/agency/fault.ts';
import type { RelayMode } from '../../connectors/sandbox/relay.ts';
import { readConfiguration } from '../../gateway/config.ts';
import { startGateway } from '../../gateway/gateway.ts';
import {
  NOW,
  type RunningGateway,
  id,
  operation,
  procurement,
  promotion,
  runGateway,
} from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway({ relays: true });
});
afterAll(() => world?.stop());
afterEach(async () => {
  world.sandbox.court.setFault({ mode: 'none' });
  world.sandbox.procurement.setFault({ mode: 'none' });
  for (const relay of Object.values(world.sandbox.relays!)) await relay.setMode('pass');
});

const { query } = operation('bid-opening');
const sections = ['registry', 'court', 'procurement', 'finance'] as const;

const open = async (...keys: string[]) => {
  const answer = await world.ask({
    query,
    variables: { usccs: keys.map(id) },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  expect(answer.status).toBe(200);
  return answer;
};
const statesOf = (firm: any) => Object.fromEntries(sections.map((section) => [section, firm[section].state]));

describe('an agency reached over HTTP or GraphQL', () => {
  const faults: readonly (readonly [Fault, string, string])[] = [
    [{ mode: 'down' }, 'UNAVAILABLE', 'SOURCE_UNREACHABLE'],
    [{ mode: 'slow', ms: 6000 }, 'UNAVAILABLE', 'SOURCE_TIMEOUT'],
    [{ mode: 'html' }, 'INVALID', 'SOURCE_INVALID_ANSWER'],
    [{ mode: 'garbage' }, 'INVALID', 'SOURCE_INVALID_ANSWER'],
    [{ mode: 'empty-body' }, 'INVALID', 'SOURCE_INVALID_ANSWER'],
    [{ mode: 'huge' }, 'INVALID', 'SOURCE_TOO_LARGE'],
  ];
  for (const source of ['court', 'procurement'] as const) {
    test.each(faults)(
      `${source}: %j makes its own section unknown and the verdict INDETERMINATE`,
      async (fault, state, code) => {
        world.sandbox[source].setFault(fault);
        const { body, text } = await open('clean-firm', 'listed-firm');
        const [clean] = body.data.organizations;
        expect(statesOf(clean)).toEqual({
          registry: 'OK',
          court: 'OK',
          procurement: 'OK',
          finance: 'OK',
          [source]: state,
        });
        expect(clean[source]).toMatchObject(
          source === 'court' ? { listings: null, asOf: null } : { bans: null, asOf: null },
        );
        expect(clean.eligibility.outcome).toBe('INDETERMINATE');
        expect(clean.eligibility.reasons).toEqual([expect.stringContaining(`${source}/`)]);
        expect(body.errors?.map(({ extensions }) => extensions)).toEqual([{ code, source }]);
        expect(text).not.toMatch(/ECONN|127\.0\.0\.1|at .*\.(ts|js)/);
      },
    );
  }

  test('values of the wrong type make unknown whom they speak of, and nobody else', async () => {
    world.sandbox.court.setFault({ mode: 'wrong-type' });
    const { body } = await open('clean-firm', 'listed-firm');
    const [clean, listed] = body.data.organizations;
    expect(listed.court).toMatchObject({ state: 'INCOMPLETE', listings: [] });
    expect(listed.eligibility.reasons).toEqual([
      expect.stringContaining('court/CourtListing INCOMPLETE: a record of this subject could not be read'),
    ]);
    expect(listed.eligibility.outcome).toBe('INDETERMINATE');
    expect(clean.court.state).toBe('OK');
    expect(body.errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'SOURCE_INVALID_ANSWER', source: 'court' },
    ]);
  });

  test('an answer about somebody else alone is no answer about anybody', async () => {
    world.sandbox.court.setFault({ mode: 'foreign' });
    const [clean] = (await open('clean-firm')).body.data.organizations;
    expect(clean.court).toEqual({ state: 'INVALID', asOf: null, listings: null });
    expect(clean.eligibility.outcome).toBe('INDETERMINATE');
  });

  test.each(['court', 'procurement'] as const)(
    '%s that says of everybody that there is nothing has answered about nobody',
    async (agency) => {
      world.sandbox[agency].setFault({ mode: 'nobody' });
      const { body } = await open('clean-firm', 'listed-firm', 'banned-firm');
      const outcomes = body.data.organizations.map((one: any) => one.eligibility.outcome);
      expect(outcomes[0]).toBe('INDETERMINATE');
      expect(outcomes).not.toContain('CLEAR');
      expect(body.errors?.map(({ extensions }: any) => extensions)).toContainEqual({
        code: 'SOURCE_INVALID_ANSWER',
        source: agency,
      });
    },
  );

  test('stale data are shown as STALE and clear nobody', async () => {
    world.sandbox.court.setFault({ mode: 'stale' });
    const [clean, listed] = (await open('clean-firm', 'listed-firm')).body.data.organizations;
    expect(clean.court).toMatchObject({ state: 'STALE', listings: [] });
    expect(clean.eligibility.outcome).toBe('INDETERMINATE');
    expect(listed.court.listings).toHaveLength(1);
  });

  test('a bar that is known stands although another source is down, and what is missing is named', async () => {
    world.sandbox.procurement.setFault({ mode: 'down' });
    const [listed] = (await open('listed-firm')).body.data.organizations;
    expect(listed.eligibility.outcome).toBe('BARRED');
    expect(listed.eligibility.reasons).toEqual([
      expect.stringContaining('procurement/ProcurementBan UNAVAILABLE'),
    ]);
  });

  test('a sick source does not hold up the next request', async () => {
    world.sandbox.court.setFault({ mode: 'slow', ms: 6000 });
    const waiting = open('clean-firm');
    const started = performance.now();
    const answer = await world.ask({
      query: 'query ($u: USCC!) { organization(uscc: $u) { registry { state } } }',
      variables: { u: id('clean-firm') },
    });
    expect(answer.body.data.organization.registry.state).toBe('OK');
    // Not a measurement: the sick source's own deadline is two seconds.
    expect(performance.now() - started).toBeLessThan(1500);
    await waiting;
  });
});

describe('an agency reached over SQL', () => {
  test.each(['refuse', 'blackhole', 'reset'] as const satisfies readonly RelayMode[])(
    'a registry that does %s is UNAVAILABLE, the others answer, and it comes back',
    async (mode) => {
      await open('clean-firm');
      await world.sandbox.relays!.registry.setMode(mode);
      const { body } = await open('clean-firm');
      const [clean] = body.data.organizations;
      expect(statesOf(clean)).toEqual({
        registry: 'UNAVAILABLE',
        court: 'OK',
        procurement: 'OK',
        finance: 'OK',
      });
      expect(clean.eligibility.outcome).toBe('INDETERMINATE');
      expect(body.errors).toHaveLength(1);
      expect(body.errors?.[0]?.extensions.source).toBe('registry');
      await world.sandbox.relays!.registry.setMode('pass');
      const [again] = (await open('clean-firm')).body.data.organizations;
      expect(again.eligibility.outcome).toBe('CLEAR');
    },
  );

  test('a registry that swallows connections does not keep a gateway from starting, and keeps nobody else down', async () => {
    await world.sandbox.relays!.registry.setMode('blackhole');
    const { configuration } = readConfiguration({
      ...world.environment,
      AUDIT_DIRECTORY: join(world.root, 'audit-beside'),
    });
    const beside = await startGateway({
      configuration: configuration!,
      environment: world.environment,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      clock: () => NOW,
      onFatal: () => undefined,
    });
    onTestFinished(() => beside.close());
    const ready = await fetch(`${beside.url}/health/ready`);
    expect(ready.status).toBe(200);
  });

  test('the staged deliveries of finance can be lost too', async () => {
    const database = new pg.Client(world.sandbox.environment.DATABASE_URL);
    await database.connect();
    try {
      await database.query('alter schema staging rename to staging_lost');
      const [clean] = (await open('clean-firm')).body.data.organizations;
      expect(clean.finance).toMatchObject({ state: 'INVALID', debtPositions: null });
      expect(clean.eligibility.outcome).toBe('INDETERMINATE');
    } finally {
      await database.query('alter schema staging_lost rename to staging');
      await database.end();
    }
  });

  test("with the gateway's own database nobody knows what remedies make of the records, so nothing is answered", async () => {
    await world.sandbox.relays!.gateway.setMode('refuse');
    const answer = await world.ask({
      query,
      variables: { usccs: [id('clean-firm')] },
      consumer: 'procurement-platform',
      headers: procurement,
    });
    expect([answer.status, answer.body.errors?.map(({ extensions }) => extensions.code)]).toEqual([
      503,
      ['NOT_READY'],
    ]);
  });

  test('a promotion is INDETERMINATE while the personnel files are away', async () => {
    await world.sandbox.relays!.hr.setMode('refuse');
    const check = operation('promotion-check');
    const answer = await world.ask({
      query: check.query,
      variables: { citizenId: id('clean-official') },
      consumer: 'organisation-dept',
      headers: promotion,
    });
    const { person } = answer.body.data;
    expect(person.hr).toMatchObject({ state: 'UNAVAILABLE', officer: null, sanctions: null });
    expect(person.court.state).toBe('OK');
    expect(person.eligibility.outcome).toBe('INDETERMINATE');
  });
});
