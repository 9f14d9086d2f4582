import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Connector, SourceAnswer, Subject } from '../../../connectors/contract.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { ask, numbersOf, openProbe } from '../../contract/bench.ts';
import {
  type Respond,
  type ScriptedAgency,
  rowOf,
  sendJson,
  sourceAt,
  startScriptedAgency,
} from './scripted-agency.ts';

const [one, two] = [1, 2].map((at): Subject => ({ kind: 'Organization', id: usccAt('91', at) }));
const NOON = Date.parse('2026-03-01T12:00:00Z');
const MODIFIED = 'Sun, 01 Mar 2026 09:00:00 GMT';

let agency: ScriptedAgency;
let probe: Connector;
let now = NOON;
beforeAll(async () => {
  agency = await startScriptedAgency();
});
afterEach(() => probe.close());
afterAll(() => agency.stop());

const open = async (
  conditional: string,
  respond: Respond,
  asOf = ', asOf: asOf',
  bytes = '1MB',
): Promise<void> => {
  now = NOON;
  agency.script(respond);
  const top = `transport: http
http:
  path: /listings
  keys: { in: query, at: codes, max: 10 }
  conditional: ${conditional}
  envelope: { items: rows${asOf} }`;
  probe = await openProbe(sourceAt(agency.url, top), { bytes }, { clock: () => new Date(now) });
};
const askLater = (minutes: number, subject = one!): Promise<SourceAnswer> => {
  now = NOON + minutes * 60_000;
  return ask(probe, [subject], { Listing: ['number'] });
};
const body = { rows: [rowOf(one!.id, 'A-1')], asOf: '2026-03-01T12:00:00Z' };

/** Answers 304 to whoever knows the validators. */
const withValidators =
  (validators: Readonly<Record<string, string>>): Respond =>
  ({ headers }, response) => {
    const known = headers['if-none-match'] === '"v1"' || headers['if-modified-since'] === MODIFIED;
    if (known) response.writeHead(304).end();
    else sendJson(response, body, validators);
  };

test.each([
  ['an ETag', { etag: '"v1"' }, { 'if-none-match': '"v1"' }],
  ['a date', { 'last-modified': MODIFIED }, { 'if-modified-since': MODIFIED }],
  [
    'both',
    { etag: '"v1"', 'last-modified': MODIFIED },
    { 'if-none-match': '"v1"', 'if-modified-since': MODIFIED },
  ],
])('%s is asked about, and 304 is the same data', async (_title, validators, asked) => {
  await open('answer', withValidators(validators));
  expect(numbersOf(await askLater(0), one!.id)).toEqual(['A-1']);
  const again = await askLater(10);
  expect(numbersOf(again, one!.id)).toEqual(['A-1']);
  expect(again).toMatchObject({ state: 'OK', asOf: '2026-03-01T12:00:00Z' });
  expect(agency.received).toHaveLength(2);
  expect(agency.received[0]!.headers).not.toHaveProperty('if-none-match');
  expect(agency.received[1]!.headers).toMatchObject(asked);
});

test('a validator of the data makes 304 speak of this moment', async () => {
  await open('data', withValidators({ etag: '"v1"' }));
  expect((await askLater(0)).asOf).toBe('2026-03-01T12:00:00Z');
  expect((await askLater(10)).asOf).toBe('2026-03-01T12:10:00.000Z');
});

test('without a time in the answer, 304 speaks of this moment, too', async () => {
  await open('answer', withValidators({ etag: '"v1"' }), '');
  await askLater(0);
  expect((await askLater(10)).asOf).toBe('2026-03-01T12:10:00.000Z');
});

test('another question has an answer of its own', async () => {
  await open('answer', withValidators({ etag: '"v1"' }));
  await askLater(0);
  expect(numbersOf(await askLater(1, two), two!.id)).toEqual([]);
  expect(agency.received[1]!.headers).not.toHaveProperty('if-none-match');
});

test.each([
  ['may not be stored', { etag: '"v1"', 'cache-control': 'private, no-store' }],
  ['varies by everything', { etag: '"v1"', vary: '*' }],
  ['has no validator', {}],
])('an answer that %s is not kept', async (_title, headers) => {
  await open('answer', withValidators(headers));
  await askLater(0);
  expect((await askLater(1)).state).toBe('OK');
  expect(agency.received[1]!.headers).not.toHaveProperty('if-none-match');
});

test('an answer is kept for an hour from when it was last confirmed', async () => {
  await open('data', withValidators({ etag: '"v1"' }));
  for (const minutes of [0, 59, 118, 179]) expect((await askLater(minutes)).state).toBe('OK');
  expect(agency.received.map(({ headers }) => headers['if-none-match'])).toEqual([
    undefined,
    '"v1"',
    '"v1"',
    undefined,
  ]);
});

test('a new answer takes the place of the old one', async () => {
  let version = 1;
  await open('answer', ({ headers }, response) => {
    const etag = `"v${version}"`;
    if (headers['if-none-match'] === etag) response.writeHead(304).end();
    else sendJson(response, { ...body, rows: [rowOf(one!.id, `A-${version}`)] }, { etag });
  });
  await askLater(0);
  version = 2;
  expect(numbersOf(await askLater(1), one!.id)).toEqual(['A-2']);
  expect(numbersOf(await askLater(2), one!.id)).toEqual(['A-2']);
});

test('a thousand answers are kept at most, the oldest forgotten first', async () => {
  await open('answer', withValidators({ etag: '"v1"' }));
  const subjects = Array.from({ length: 1001 }, (_, at): Subject => ({
    kind: 'Organization',
    id: usccAt('91', at),
  }));
  for (const subject of subjects) await askLater(0, subject);
  agency.received.length = 0;
  await askLater(1, subjects[1]);
  await askLater(1, subjects[0]);
  expect(agency.received.map(({ headers }) => headers['if-none-match'])).toEqual(['"v1"', undefined]);
});
