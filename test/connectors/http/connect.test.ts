import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connector, Subject } from '../../../connectors/contract.ts';
import { type HttpClient, openHttpClient } from '../../../connectors/http/client.ts';
import { readJson } from '../../../connectors/http/json-answer.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type AgencyRow, ask, numbersOf, openProbe } from '../../contract/bench.ts';
import { type HttpBench, startHttpBench } from '../../contract/http-bench.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };
const row: AgencyRow = { code: one.id, doc: 'A-1', amt: '1', day: '2026-03-01', st: '0' };

let bench: HttpBench;
let probe: Connector;
beforeAll(async () => {
  bench = await startHttpBench();
});
beforeEach(async () => {
  await bench.hold({ listings: [row], awards: [] });
  probe = await openProbe(bench);
});
afterEach(() => probe.close());
afterAll(() => bench.stop());

describe('an answer that is not what was agreed is invalid', () => {
  test.each([
    ['html', 'the answer is of another media type'],
    ['garbage', 'the answer is not JSON'],
    ['empty-body', 'the answer is not JSON'],
  ] as const)('%s', async (mode, detail) => {
    bench.agency.setFault({ mode });
    expect(await ask(probe, [one])).toMatchObject({
      state: 'INVALID',
      failure: { code: 'SOURCE_INVALID_ANSWER', detail },
    });
  });

  test('an endless body is cut off at the byte limit', async () => {
    bench.agency.setFault({ mode: 'huge' });
    expect(await ask(probe, [one])).toMatchObject({
      state: 'INVALID',
      failure: { code: 'SOURCE_TOO_LARGE' },
    });
  });

  test('values of another type spoil their subject', async () => {
    bench.agency.setFault({ mode: 'wrong-type' });
    // The row's key is distorted, too: nobody can be told apart.
    expect(await ask(probe, [one])).toMatchObject({ state: 'INVALID' });
  });

  const envelope = (data: unknown) => ({ code: 0, data });
  const asOf = new Date().toISOString();
  test.each([
    ['no items', envelope({ pages: 1, asOf })],
    ['items that are no list', envelope({ items: {}, pages: 1, asOf })],
    ['an item that is no object', envelope({ items: [1], pages: 1, asOf })],
    ['an item without a key', envelope({ items: [{ ...row, code: null }], pages: 1, asOf })],
    ['an item whose key is a number', envelope({ items: [{ ...row, code: 91 }], pages: 1, asOf })],
    ['no count of pages', envelope({ items: [row], asOf })],
    ['no as-of time', envelope({ items: [row], pages: 1 })],
    ['an as-of time in the future', envelope({ items: [row], pages: 1, asOf: '2999-01-01T00:00:00Z' })],
    ['no envelope', [row]],
    ['an envelope on the prototype', { ['__proto__']: envelope({ items: [row], pages: 1, asOf }) }],
  ])('%s', async (_title, body) => {
    bench.answerWith(body);
    const answer = await ask(probe, [one]);
    expect(answer).toMatchObject({
      state: 'INVALID',
      asOf: null,
      failure: { code: 'SOURCE_INVALID_ANSWER' },
    });
    expect(JSON.stringify(answer.failure)).not.toContain(one.id);
  });

  test('a page count that grows for ever is cut off', async () => {
    bench.answerWith(envelope({ items: [], pages: 1e9, asOf }));
    expect(await ask(probe, [one])).toMatchObject({
      state: 'INVALID',
      failure: { code: 'SOURCE_TOO_LARGE' },
    });
  });

  test('a column left out of an item spoils its record', async () => {
    bench.answerWith(envelope({ items: [{ code: one.id, doc: 'A-1' }], pages: 1, asOf }));
    const answer = await ask(probe, [one]);
    expect(answer).toMatchObject({ state: 'OK', invalidSubjects: new Set() });
    expect(answer.gaps).toContainEqual({
      record: 'Listing',
      reason: 'UNREADABLE',
      subjects: new Set([one.id]),
    });
  });
});

test('an envelope that says no is a refusal', async () => {
  bench.answerWith({ code: 4001, message: `no access to ${one.id}` });
  const answer = await ask(probe, [one]);
  expect(answer).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_REFUSED' } });
  expect(JSON.stringify(answer.failure)).not.toContain(one.id);
});

