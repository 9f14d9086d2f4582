// Where an agency can give no control, the number of records it holds of everybody shows that its silence is absence.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Connector, type Subject, gapFor } from '../../../connectors/contract.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { ask, openProbe } from '../../contract/bench.ts';
import { type HttpBench, startHttpBench } from '../../contract/http-bench.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };
let bench: HttpBench;
let probe: Connector;
beforeAll(async () => {
  bench = await startHttpBench();
});
beforeEach(async () => {
  await bench.hold({ listings: [], awards: [] });
  const { top, ...manifest } = bench.manifest();
  const counting = top.replace('items: data.items', 'items: data.items, heldAt: data.all');
  expect(counting).not.toBe(top);
  probe = await openProbe({ ...bench, manifest: () => ({ ...manifest, top: counting }) }, { atLeast: 100 });
});
afterEach(() => probe.close());
afterAll(() => bench.stop());

const gapWhere = async (all: unknown): Promise<string | undefined> => {
  bench.answerWith({ code: 0, data: { items: [], pages: 1, asOf: new Date().toISOString(), all } });
  const answer = await ask(probe, [one]);
  return answer.state === 'OK' ? gapFor(answer.gaps, 'Listing', one.id) : answer.state;
};

test('enough of them prove silence, fewer than agreed or half of what there was do not', async () => {
  expect(await gapWhere(1000)).toBeUndefined();
  expect(await gapWhere(99)).toBe('FEWER');
  expect(await gapWhere(0)).toBe('FEWER');
  expect(await gapWhere(499)).toBe('FEWER');
  expect(await gapWhere(900)).toBeUndefined();
  expect(await gapWhere('many')).toBe('INVALID');
});
