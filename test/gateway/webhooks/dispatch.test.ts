// Webhooks over a real PostgreSQL and real HTTP: delivered once whoever tries, tried again over days, given up and seen.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../connectors/secret.ts';
import { type Dispatch, type DispatchOptions, dispatchWebhooks } from '../../../gateway/webhooks/dispatch.ts';
import type { Endpoint } from '../../../gateway/webhooks/endpoints.ts';
import { claimMessages } from '../../../gateway/webhooks/message-store.ts';
import { mostFailures } from '../../../gateway/webhooks/schedule.ts';
import { type RecallWorld, daysFrom, quiet, startRecallWorld } from '../recall/recall-world.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const secretOf = (letter: string): string => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`;
const [own, other] = [secretOf('a'), secretOf('b')];

let world: RecallWorld;
let receiver: Receiver;
let dispatches: Dispatch[];
let counted: { pending: number; parked: number };
let ids: number;
let firms = 0;
beforeAll(async () => {
  world = await startRecallWorld();
});
afterAll(() => world?.stop());
beforeEach(async () => {
  await world.clear();
  receiver = await startReceiver([own]);
  dispatches = [];
  ids = 0;
});
afterEach(async () => {
  await Promise.all(dispatches.map((dispatch) => dispatch.close()));
  await receiver.stop();
});

const endpointAt = (url: string, consumer = 'procurement-platform', secrets = [own]): Endpoint => ({
  consumer,
  url: new URL(url),
  secrets: secrets.map((secret) => new Secret(secret)),
  fingerprint: url,
});
const start = (
  endpoints: readonly Endpoint[] = [endpointAt(receiver.url)],
  more: Partial<DispatchOptions> = {},
): Dispatch => {
  const dispatch = dispatchWebhooks({
    state: world.state,
    snapshot: () => world.snapshot,
    endpoints: () => new Map(endpoints.map((endpoint) => [endpoint.consumer, endpoint])),
    clock: () => world.now,
    random: () => 0.5,
    newId: () => `msg_${(ids += 1)}`,
    log: quiet,
    watch: { attempted: () => undefined, counted: (messages) => void (counted = messages) },
    every: 20,
    ...more,
  });
  dispatches.push(dispatch);
  return dispatch;
};
/** One reader is told of one change. */
const tellSomething = async (consumer = 'procurement-platform', purpose = 'government-procurement') => {
  const subject = `firm-${(firms += 1)}`;
  await world.read({ consumer, purpose, subject, at: daysFrom(world.now, -1), caseNumber: 'C-1' });
  await world.file({ subject });
  await world.tell();
};
const messages = () =>
  world.state.query<any>('select * from gateway.webhook_message order by consumer, up_to');
const attempts = () =>
  world.state.query<any>('select * from gateway.webhook_attempt order by message, number');
const states = async () => (await messages()).map(({ state }) => state);
const until = (what: () => Promise<unknown>, is: unknown) =>
  expect.poll(what, { timeout: 8000, interval: 10 }).toEqual(is);

test('what is sent is signed, says nothing but how far the list goes, and its taking is a receipt', async () => {
  await tellSomething();
  start();
  await until(states, ['DELIVERED']);
  const [{ id, timestamp, body, genuine }] = receiver.received as any;
  expect([id, timestamp, genuine]).toEqual(['msg_1', String(world.now.getTime() / 1000), true]);
  expect(JSON.parse(body)).toEqual({
    type: 'changes.available',
    timestamp: world.now.toISOString(),
    data: { upTo: Buffer.from('n1').toString('base64url') },
  });
  expect((await world.notices())[0].delivered_at).toEqual(world.now);
  expect(await attempts()).toMatchObject([
    { message: 'msg_1', number: 1, outcome: 'DELIVERED', status: 204 },
  ]);
});

test('while one secret replaces another both sign', async () => {
  await tellSomething();
  start([endpointAt(receiver.url, 'procurement-platform', [other, own])]);
  await until(states, ['DELIVERED']);
  expect(receiver.received).toMatchObject([{ genuine: true, signatures: 2 }]);
});

test('of several gateways one tries, and it arrives once', async () => {
  for (let count = 0; count < 5; count += 1) await tellSomething();
  for (let count = 0; count < 4; count += 1) start();
  await until(states, ['DELIVERED']);
  await tellSomething();
  await until(states, ['DELIVERED', 'DELIVERED']);
  expect(receiver.received.map(({ id }) => id)).toHaveLength(2);
  expect(await attempts()).toHaveLength(2);
});