test('an error of the server is unavailability', async () => {
  bench.agency.setFault({ mode: 'error-500' });
  expect(await ask(probe, [one])).toMatchObject({
    state: 'UNAVAILABLE',
    failure: { code: 'SOURCE_UNREACHABLE', detail: 'HTTP 500' },
  });
});

test('data older than promised are shown as stale, with their age', async () => {
  bench.agency.setFault({ mode: 'stale' });
  const answer = await ask(probe, [one]);
  expect(answer.state).toBe('STALE');
  expect(Date.now() - Date.parse(answer.asOf!)).toBeGreaterThan(9 * 86_400_000);
  expect(numbersOf(answer, one.id)).toEqual(['A-1']);
});

test('nobody listening is told by the probe', async () => {
  const signal = new AbortController().signal;
  expect(await probe.probe(signal)).toBeUndefined();
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const gone = await openProbe({ ...bench, environment: { PROBE_ADDRESS: `http://127.0.0.1:${port}` } });
  expect(await gone.probe(signal)).toMatchObject({ code: 'SOURCE_UNREACHABLE', detail: 'ECONNREFUSED' });
  await gone.close();
});

describe('one exchange', () => {
  const limits = { deadline: 1000, concurrency: 2, queue: 2, bytes: 1000, recordsPerSubject: 5 };
  const openClient = (address: string): HttpClient =>
    openHttpClient({ address, limits, credentials: undefined, clock: () => new Date() });
  const post = async (client: HttpClient, address: string): Promise<unknown> =>
    readJson(
      await client.send({
        method: 'POST',
        url: new URL(address),
        body: { type: 'application/json', text: '{}' },
        accept: ['application/json'],
        budget: { left: limits.bytes },
        signal: new AbortController().signal,
      }),
    );
  const exchange = async (
    answer: (
      respond: (status: number, headers: Record<string, string>, body: string | Buffer) => void,
    ) => void,
  ): Promise<unknown> => {
    const server = createServer((request, response) => {
      request.resume();
      answer((status, headers, body) => response.writeHead(status, headers).end(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = openClient(address);
    try {
      return await post(client, address);
    } catch (error) {
      return (error as { readonly code?: unknown }).code;
    } finally {
      await client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  const json = { 'content-type': 'application/json' };

  test('a redirect is not followed', async () => {
    expect(await exchange((respond) => respond(302, { location: '/elsewhere' }, ''))).toBe(
      'SOURCE_INVALID_ANSWER',
    );
  });

  test.each([
    [400, 'SOURCE_REFUSED'],
    [401, 'SOURCE_REFUSED'],
    [404, 'SOURCE_REFUSED'],
    [408, 'SOURCE_TIMEOUT'],
    [429, 'SOURCE_OVERLOADED'],
    [502, 'SOURCE_UNREACHABLE'],
    [503, 'SOURCE_OVERLOADED'],
    [504, 'SOURCE_TIMEOUT'],
    [204, 'SOURCE_INVALID_ANSWER'],
  ])('status %i is %s', async (status, code) => {
    expect(await exchange((respond) => respond(status, json, ''))).toBe(code);
  });

  test('bytes that are no UTF-8 are refused, not replaced', async () => {
    const latin = Buffer.from([0x22, 0xe9, 0x22]);
    expect(await exchange((respond) => respond(200, json, latin))).toBe('SOURCE_INVALID_ANSWER');
  });

  test('another charset and an encoding nobody asked for are refused', async () => {
    const gbk = { 'content-type': 'application/json; charset=gbk' };
    expect(await exchange((respond) => respond(200, gbk, '{}'))).toBe('SOURCE_INVALID_ANSWER');
    expect(await exchange((respond) => respond(200, { ...json, 'content-encoding': 'gzip' }, '{}'))).toBe(
      'SOURCE_INVALID_ANSWER',
    );
  });

  test('a body announced longer than it is, is a lost connection', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { ...json, 'content-length': '100' });
      response.write('{"a":', () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = openClient(address);
    const asked = post(client, address);
    await expect(asked).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await client.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
