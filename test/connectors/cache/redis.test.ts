// Facts in a real Redis, behind a relay that can silence it. In CI the machine's own server is a must; elsewhere it
// is used when TEST_REDIS_URL names one.
import { randomBytes } from 'node:crypto';
import { createClient } from '@keyv/redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FactCache, openFactCache } from '../../../connectors/cache/fact-cache.ts';
import {
  type Connector,
  type SourceAnswer,
  type Subject,
  undisclosedMark,
} from '../../../connectors/contract.ts';
import { citizenIdAt, usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type Relay, startRelay } from '../../../connectors/sandbox/relay.ts';
import { ask, log, numbersOf, openProbe, said } from '../../contract/bench.ts';
import { type HttpBench, startHttpBench } from '../../contract/http-bench.ts';

const serverUrl =
  process.env['TEST_REDIS_URL'] ?? (process.env['CI'] === 'true' ? 'redis://127.0.0.1:6379' : undefined);
/** A database of its own, in which only our names are touched. */
const DATABASE = 13;

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };
const two: Subject = { kind: 'Organization', id: usccAt('91', 2) };
const official: Subject = { kind: 'Person', id: citizenIdAt(7) };
const row = (code: string, doc: string) => ({ code, doc, amt: '1.5', day: '2026-03-01', st: '0' });
const numbers = { Listing: ['number'] };

