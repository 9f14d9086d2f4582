// The cache in front of a real agency over HTTP, which counts what it is asked.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FactCache, cacheFacts, openFactCache } from '../../../connectors/cache/fact-cache.ts';
import { openMemoryStore } from '../../../connectors/cache/memory-store.ts';
import { type AskSource, cacheSource } from '../../../connectors/cache/source-cache.ts';
import {
  type Connector,
  type SourceAnswer,
  type SourceRequest,
  type Subject,
  gapFor,
} from '../../../connectors/contract.ts';
import { citizenIdAt, usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type Watch, unwatched } from '../../../connectors/watch.ts';
import { brandPermitted } from '../../../policies/engine/permitted.ts';
import { filterOf } from '../../../policies/engine/row-filter.ts';
import { type AgencyRow, ask, log, numbersOf, openProbe, probeManifest } from '../../contract/bench.ts';
import { HTTP_BATCH, type HttpBench, startHttpBench } from '../../contract/http-bench.ts';

const firm = (index: number): Subject => ({ kind: 'Organization', id: usccAt('91', index) });
const person = (index: number): Subject => ({ kind: 'Person', id: citizenIdAt(index) });
const row = (code: string, doc: string, more: Partial<AgencyRow> = {}): AgencyRow => ({
  code,
  doc,
  amt: '1.5',
  day: '2026-03-01',
  st: '0',
  ...more,
});
const [one, two, three] = [firm(1), firm(2), firm(3)];
const numbers = { Listing: ['number'] };
const MINUTE = 60_000;

let bench: HttpBench;
let cache: FactCache;
let probe: Connector;
let later: number;
let outcomes: string[];
const clock = (): Date => new Date(Date.now() + later);
const watch: Watch = { ...unwatched, cached: (_source, outcome) => outcomes.push(outcome) };

const open = async (lines = 'cache: { ttl: 5m, stale: 1h }'): Promise<void> => {
  probe = await openProbe(bench, { deadline: '1s', lines }, { clock, cache, watch });
};
const nothing = { listings: [], awards: [] };
/** Keys of every call so far. */
const keysAsked = (): (readonly string[])[] => bench.calls().flatMap((call) => call.map(({ keys }) => keys));

beforeAll(async () => {
  bench = await startHttpBench();
});
beforeEach(async () => {
  later = 0;
  outcomes = [];
  await bench.hold({ listings: [row(one.id, 'A-1'), row(one.id, 'A-2')], awards: [] });
  cache = await openFactCache({ clock, log, watch });
  await open();
});
afterEach(async () => {
  await probe.close();
  await cache.close();
});
afterAll(() => bench.stop());

describe('within its time an answer is as good as asking again', () => {
  test('the same question costs no call, and its as-of time stays what it was', async () => {
    const first = await ask(probe, [one], numbers);
    later = 4 * MINUTE;
    const second = await ask(probe, [one], numbers);
    expect(bench.calls()).toHaveLength(1);
    expect(numbersOf(second, one.id)).toEqual(['A-1', 'A-2']);
    expect([second.state, second.asOf]).toEqual(['OK', first.asOf]);
    expect(outcomes).toEqual(['miss', 'hit']);
  });

  test('afterwards the source is asked again', async () => {
    await ask(probe, [one], numbers);
    await bench.hold({ listings: [row(one.id, 'A-3')], awards: [] });
    later = 5 * MINUTE;
    expect(numbersOf(await ask(probe, [one], numbers), one.id)).toEqual(['A-3']);
  });

  test('without a time in its manifest nothing of a source is kept', async () => {
    await probe.close();
    await open('');
    await ask(probe, [one], numbers);
    await ask(probe, [one], numbers);
    expect(bench.calls()).toHaveLength(2);
    expect(outcomes).toEqual([]);
  });

  test('an answer about 28 of 30 is known, so that the source is asked for 2 in one call', async () => {
    await bench.hold(nothing);
    const people = Array.from({ length: HTTP_BATCH }, (_, at) => person(at));
    await ask(probe, people.slice(0, 8), numbers);
    bench.agency.clearJournal();
    const answer = await ask(probe, people, numbers);
    expect(keysAsked()).toEqual([people.slice(8).map(({ id }) => id)]);
    expect(answer.state).toBe('OK');
    expect(outcomes.filter((outcome) => outcome === 'hit')).toHaveLength(8);
  });

  test('that somebody has no records is known as well', async () => {
    await bench.hold(nothing);
    await ask(probe, [two], numbers);
    const answer = await ask(probe, [two], numbers);
    expect([answer.state, numbersOf(answer, two.id), bench.calls().length]).toEqual(['OK', [], 1]);
  });

  test("that a record may be somebody's is known as well", async () => {
    const masked = `${person(1).id.slice(0, 6)}********${person(1).id.slice(14)}`;
    await bench.hold({ listings: [row(masked, 'M-1')], awards: [] });
    const [first, second] = [await ask(probe, [person(1)], numbers), await ask(probe, [person(1)], numbers)];
    expect(second.candidates?.get('Listing')?.get(person(1).id)).toEqual([{ number: 'M-1' }]);
    expect(second.candidates).toEqual(first.candidates);
    expect(outcomes).toEqual(['miss', 'hit']);
  });

  test('an answer that was too old when it came is asked for again', async () => {
    bench.agency.setFault({ mode: 'stale' });
    expect((await ask(probe, [one], numbers)).state).toBe('STALE');
    await ask(probe, [one], numbers);
    expect(bench.calls()).toHaveLength(2);
  });

  test('nobody can change what is kept', async () => {
    const rows = (await ask(probe, [one], numbers)).rows.get('Listing')!.get(one.id)!;
    const kept = (await ask(probe, [one], numbers)).rows.get('Listing')!.get(one.id)!;
    expect(Object.isFrozen(kept) && kept.every((entry) => Object.isFrozen(entry))).toBe(true);
    expect(kept.map((entry) => Object.getPrototypeOf(entry) as unknown)).toEqual([null, null]);
    expect(kept).toEqual(rows);
  });
});

