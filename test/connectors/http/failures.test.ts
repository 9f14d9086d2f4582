import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Connector, Subject } from '../../../connectors/contract.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { ask, openProbe } from '../../contract/bench.ts';
import {
  type Respond,
  type ScriptedAgency,
  rowOf,
  sendJson,
  sourceAt,
  startScriptedAgency,
} from './scripted-agency.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };
const json = { 'content-type': 'application/json' };
const whole = JSON.stringify([rowOf(one.id, 'A-1')]);

let agency: ScriptedAgency;
let elsewhere: ScriptedAgency;
let probe: Connector | undefined;
beforeAll(async () => {
  [agency, elsewhere] = await Promise.all([startScriptedAgency(), startScriptedAgency()]);
  elsewhere.script((_received, response) => sendJson(response, []));
});
afterEach(() => probe?.close());
afterAll(() => Promise.all([agency.stop(), elsewhere.stop()]));

const top = `transport: http
http: { path: /listings, keys: { in: query, at: codes, max: 10 } }`;

const failureAfter = async (respond: Respond, deadline = '2s'): Promise<unknown> => {
  agency.script(respond);
  probe = await openProbe(sourceAt(agency.url, top), { deadline, bytes: '20kB' });
  const answer = await ask(probe, [one]);
  expect(answer.rows.size).toBe(0);
  expect(JSON.stringify(answer.failure)).not.toContain(one.id);
  return answer.failure?.code;
};

test.each<[string, string, Respond]>([
  ['a redirect', 'SOURCE_INVALID_ANSWER', (_, to) => to.writeHead(302, { location: elsewhere.url }).end()],
  [
    'a lasting redirect',
    'SOURCE_INVALID_ANSWER',
    (_, to) => to.writeHead(308, { location: elsewhere.url }).end(),
  ],
  [
    '200 with HTML',
    'SOURCE_INVALID_ANSWER',
    (_, to) => to.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
  ],
  [
    'HTML that says it is JSON',
    'SOURCE_INVALID_ANSWER',
    (_, to) => to.writeHead(200, json).end('<!doctype html>'),
  ],
  ['no media type', 'SOURCE_INVALID_ANSWER', (_, to) => to.writeHead(200).end(whole)],
  [
    'gzip nobody asked for',
    'SOURCE_INVALID_ANSWER',
    (_, to) => to.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(whole)),
  ],
  ['a byte order mark', 'SOURCE_INVALID_ANSWER', (_, to) => to.writeHead(200, json).end(`\uFEFF${whole}`)],
  [
    'a member named twice',
    'SOURCE_INVALID_ANSWER',
    (_, to) => to.writeHead(200, json).end(whole.replace('"st":"0"', '"st":"1","st":"0"')),
  ],
  ['304 though nobody asked', 'SOURCE_INVALID_ANSWER', (_, to) => to.writeHead(304).end()],
  [
    'a reset in mid-body',
    'SOURCE_UNREACHABLE',
    (_, to) => {
      to.writeHead(200, { ...json, 'content-length': '1000' });
      to.write(whole, () => to.socket?.resetAndDestroy());
    },
  ],
  [
    'a body cut short',
    'SOURCE_UNREACHABLE',
    (_, to) => {
      to.writeHead(200, { ...json, 'content-length': '1000' });
      to.write(whole, () => to.destroy());
    },
  ],
  [
    'headers without end',
    'SOURCE_TOO_LARGE',
    (_, to) => to.writeHead(200, { ...json, 'x-long': 'x'.repeat(40_000) }).end(whole),
  ],
  [
    'a body without end',
    'SOURCE_TOO_LARGE',
    (_, to) => to.writeHead(200, json).end(' '.repeat(30_000) + whole),
  ],
  ['no HTTP', 'SOURCE_INVALID_ANSWER', (_, to) => to.socket!.write('220 smtp ready\r\n')],
])('%s is %s', async (_title, code, respond) => {
  expect(await failureAfter(respond)).toBe(code);
  expect(elsewhere.received).toEqual([]);
});

test('a trickle that never ends is given up at the deadline', async () => {
  const trickle: Respond = (_received, response) => {
    response.writeHead(200, json);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
  expect(await failureAfter(trickle, '300ms')).toBe('SOURCE_TIMEOUT');
});

test('the agency is asked for plain text of one type, and told nothing about us but a name', async () => {
  expect(await failureAfter((_received, response) => sendJson(response, {}))).toBe('SOURCE_INVALID_ANSWER');
  expect(agency.received).toHaveLength(1);
  const { connection, host, ...headers } = agency.received[0]!.headers;
  expect([connection, `http://${host}`]).toEqual(['keep-alive', agency.url]);
  expect(headers).toEqual({
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'credit-gateway',
  });
});