const facts = (server: string): void => {
  const key = randomBytes(32);
  let bench: HttpBench;
  let relay: Relay;
  let caches: FactCache[] = [];
  let probes: Connector[] = [];
  let later = 0;
  /** Found with every question. */
  const always = usccAt('91', 77);
  const redis = createClient({ url: new URL(`/${DATABASE}`, server).href });
  const clock = (): Date => new Date(Date.now() + later);

  /** A gateway's cache and its connector, as a replica has them. */
  const replica = async (own = key): Promise<{ cache: FactCache; probe: Connector }> => {
    const url = `redis://127.0.0.1:${relay.port}/${DATABASE}`;
    const cache = await openFactCache({ redis: { url, key: own }, clock, log });
    const probe = await openProbe(
      bench,
      { lines: 'cache: { ttl: 5m, stale: 1h }', control: always },
      { clock, cache },
    );
    caches.push(cache);
    probes.push(probe);
    return { cache, probe };
  };
  const forgetAll = async (): Promise<void> => {
    const names = await redis.keys('cg:*');
    if (names.length > 0) await redis.del(names);
  };
  const valuesKept = async (): Promise<string[]> => (await redis.keys('cg:fact:*')).sort();
  /** Asks and waits until the answer is kept. */
  const fill = async (probe: Connector, subjects: readonly Subject[]): Promise<SourceAnswer> => {
    const before = (await valuesKept()).length;
    const answer = await ask(probe, subjects, numbers);
    await vi.waitFor(async () => expect(await valuesKept()).toHaveLength(before + subjects.length));
    return answer;
  };

  beforeAll(async () => {
    bench = await startHttpBench();
    const { hostname, port } = new URL(server);
    relay = await startRelay({ port: 0, target: { host: hostname, port: Number(port || 6379) } });
    redis.on('error', () => undefined);
    await redis.connect();
  });
  beforeEach(async () => {
    later = 0;
    said.length = 0;
    await forgetAll();
    await bench.hold({
      listings: [row(one.id, 'A-1'), row(official.id, 'P-1'), row(always, 'C')],
      awards: [],
    });
  });
  afterEach(async () => {
    // Nothing told to the log names a subject.
    expect(JSON.stringify(said)).not.toMatch(/91990000|99[0-9]{15}|A-1/);
    await relay.setMode('pass');
    for (const part of [...probes, ...caches]) await part.close();
    probes = [];
    caches = [];
  });
  afterAll(async () => {
    await forgetAll();
    await redis.close();
    await relay.stop();
    await bench.stop();
  });

  test('what one replica was told, another knows', async () => {
    const [a, b] = [await replica(), await replica()];
    const first = await fill(a.probe, [one, two]);
    const second = await ask(b.probe, [one, two], numbers);
    expect(bench.calls()).toHaveLength(1);
    expect([second.state, second.asOf]).toEqual(['OK', first.asOf]);
    expect(numbersOf(second, one.id)).toEqual(['A-1']);
    expect(numbersOf(second, two.id)).toEqual([]);
    expect(Object.getPrototypeOf(second.rows.get('Listing')!.get(one.id)![0])).toBeNull();
  });

  test('that a value is not disclosed, and not none, is known to another, too', async () => {
    const [a, b] = [await replica(), await replica()];
    await bench.hold({
      listings: [row(one.id, 'A-1'), row(one.id, '不公开'), row(always, 'C')],
      awards: [],
    });
    const first = await fill(a.probe, [one]);
    const second = await ask(b.probe, [one], numbers);
    expect(bench.calls()).toHaveLength(1);
    for (const answer of [first, second]) {
      const marks = answer.rows
        .get('Listing')!
        .get(one.id)!
        .map((found) => found[undisclosedMark] ?? null);
      expect(marks).toEqual([null, ['number']]);
    }
  });

  test("that a record may be somebody's is known to another, too", async () => {
    const masked = `${official.id.slice(0, 6)}********${official.id.slice(14)}`;
    await bench.hold({ listings: [row(masked, 'M-1')], awards: [] });
    const [a, b] = [await replica(), await replica()];
    await fill(a.probe, [official]);
    const answer = await ask(b.probe, [official], numbers);
    expect(bench.calls()).toHaveLength(1);
    expect(numbersOf(answer, official.id)).toEqual([]);
    expect(answer.candidates?.get('Listing')?.get(official.id)).toEqual([{ number: 'M-1' }]);
  });

  test('neither names nor values hold anything that can be read', async () => {
    const { probe, cache } = await replica();
    await fill(probe, [one, official]);
    await cache.invalidate({ source: 'probe', subject: official });
    const names = await redis.keys('cg:*');
    const dump = names.join('\n') + (await redis.mGet(names)).join('\n');
    expect(dump).not.toMatch(/probe|Listing|A-1|P-1|number/);
    expect(dump).not.toContain(one.id);
    expect(dump).not.toContain(official.id);
    expect(Buffer.from(dump, 'base64').toString('latin1')).not.toContain('A-1');
  });

  test('everything in it goes by itself', async () => {
    const { probe, cache } = await replica();
    await fill(probe, [one]);
    await cache.invalidate({ source: 'probe' });
    for (const name of await redis.keys('cg:*')) expect(await redis.pTTL(name)).toBeGreaterThan(0);
  });

  test('a value that was tampered with is a miss', async () => {
    const { probe } = await replica();
    await fill(probe, [one]);
    const [name] = await valuesKept();
    const value = (await redis.get(name!))!;
    await redis.set(name!, value.slice(0, -8) + 'AAAAAAA=');
    expect(numbersOf(await ask(probe, [one], numbers), one.id)).toEqual(['A-1']);
    expect(bench.calls()).toHaveLength(2);
    expect(said).toContainEqual(expect.objectContaining({ values: 1 }));
  });

  test('a value that was moved to the name of another is a miss', async () => {
    const { probe } = await replica();
    await fill(probe, [two]);
    const [clean] = await valuesKept();
    await fill(probe, [one]);
    const [listed] = (await valuesKept()).filter((name) => name !== clean);
    await redis.set(listed!, (await redis.get(clean!))!);
    expect(numbersOf(await ask(probe, [one], numbers), one.id)).toEqual(['A-1']);
    expect(bench.calls()).toHaveLength(3);
  });

  test('text that nobody sealed is a miss, and spoils no other value', async () => {
    const { probe } = await replica();
    await fill(probe, [one, two]);
    const [first] = await valuesKept();
    await redis.set(first!, '{"value":"[]"');
    await ask(probe, [one, two], numbers);
    const asked = bench.calls().at(-1)![0]!.keys;
    expect([one.id, two.id].filter((id) => asked.includes(id))).toHaveLength(1);
  });

  test('a replica with another key finds nothing', async () => {
    await fill((await replica()).probe, [one]);
    const other = await replica(randomBytes(32));
    await ask(other.probe, [one], numbers);
    expect(bench.calls()).toHaveLength(2);
  });

  test('an invalidation reaches every replica at once', async () => {
    const [a, b] = [await replica(), await replica()];
    await fill(a.probe, [one, two]);
    await bench.hold({ listings: [row(always, 'C')], awards: [] });
    await a.cache.invalidate({ source: 'probe', subject: one });
    expect(numbersOf(await ask(b.probe, [one, two], numbers), one.id)).toEqual([]);
    const asked = bench.calls().at(-1)![0]!.keys;
    expect([asked.includes(one.id), asked.includes(two.id)]).toEqual([true, false]);
  });

  test('an invalidation that Redis did not hear holds here, and is repeated', async () => {
    const [a, b] = [await replica(), await replica()];
    await fill(a.probe, [one]);
    await bench.hold({ listings: [row(one.id, 'A-2'), row(always, 'C')], awards: [] });
    await relay.setMode('blackhole');
    await a.cache.invalidate({ source: 'probe' });
    await relay.setMode('pass');
    expect(numbersOf(await ask(a.probe, [one], numbers), one.id)).toEqual(['A-2']);
    // The other replica hears of it when Redis does.
    await vi.waitFor(
      async () => {
        await ask(a.probe, [two], numbers);
        expect(numbersOf(await ask(b.probe, [one], numbers), one.id)).toEqual(['A-2']);
      },
      { timeout: 10_000, interval: 200 },
    );
  });

  test('an older answer that arrives after an invalidation is not kept', async () => {
    const [a, b] = [await replica(), await replica()];
    bench.agency.setFault({ mode: 'slow', ms: 200 });
    const asking = ask(a.probe, [one], numbers);
    await vi.waitFor(() => expect(bench.calls()).toHaveLength(1));
    await b.cache.invalidate({ source: 'probe', subject: one });
    await asking;
    bench.agency.setFault({ mode: 'none' });
    await ask(b.probe, [one], numbers);
    expect(bench.calls()).toHaveLength(2);
  });

  test.each(['blackhole', 'refuse', 'reset'] as const)(
    'a Redis that does %s is a miss within 50 ms, then costs nothing, and comes back',
    async (mode) => {
      const { probe } = await replica();
      await fill(probe, [one]);
      await relay.setMode(mode);
      const took: number[] = [];
      for (let at = 0; at < 6; at += 1) {
        const started = performance.now();
        expect(numbersOf(await ask(probe, [one], numbers), one.id)).toEqual(['A-1']);
        took.push(performance.now() - started);
      }
      expect(bench.calls()).toHaveLength(7);
      // Half a second is the machine's noise; waiting for Redis each time would be more.
      expect(Math.max(...took)).toBeLessThan(550);
      expect(Math.min(...took.slice(3))).toBeLessThan(50);
      expect(said.filter((line) => JSON.stringify(line).includes('is left alone'))).toHaveLength(1);
      await relay.setMode('pass');
      await vi.waitFor(
        async () => {
          await ask(probe, [one], numbers);
          expect(said).toContainEqual({ message: 'the shared cache answers again' });
        },
        { timeout: 15_000, interval: 200 },
      );
    },
  );

  test('a Redis that is down at the start keeps nobody from answering', async () => {
    await relay.setMode('refuse');
    const { probe } = await replica();
    expect((await ask(probe, [one], numbers)).state).toBe('OK');
  });

  test('what is kept there is shown as STALE while the source is failing', async () => {
    const [a, b] = [await replica(), await replica()];
    const { asOf } = await fill(a.probe, [one]);
    later = 10 * 60_000;
    bench.agency.setFault({ mode: 'down' });
    expect(await ask(b.probe, [one], numbers)).toMatchObject({ state: 'STALE', asOf });
  });
};

if (serverUrl !== undefined) describe('facts in Redis', () => facts(serverUrl));

test('where the tests run with CI=true, Redis is there', () => {
  expect(process.env['CI'] !== 'true' || serverUrl !== undefined).toBe(true);
});