describe('a permission is answered by its own columns alone', () => {
  test.each([
    ['a narrower', ['number', 'amount'], ['number']],
    ['a wider', ['number'], ['number', 'amount']],
  ])('%s one asks the source', async (_what, before, after) => {
    await ask(probe, [one], { Listing: before });
    const answer = await ask(probe, [one], { Listing: after });
    expect(bench.calls()).toHaveLength(2);
    expect(Object.keys(answer.rows.get('Listing')!.get(one.id)![0]!)).toEqual(after);
  });

  test('rows that were left out for one caller are asked for by another', async () => {
    await bench.hold({ listings: [row(one.id, 'A-1'), row(one.id, 'A-2', { st: '1' })], awards: [] });
    const notRevoked = filterOf(
      new Map([['status', { orAbsent: true, accepts: { kind: 'notIn', values: ['REVOKED'] } }]]),
    )!;
    const fields = { Listing: ['number', 'status'] };
    expect(numbersOf(await ask(probe, [one], fields, undefined, notRevoked), one.id)).toEqual(['A-1']);
    expect(numbersOf(await ask(probe, [one], fields), one.id)).toEqual(['A-1', 'A-2']);
  });

  test('another manifest reads nothing that the one before has kept', async () => {
    await ask(probe, [one], numbers);
    await probe.close();
    await open('cache: { ttl: 6m, stale: 1h }');
    await ask(probe, [one], numbers);
    expect(bench.calls()).toHaveLength(2);
  });
});

describe('only what is proven is kept', () => {
  test.each([['html'], ['garbage'], ['down'], ['error-500']] as const)(
    'not an answer of %s',
    async (mode) => {
      await bench.hold(nothing);
      bench.agency.setFault({ mode });
      expect((await ask(probe, [two], numbers)).failure).toBeDefined();
      bench.agency.setFault({ mode: 'none' });
      bench.agency.clearJournal();
      expect((await ask(probe, [two], numbers)).state).toBe('OK');
      expect(bench.calls()).toHaveLength(1);
    },
  );

  test('not a subject whose records could not be read', async () => {
    await bench.hold({ listings: [row(one.id, 'A-1', { day: '2026-02-30' })], awards: [] });
    const fields = { Listing: ['day'] };
    await ask(probe, [one, two], fields);
    const answer = await ask(probe, [one, two], fields);
    expect(gapFor(answer.gaps, 'Listing', one.id)).toBe('UNREADABLE');
    expect(keysAsked().map((keys) => keys.includes(two.id))).toEqual([true, false]);
  });
});

