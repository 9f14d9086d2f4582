import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Connector, SourceAnswer, Subject } from '../../../connectors/contract.ts';
import { LONGEST_PAUSE_MS } from '../../../connectors/http/retry-after.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { ask, openProbe } from '../../contract/bench.ts';
import { type ScriptedAgency, sendJson, sourceAt, startScriptedAgency } from './scripted-agency.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };
const NOON = Date.parse('2026-03-01T12:00:00Z');

let agency: ScriptedAgency;
let probe: Connector;
let now = NOON;
beforeAll(async () => {
  agency = await startScriptedAgency();
});
afterEach(() => probe.close());
afterAll(() => agency.stop());

const top = `transport: http
http: { path: /listings, keys: { in: query, at: codes, max: 10 } }`;

/** The agency answers once so, and ever after with an empty list. */
const turnAway = async (status: number, headers: Readonly<Record<string, string>>): Promise<SourceAnswer> => {
  now = NOON;
  agency.script((_received, response, call) => {
    if (call === 1) sendJson(response, {}, headers, status);
    else sendJson(response, []);
  });
  probe = await openProbe(sourceAt(agency.url, top), {}, { clock: () => new Date(now) });
  return ask(probe, [one]);
};
const askAfter = (milliseconds: number): Promise<SourceAnswer> => {
  now = NOON + milliseconds;
  return ask(probe, [one]);
};

describe.each([
  [429, 'seconds', '30', 30_000],
  [503, 'seconds', '30', 30_000],
  [503, 'a date', 'Sun, 01 Mar 2026 12:00:20 GMT', 20_000],
  [429, 'a day, of which five minutes are kept', '86400', LONGEST_PAUSE_MS],
])('%i with %s', (status, _title, written, pause) => {
  test('is not asked again before', async () => {
    expect(await turnAway(status, { 'retry-after': written })).toMatchObject({
      state: 'UNAVAILABLE',
      failure: { code: 'SOURCE_OVERLOADED', detail: `HTTP ${status}` },
    });
    const early = await askAfter(pause - 1000);
    expect(early).toMatchObject({
      state: 'UNAVAILABLE',
      failure: { code: 'SOURCE_OVERLOADED', detail: 'it asked not to be asked for 1 s more' },
    });
    expect(agency.received).toHaveLength(1);
    expect(await askAfter(pause)).toMatchObject({ state: 'OK' });
    expect(agency.received).toHaveLength(2);
  });
});

test.each([
  [503, {}],
  [503, { 'retry-after': 'soon' }],
  [503, { 'retry-after': '-5' }],
  [503, { 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }],
  // What it means elsewhere is another matter.
  [500, { 'retry-after': '30' }],
])('%i with %o is asked again at once', async (status, headers) => {
  expect((await turnAway(status, headers)).state).toBe('UNAVAILABLE');
  expect(await askAfter(0)).toMatchObject({ state: 'OK' });
});
