// A source that departs from its manifest is told of while its answers are read, and nothing that could be a value is.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Connector } from '../../connectors/contract.ts';
import { openConnectors } from '../../connectors/open.ts';
import { type Drift, unwatched } from '../../connectors/watch.ts';
import { ask, probeManifest } from '../contract/bench.ts';
import { type HttpBench, startHttpBench } from '../contract/http-bench.ts';

const USCC = '91420200MA4CJU1C8E';
const quiet = (): void => undefined;
const drift: Drift[] = [];
let bench: HttpBench;
let probe: Connector;
beforeAll(async () => {
  bench = await startHttpBench();
  const connectors = await openConnectors({
    manifests: [probeManifest(bench)],
    clock: () => new Date(),
    log: { info: quiet, warn: quiet, error: quiet },
    watch: { ...unwatched, drifted: (one) => void drift.push(one) },
  });
  probe = connectors.get('probe')!;
});
afterAll(async () => {
  await probe?.close();
  await bench?.stop();
});
beforeEach(() => drift.splice(0));

const sound = { code: USCC, doc: 'D-1', amt: '1.00', day: '2026-01-02', st: '0' };
const answered = async (row: Readonly<Record<string, unknown>>) => {
  bench.answerWith({ code: 0, data: { items: [row], pages: 1, asOf: new Date().toISOString() } });
  return ask(probe, [{ kind: 'Organization', id: USCC }]);
};

/** The one record could not be read, and says so. */
const unreadable = { record: 'Listing', reason: 'UNREADABLE', subjects: new Set([USCC]) };

test('an answer that fits the manifest is no drift', async () => {
  expect((await answered(sound)).invalidSubjects.size).toBe(0);
  expect(drift).toEqual([]);
});

test('a column that is left out', async () => {
  const { day: _day, ...rest } = sound;
  expect((await answered(rest)).gaps).toContainEqual(unreadable);
  expect(drift).toEqual([{ source: 'probe', kind: 'missing column', coordinate: 'Listing.day' }]);
});

test('a value of another form, which is not told', async () => {
  expect((await answered({ ...sound, day: 'the second of March' })).gaps).toContainEqual(unreadable);
  expect(drift).toEqual([{ source: 'probe', kind: 'changed type', coordinate: 'Listing.day' }]);
});

test('an unknown code is told as it is where it can be nothing else', async () => {
  expect((await answered({ ...sound, st: 'X7' })).gaps).toContainEqual(unreadable);
  expect(drift).toEqual([
    { source: 'probe', kind: 'unknown code', coordinate: 'Listing.status', value: 'X7' },
  ]);
});

test.each(['420106199001011234', '张三', 'see the annex'])(
  '%s in the place of a code is only counted',
  async (text) => {
    await answered({ ...sound, st: text });
    expect(drift).toEqual([{ source: 'probe', kind: 'unknown code', coordinate: 'Listing.status' }]);
  },
);