test('what is told while a message is open is announced by the next one, in order', async () => {
  receiver.answer = 500;
  await tellSomething();
  start();
  await until(async () => (await messages()).map(({ failures }) => failures), [1]);
  await tellSomething();
  await tellSomething();
  receiver.answer = 200;
  world.now = new Date(world.now.getTime() + 60_000);
  await until(states, ['DELIVERED', 'DELIVERED']);
  expect((await messages()).map(({ up_to }) => up_to)).toEqual(['1', '3']);
  expect(receiver.received.map(({ id }) => id)).toEqual([
    (await messages())[0].id,
    (await messages())[0].id,
    (await messages())[1].id,
  ]);
});

describe('an endpoint', () => {
  test('that fails for ever is tried ten times over three days under one id, and then given up', async () => {
    receiver.answer = 500;
    await tellSomething();
    const begun = world.now;
    start();
    for (let failures = 1; failures < mostFailures; failures += 1) {
      await until(async () => (await messages())[0].failures, failures);
      const [{ next_at: next }] = await messages();
      expect(next.getTime()).toBeGreaterThan(world.now.getTime());
      world.now = next;
    }
    await until(states, ['PARKED']);
    expect(new Set(receiver.received.map(({ id }) => id))).toEqual(new Set(['msg_1']));
    expect(receiver.received).toHaveLength(mostFailures);
    // Each attempt is signed with its own time.
    expect(new Set(receiver.received.map(({ timestamp }) => timestamp)).size).toBe(mostFailures);
    expect(world.now.getTime() - begun.getTime()).toBeGreaterThan(3 * 86_400_000);
    await until(() => Promise.resolve(counted), { pending: 0, parked: 1 });
    // What is told afterwards is announced again, and with it what was given up.
    receiver.answer = 200;
    await tellSomething();
    await until(states, ['PARKED', 'DELIVERED']);
    expect((await world.notices()).every(({ delivered_at }) => delivered_at !== null)).toBe(true);
    await until(() => Promise.resolve(counted), { pending: 0, parked: 0 });
  });

  test('that redirects is not followed', async () => {
    const elsewhere = await startReceiver([own]);
    receiver.answer = (response) => void response.writeHead(307, { location: elsewhere.url }).end();
    await tellSomething();
    start();
    await until(
      async () => (await attempts()).map(({ outcome, status }) => [outcome, status]),
      [['REFUSED', 307]],
    );
    expect(elsewhere.received).toEqual([]);
    await elsewhere.stop();
  });

  test('that says it is gone is not told again until its address changes', async () => {
    receiver.answer = 410;
    await tellSomething();
    const first = start();
    await until(states, ['PARKED']);
    await tellSomething();
    await until(() => Promise.resolve(counted), { pending: 0, parked: 1 });
    expect(receiver.received).toHaveLength(1);
    await first.close();
    receiver.answer = 200;
    start([endpointAt(`${receiver.url}/new`)]);
    await until(states, ['PARKED', 'DELIVERED']);
  });

  test('that wants to be left alone is, but not for ever', async () => {
    for (const [wish, seconds] of [
      ['120', 120],
      ['99999999', 86_400],
    ] as const) {
      receiver.answer = (response) => void response.writeHead(503, { 'retry-after': wish }).end();
      const { failures: before = 0 } = (await messages()).at(-1) ?? {};
      if (before === 0) {
        await tellSomething();
        start();
      }
      await until(async () => (await messages())[0].failures, before + 1);
      expect((await messages())[0].next_at.getTime() - world.now.getTime()).toBe(seconds * 1000);
      world.now = (await messages())[0].next_at;
    }
  });

  test('that nobody listens at fails like one that refuses', async () => {
    await receiver.stop();
    await tellSomething();
    start();
    await until(async () => (await attempts()).map(({ outcome }) => outcome), ['UNREACHABLE']);
    receiver = await startReceiver([own]);
  });

  test('that hangs delays no other, and lets go when the gateway stops', async () => {
    const hanging = await startReceiver([own]);
    hanging.answer = () => undefined;
    await tellSomething();
    await tellSomething('subsidy-system', 'subsidy-review');
    const dispatch = start([endpointAt(hanging.url), endpointAt(receiver.url, 'subsidy-system')]);
    await until(states, ['PENDING', 'DELIVERED']);
    await until(() => Promise.resolve(hanging.received.length), 1);
    await dispatch.close();
    expect(await messages()).toMatchObject([{ failures: 0, claimed_until: null }, {}]);
    // Whoever comes next tries at once, under the same id.
    hanging.answer = 200;
    start([endpointAt(hanging.url), endpointAt(receiver.url, 'subsidy-system')]);
    await until(states, ['DELIVERED', 'DELIVERED']);
    expect(new Set(hanging.received.map(({ id }) => id)).size).toBe(1);
    expect((await attempts()).map(({ outcome }) => outcome).toSorted()).toEqual([
      'ABORTED',
      'DELIVERED',
      'DELIVERED',
    ]);
    await hanging.stop();
  });

  test('that sends headers and then hangs has taken it', async () => {
    receiver.answer = (response) => {
      response.writeHead(200);
      response.write('x'.repeat(1000));
    };
    await tellSomething();
    start();
    await until(states, ['DELIVERED']);
  });
});