describe('while the source is failing', () => {
  test('what was known is shown as STALE, with its own time and the failure', async () => {
    const { asOf } = await ask(probe, [one], numbers);
    later = 10 * MINUTE;
    bench.agency.setFault({ mode: 'down' });
    const answer = await ask(probe, [one], numbers);
    expect(answer).toMatchObject({ state: 'STALE', asOf, failure: { code: 'SOURCE_UNREACHABLE' } });
    expect(numbersOf(answer, one.id)).toEqual(['A-1', 'A-2']);
    expect(outcomes).toEqual(['miss', 'stale']);
  });

  test('a fresh answer needs no source and is OK', async () => {
    await ask(probe, [one], numbers);
    bench.agency.setFault({ mode: 'down' });
    expect(await ask(probe, [one], numbers)).toMatchObject({ state: 'OK' });
  });

  test('whoever is not known stays unknown, beside those who are', async () => {
    await ask(probe, [one], numbers);
    later = 10 * MINUTE;
    bench.agency.setFault({ mode: 'down' });
    const answer = await ask(probe, [one, three], numbers);
    expect(answer).toMatchObject({ state: 'UNAVAILABLE', asOf: null });
    expect(answer.standings?.get(one.id)).toMatchObject({ state: 'STALE' });
    expect(answer.standings?.has(three.id)).toBe(false);
    expect(numbersOf(answer, one.id)).toEqual(['A-1', 'A-2']);
  });

  test('a subject of whom a part is missing is not known', async () => {
    await ask(probe, [one], numbers);
    later = 10 * MINUTE;
    bench.agency.setFault({ mode: 'down' });
    const answer = await ask(probe, [one], { Listing: ['number'], Award: ['number'] });
    expect(answer).toMatchObject({ state: 'UNAVAILABLE', asOf: null });
    expect(numbersOf(answer, one.id)).toEqual([]);
  });

  test('nothing is shown beyond the allowance', async () => {
    await ask(probe, [one], numbers);
    later = 66 * MINUTE;
    bench.agency.setFault({ mode: 'down' });
    const answer = await ask(probe, [one], numbers);
    expect([answer.state, answer.rows.size]).toEqual(['UNAVAILABLE', 0]);
  });

  test('without an allowance nothing old is shown at all', async () => {
    await probe.close();
    await open('cache: { ttl: 5m }');
    await ask(probe, [one], numbers);
    later = 5 * MINUTE;
    bench.agency.setFault({ mode: 'down' });
    expect((await ask(probe, [one], numbers)).state).toBe('UNAVAILABLE');
  });

  test('a source that refuses has not failed: nothing old is shown', async () => {
    await ask(probe, [one], numbers);
    later = 10 * MINUTE;
    bench.answerWith({ code: 4001, message: 'no access any more' });
    expect(await ask(probe, [one], numbers)).toMatchObject({
      state: 'UNAVAILABLE',
      failure: { code: 'SOURCE_REFUSED' },
    });
  });

  test('a source that answers is believed, though what was known says otherwise', async () => {
    await ask(probe, [one], numbers);
    await bench.hold({ listings: [], awards: [] });
    later = 10 * MINUTE;
    const answer = await ask(probe, [one], numbers);
    expect([answer.state, numbersOf(answer, one.id)]).toEqual(['OK', []]);
  });
});

describe('an invalidation takes effect at once', () => {
  test.each([
    ['of the source', { source: 'probe' }, [one.id, two.id]],
    ['of the record type', { source: 'probe', record: 'Listing' }, [one.id, two.id]],
    ['of another record type', { source: 'probe', record: 'Award' }, []],
    ['of a subject', { source: 'probe', subject: one }, [one.id]],
    ['of another source', { source: 'other' }, []],
  ])('%s', async (_what, scope, askedAgain) => {
    await ask(probe, [one, two], numbers);
    bench.agency.clearJournal();
    await cache.invalidate(scope);
    await ask(probe, [one, two], numbers);
    const asked = keysAsked().flat();
    expect([one.id, two.id].filter((id) => asked.includes(id))).toEqual(askedAgain);
  });

  test('what was being asked at that moment is neither kept nor shared', async () => {
    bench.agency.setFault({ mode: 'slow', ms: 150 });
    const before = ask(probe, [one], numbers);
    await vi.waitFor(() => expect(bench.calls()).toHaveLength(1));
    await cache.invalidate({ source: 'probe', subject: one });
    const during = ask(probe, [one], numbers);
    await Promise.all([before, during]);
    expect(bench.calls()).toHaveLength(2);
    await ask(probe, [one], numbers);
    expect(bench.calls()).toHaveLength(2);
  });

  test('of more scopes than are remembered forgets everything rather than something', async () => {
    const store = openMemoryStore({ facts: 100, bytes: 1_000_000, scopes: 3 });
    const small = cacheFacts(store, clock, watch);
    const held = await openProbe(bench, { lines: 'cache: { ttl: 5m }' }, { clock, cache: small });
    await ask(held, [one], numbers);
    for (let at = 0; at < 5; at += 1) await small.invalidate({ source: 'probe', subject: firm(at) });
    bench.agency.clearJournal();
    await ask(held, [one], numbers);
    expect(bench.calls()).toHaveLength(1);
    await held.close();
  });
});

