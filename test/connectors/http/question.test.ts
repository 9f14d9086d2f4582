import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Connector, SourceAnswer, Subject } from '../../../connectors/contract.ts';
import type { HttpOptions } from '../../../connectors/http/manifest-part.ts';
import { openQuestions } from '../../../connectors/http/question.ts';
import type { HttpRecord } from '../../../connectors/manifest.ts';
import { citizenIdAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import type { Lookup } from '../../../connectors/transport.ts';
import { ask, numbersOf, openProbe } from '../../contract/bench.ts';
import {
  type Respond,
  type ScriptedAgency,
  rowOf,
  sendJson,
  sourceAt,
  startScriptedAgency,
} from './scripted-agency.ts';

const lookup: Lookup<HttpRecord> = {
  mapping: {
    record: 'Listing',
    subjects: new Map(),
    order: [],
    fields: new Map(),
    filters: new Map(),
    unusableKeys: { rows: 0 },
    atLeast: 1,
  },
  keyColumn: 'code',
  keys: [],
  columns: [],
  controlKeys: [],
  conditions: [],
};
const inPath: HttpOptions = {
  path: '/firms/{code}/listings',
  keys: { in: 'path', at: 'code', max: 1, atOnce: 4, echoed: true },
};

describe('a key in a path is one segment, whatever it is', () => {
  const targetOf = (key: string): URL =>
    openQuestions(inPath, 'https://agency')(lookup, [key], new Map()).url;

  test('generated keys', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (key) => {
        fc.pre(!/^\.{0,2}$/.test(key) && !/\p{Surrogate}/u.test(key));
        const { pathname, search, hash, host } = targetOf(key);
        expect([host, search, hash]).toEqual(['agency', '', '']);
        expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'firms', key, 'listings']);
      }),
    );
  });

  test.each(['', '.', '..'])('“%s” is none', (key) => {
    expect(() => targetOf(key)).toThrow(RangeError);
  });

  test.each(['../admin', '%2e%2e', '..;/x', 'a?b=c', 'a#b', '//evil.example', '{code}', '$&'])(
    '%s',
    (key) => {
      expect(targetOf(key).pathname).toBe(`/firms/${encodeURIComponent(key)}/listings`);
    },
  );
});

const one: Subject = { kind: 'Person', id: citizenIdAt(1) };
let agency: ScriptedAgency;
let probe: Connector | undefined;
beforeAll(async () => {
  agency = await startScriptedAgency();
});
afterEach(() => probe?.close());
afterAll(() => agency.stop());

const askOf = async (http: string, respond: Respond, awards = 'path: /awards'): Promise<SourceAnswer> => {
  agency.script(respond);
  probe = await openProbe(sourceAt(agency.url, `transport: http\nhttp:\n  ${http}`, {}, { awards }));
  return ask(probe, [one], { Listing: ['number'] });
};
const byPath = 'path: /l/{code}\n  keys: { in: path, at: code, max: 1';

test('one key of a call is sent as itself, not as a list of one', async () => {
  const http =
    'path: /l\n  keys: { at: who.code, max: 1 }\n  constants: { who.kind: 2 }\n  envelope: { items: row, one: true }';
  const answer = await askOf(http, (_received, response) =>
    sendJson(response, { row: rowOf(one.id, 'A-1') }),
  );
  expect(numbersOf(answer, one.id)).toEqual(['A-1']);
  expect(JSON.parse(agency.received[0]!.body)).toEqual({ who: { kind: 2, code: one.id } });
});

test('one record that is null is none, and one that is left out is a mistake', async () => {
  const http = 'path: /l\n  keys: { at: code, max: 1 }\n  envelope: { items: row, one: true }';
  expect(await askOf(http, (_received, response) => sendJson(response, { row: null }))).toMatchObject({
    state: 'OK',
  });
  await probe?.close();
  const failure = { code: 'SOURCE_INVALID_ANSWER', detail: 'row is not one record' };
  expect(await askOf(http, (_received, response) => sendJson(response, {}))).toMatchObject({ failure });
});

test('an answer that does not say whose it is belongs to the key that was asked for', async () => {
  const http = `${byPath}, echoed: false }`;
  const answer = await askOf(
    http,
    (_received, response) => sendJson(response, [{ doc: 'A-1' }]),
    'path: /a/{code}',
  );
  expect(numbersOf(answer, one.id)).toEqual(['A-1']);
  expect(agency.received[0]!.target).toBe(`/l/${one.id}`);
});

describe('404', () => {
  const http = `${byPath} }\n  absent: { at: error, is: UNKNOWN }`;
  test.each([
    ['with the proof is an answer without records', { error: 'UNKNOWN' }, { state: 'OK', rows: new Map() }],
    [
      'with another word is a refusal',
      { error: 'NO_ROUTE' },
      { failure: { code: 'SOURCE_REFUSED', detail: 'HTTP 404' } },
    ],
    ['with nothing is a refusal', {}, { failure: { code: 'SOURCE_REFUSED', detail: 'HTTP 404' } }],
  ])('%s', async (_title, body, expected) => {
    const respond: Respond = (_received, response) => sendJson(response, body, {}, 404);
    expect(await askOf(http, respond, 'path: /a/{code}')).toMatchObject(expected);
  });

  test('of a page of HTML is a refusal', async () => {
    const respond: Respond = (_received, response) =>
      void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404</h1>');
    const answer = await askOf(http, respond, 'path: /a/{code}');
    expect(answer).toMatchObject({ failure: { code: 'SOURCE_REFUSED', detail: 'HTTP 404' } });
  });
});

describe('a manifest that cannot be asked is refused', () => {
  test.each([
    ['a GET with a body', 'path: /l\n  method: GET\n  keys: { at: codes, max: 9 }', /a GET has no body/],
    ['many keys in a path', 'path: /l/{code}\n  keys: { in: path, at: code, max: 2 }', /one key per call/],
    ['a path without its place', 'path: /l\n  keys: { in: path, at: code, max: 1 }', /needs one \{code\}/],
    ['a place without keys', 'path: /l/{code}\n  keys: { at: code, max: 1 }', /only keys in the path/],
    ['a condition on a POST', 'path: /l\n  keys: { at: codes, max: 9 }\n  conditional: data', /only a GET/],
    [
      'two in one place',
      'path: /l\n  keys: { at: codes, max: 9 }\n  columns: { at: codes }',
      /codes is taken/,
    ],
    [
      'pages without a number',
      'path: /l\n  keys: { at: codes, max: 9 }\n  paging: { size: 5 }',
      /paging by page needs it/,
    ],
    [
      'cursors with a page',
      'path: /l\n  keys: { at: codes, max: 9 }\n  paging: { by: cursor, cursorAt: c, nextAt: n, pageAt: p }',
      /has no such thing/,
    ],
    [
      'okAt alone',
      'path: /l\n  keys: { at: codes, max: 9 }\n  envelope: { okAt: code, items: rows }',
      /come together/,
    ],
  ])('%s', async (_title, http, expected) => {
    await expect(askOf(http, () => undefined, 'path: /a')).rejects.toThrow(expected);
  });
});
