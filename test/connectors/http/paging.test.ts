import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Connector, Subject } from '../../../connectors/contract.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { ask, numbersOf, openProbe } from '../../contract/bench.ts';
import {
  type Received,
  type ScriptedAgency,
  rowOf,
  sendJson,
  sourceAt,
  startScriptedAgency,
} from './scripted-agency.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };

let agency: ScriptedAgency;
let elsewhere: ScriptedAgency;
let probe: Connector | undefined;
beforeAll(async () => {
  [agency, elsewhere] = await Promise.all([startScriptedAgency(), startScriptedAgency()]);
});
afterEach(async () => {
  await probe?.close();
  probe = undefined;
});
afterAll(() => Promise.all([agency.stop(), elsewhere.stop()]));

const open = async (paging: string): Promise<Connector> => {
  const top = `transport: http
http:
  path: /listings
  keys: { in: query, at: codes, max: 10 }
  paging: { ${paging} }
  envelope: { items: rows }`;
  return (probe = await openProbe(sourceAt(agency.url, top), { recordsPerSubject: 4 }));
};

/** The agency keeps so many rows and gives at most `limit` of them, whatever was asked for. */
const keep = (
  count: number,
  limit: number,
  from: (query: URLSearchParams) => number,
  told: (end: number) => object = () => ({}),
): void => {
  const rows = Array.from({ length: count }, (_, at) => rowOf(one.id, `A-${at}`));
  agency.script(({ target }, response) => {
    const start = from(new URL(target, agency.url).searchParams);
    const page = rows.slice(start, start + limit);
    sendJson(response, { rows: page, ...told(start + page.length) });
  });
};
const queryOf = ({ target }: Received): string => target.replace(/codes=[^&]*&?/g, '').replace(/[?&]$/, '');
const four = ['A-0', 'A-1', 'A-2', 'A-3'];

describe('a page shorter than asked for is not the last', () => {
  test('offsets go on by what came', async () => {
    const source = await open('by: offset, offsetAt: offset, sizeAt: limit, size: 3');
    keep(4, 2, (query) => Number(query.get('offset')));
    const answer = await ask(source, [one]);
    expect(numbersOf(answer, one.id)).toEqual(four);
    expect(agency.received.map(queryOf)).toEqual([
      '/listings?offset=0&limit=3',
      '/listings?offset=2&limit=3',
      '/listings?offset=4&limit=3',
    ]);
  });

  test('pages go on until one is empty', async () => {
    const source = await open('pageAt: page, first: 0, size: 3');
    keep(4, 2, (query) => Number(query.get('page')) * 2);
    expect(numbersOf(await ask(source, [one]), one.id)).toEqual(four);
    expect(agency.received.map(queryOf)).toEqual([
      '/listings?page=0',
      '/listings?page=1',
      '/listings?page=2',
    ]);
  });
});

test('a total written as text is a total', async () => {
  const source = await open('pageAt: page, size: 2, totalAt: total');
  keep(
    4,
    2,
    (query) => (Number(query.get('page')) - 1) * 2,
    () => ({ total: '4' }),
  );
  expect(numbersOf(await ask(source, [one]), one.id)).toEqual(four);
  expect(agency.received).toHaveLength(2);
});

test('a cursor is followed while the agency says there is more', async () => {
  const source = await open('by: cursor, cursorAt: after, nextAt: next, moreAt: more');
  // The last page still names a cursor, as many do.
  keep(
    4,
    2,
    (query) => Number(query.get('after') ?? 0),
    (end) => ({ next: end, more: end < 4 }),
  );
  expect(numbersOf(await ask(source, [one]), one.id)).toEqual(four);
  expect(agency.received.map(queryOf)).toEqual(['/listings', '/listings?after=2']);
});

test('a cursor that is left out ends the answer only where the manifest says so', async () => {
  const told = (end: number): object => (end < 4 ? { next: `n${end}` } : {});
  const from = (query: URLSearchParams): number => Number((query.get('after') ?? 'n0').slice(1));
  const strict = await open('by: cursor, cursorAt: after, nextAt: next');
  keep(4, 2, from, told);
  expect((await ask(strict, [one])).failure).toMatchObject({ code: 'SOURCE_INVALID_ANSWER' });
  await strict.close();
  const lenient = await open('by: cursor, cursorAt: after, nextAt: next, absentEnds: true');
  expect(numbersOf(await ask(lenient, [one]), one.id)).toEqual(four);
});

test.each([
  [
    'a cursor that repeats',
    'by: cursor, cursorAt: after, nextAt: next',
    'SOURCE_INVALID_ANSWER',
    { next: 'n1' },
  ],
  [
    'more to come and no cursor',
    'by: cursor, cursorAt: after, nextAt: next, moreAt: more',
    'SOURCE_INVALID_ANSWER',
    { next: null, more: true },
  ],
  [
    'more that is no yes or no',
    'by: cursor, cursorAt: after, nextAt: next, moreAt: more',
    'SOURCE_INVALID_ANSWER',
    { next: 'n', more: 'true' },
  ],
  [
    'a total that is not kept',
    'by: offset, offsetAt: offset, sizeAt: limit, size: 3, totalAt: total',
    'SOURCE_INVALID_ANSWER',
    { total: 9 },
  ],
  [
    'a total that is no count',
    'pageAt: page, size: 3, totalAt: total',
    'SOURCE_INVALID_ANSWER',
    { total: -1 },
  ],
])('%s is refused', async (_title, paging, code, told) => {
  const source = await open(paging);
  agency.script((_received, response) => sendJson(response, { rows: [], ...told }));
  expect((await ask(source, [one])).failure?.code).toBe(code);
  expect(agency.received.length).toBeLessThan(4);
});

test.each([
  ['pages', 'pageAt: page, size: 3', () => ({})],
  [
    'cursors',
    'by: cursor, cursorAt: after, nextAt: next, sizeAt: size, size: 3',
    (call: number) => ({ next: `n${call}` }),
  ],
  ['links', 'by: link, nextAt: next, size: 3', (call: number) => ({ next: `?p=${call}` })],
])('%s without end are cut off', async (_title, paging, told) => {
  const source = await open(paging);
  // Rows of somebody else, so that no subject has too many.
  const rows = [rowOf(usccAt('91', 9), 'X')];
  agency.script((_received, response, call) => sendJson(response, { rows, ...told(call) }));
  expect((await ask(source, [one])).failure).toMatchObject({
    code: 'SOURCE_TOO_LARGE',
    detail: 'more than 5 pages',
  });
  expect(agency.received).toHaveLength(5);
});

test.each([
  ['another host', () => `${elsewhere.url}/listings?p=2`],
  ['another host without a scheme', () => elsewhere.url.replace('http:', '') + '/listings'],
  ['another path', () => '/admin?p=2'],
  ['a path above', () => '../listings?p=2'],
  ['somebody’s password', () => `${agency.url.replace('://', '://a:b@')}/listings?p=2`],
  ['no URL', () => 'http://['],
])('a link to %s is not followed', async (title, next) => {
  const source = await open('by: link, nextAt: next');
  agency.script((_received, response, call) =>
    sendJson(response, { rows: [], next: call === 1 ? next() : null }),
  );
  const { failure } = await ask(source, [one]);
  // From /listings the way up leads to /listings again.
  if (title === 'a path above') expect(failure).toBeUndefined();
  else expect(failure).toMatchObject({ code: 'SOURCE_INVALID_ANSWER' });
  expect(agency.received).toHaveLength(title === 'a path above' ? 2 : 1);
  expect(elsewhere.received).toEqual([]);
});