describe('requests at the same time', () => {
  test('that ask the same cost one call', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(probe, [one], numbers)));
    expect(bench.calls()).toHaveLength(1);
    for (const answer of answers) expect(numbersOf(answer, one.id)).toEqual(['A-1', 'A-2']);
    expect(outcomes.sort()).toEqual(['miss', 'shared', 'shared', 'shared', 'shared']);
  });

  test('that may see other columns have a call of their own', async () => {
    await Promise.all([ask(probe, [one], numbers), ask(probe, [one], { Listing: ['amount'] })]);
    expect(bench.calls()).toHaveLength(2);
  });

  test('share what they share: each subject is asked for once', async () => {
    bench.agency.setFault({ mode: 'slow', ms: 50 });
    const first = ask(probe, [person(1), person(2)], numbers);
    await vi.waitFor(() => expect(bench.calls()).toHaveLength(1));
    await Promise.all([first, ask(probe, [person(2), person(3)], numbers)]);
    expect(keysAsked()).toEqual([[person(1).id, person(2).id], [person(3).id]]);
  });

  test('a caller who gives up has his answer at once, and the other still gets his', async () => {
    bench.agency.setFault({ mode: 'slow', ms: 100 });
    const caller = new AbortController();
    const impatient = ask(probe, [one], numbers, caller.signal);
    const patient = ask(probe, [one], numbers);
    await vi.waitFor(() => expect(bench.calls()).toHaveLength(1));
    caller.abort();
    expect(await impatient).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_TIMEOUT' } });
    expect(numbersOf(await patient, one.id)).toEqual(['A-1', 'A-2']);
    expect(bench.calls()).toHaveLength(1);
  });

  test('the source is told to stop when the last one has given up, and not before', async () => {
    const manifest = probeManifest(bench, { lines: 'cache: { ttl: 5m }' });
    let upstream: AbortSignal | undefined;
    const never: AskSource = (_request, signal) => {
      upstream = signal;
      return new Promise<SourceAnswer>(() => undefined);
    };
    const { fetch } = cacheSource({
      manifest,
      times: manifest.cache!,
      ask: never,
      store: openMemoryStore(),
      clock,
      watch: unwatched,
    });
    const request: SourceRequest = {
      subjects: [one],
      steps: [{ record: 'Listing', fields: brandPermitted(['number']) }],
    };
    const callers = [new AbortController(), new AbortController()];
    const answers = callers.map(({ signal }) => fetch(request, signal));
    await vi.waitFor(() => expect(upstream).toBeDefined());
    callers[0]!.abort();
    await answers[0];
    expect(upstream!.aborted).toBe(false);
    callers[1]!.abort();
    await answers[1];
    expect(upstream!.aborted).toBe(true);
  });
});

test('memory is bounded by the number of facts and by their bytes', async () => {
  const few = openMemoryStore({ facts: 2, bytes: 1_000_000, scopes: 10 });
  const small = openMemoryStore({ facts: 100, bytes: 40_000, scopes: 10 });
  const nameOf = (at: number) => ({ source: 'probe', record: 'Listing', subject: firm(at), shape: 's' });
  const fact = { at: 0, asOf: '2026-11-22T04:00:00Z', candidates: [], rows: [{ number: 'x'.repeat(350) }] };
  const huge = { ...fact, candidates: [], rows: [{ number: 'x'.repeat(5000) }] };
  const heldOf = async (store: typeof few): Promise<number> => {
    const names = Array.from({ length: 60 }, (_, at) => nameOf(at));
    const readings = await store.read(names);
    await store.write(
      names.map((name, at) => ({ name, fact, generations: readings[at]!.generations! })),
      MINUTE,
    );
    return (await store.read(names)).filter((reading) => reading.fact !== undefined).length;
  };
  expect(await heldOf(few)).toBe(2);
  const held = await heldOf(small);
  expect(held).toBeGreaterThan(20);
  expect(held).toBeLessThan(40);
  const [reading] = await small.read([nameOf(99)]);
  await small.write([{ name: nameOf(99), fact: huge, generations: reading!.generations! }], MINUTE);
  expect((await small.read([nameOf(99)]))[0]!.fact).toBeUndefined();
});