test('what a gateway had begun when it died is tried by another when its claim is over', async () => {
  await tellSomething();
  const idle = start([]);
  await idle.close();
  await world.state.query(
    `insert into gateway.webhook_message (id, consumer, up_to, made_at, state, next_at)
     values ('msg_dead', 'procurement-platform', 1, $1, 'PENDING', $1)`,
    [world.now],
  );
  const claim = { at: world.now, until: new Date(world.now.getTime() + 30_000), most: 5 };
  expect(await claimMessages(world.state.query, ['procurement-platform'], claim)).toHaveLength(1);
  expect(await claimMessages(world.state.query, ['procurement-platform'], claim)).toEqual([]);
  let looks = 0;
  start(undefined, { watch: { attempted: () => undefined, counted: () => void (looks += 1) } });
  await until(() => Promise.resolve(looks > 2), true);
  expect(receiver.received).toEqual([]);
  world.now = new Date(world.now.getTime() + 30_001);
  await until(states, ['DELIVERED']);
  expect((await attempts()).map(({ number, outcome }) => [number, outcome])).toEqual([
    [1, null],
    [2, 'DELIVERED'],
  ]);
});

describe('nothing is sent', () => {
  test('about what the consumer may no longer know, whenever that was taken from it', async () => {
    receiver.answer = 500;
    await tellSomething();
    start();
    await until(async () => (await messages()).map(({ failures }) => failures), [1]);
    world.snapshot = world.withConsumers({
      'procurement-platform': { purposes: ['bidding-review', 'following-changes'] },
    });
    world.now = daysFrom(world.now, 1);
    await until(states, ['DROPPED']);
    expect(receiver.received).toHaveLength(1);
    expect((await world.notices())[0].delivered_at).toBeNull();
  });

  test('to a consumer that may not follow, or has no endpoint any more', async () => {
    receiver.answer = 500;
    await tellSomething();
    const endpoints = [endpointAt(receiver.url)];
    start(endpoints);
    await until(async () => (await messages()).map(({ failures }) => failures), [1]);
    endpoints.pop();
    // Another replica may know it: what is due waits an hour for that.
    world.now = new Date(world.now.getTime() + 1_800_000);
    let looked = 0;
    start([], { watch: { attempted: () => undefined, counted: () => void (looked += 1) } });
    await until(() => Promise.resolve(looked > 2), true);
    expect(await states()).toEqual(['PENDING']);
    world.now = daysFrom(world.now, 1);
    await until(states, ['DROPPED']);
    world.snapshot = world.withConsumers({
      'procurement-platform': { purposes: ['government-procurement'] },
    });
    endpoints.push(endpointAt(receiver.url));
    let looks = 0;
    start(endpoints, { watch: { attempted: () => undefined, counted: () => void (looks += 1) } });
    await until(() => Promise.resolve(looks > 2), true);
    expect(receiver.received).toHaveLength(1);
  });
});

test('messages are forgotten after a year, but for the last, by which the next one is known', async () => {
  await tellSomething();
  await start().close();
  start();
  await until(states, ['DELIVERED']);
  await tellSomething();
  await until(states, ['DELIVERED', 'DELIVERED']);
  world.now = daysFrom(world.now, 401);
  await until(async () => (await messages()).map(({ up_to }) => up_to), ['2']);
  expect(receiver.received).toHaveLength(2);
});
