// What an agency over HTTP can do on the wire that its own program would never do. Each ends in one state and one
// code, within the deadline, and the next call is none the worse for it.
import { type Server, type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, afterAll, describe, expect, test } from 'vitest';
import type { Connector, SourceAnswer, Subject } from '../../../connectors/contract.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type Bench, ask, numbersOf, openProbe } from '../../contract/bench.ts';
import { type HttpBench, startHttpBench } from '../../contract/http-bench.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };
const two: Subject = { kind: 'Organization', id: usccAt('91', 2) };
const row = (code: string, doc: string) => ({ code, doc, amt: '1', day: '2026-03-01', st: '0' });
const numbers = { Listing: ['number'] };
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const DEADLINE_MS = 400;

let bench: HttpBench;
let server: Server;
let calls: number;
/** What the wire does with a call that has been read. */
let behave: (socket: Socket) => void;
let probe: Connector;

const body = (data: unknown): string => JSON.stringify({ code: 0, data });
const good = (): string =>
  body({ items: [row(one.id, 'A-1')], pages: 1, total: 1, asOf: new Date().toISOString() });
const respond = (text: string) => (socket: Socket) =>
  void socket.write(`${HEAD}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);

const timed = async (): Promise<SourceAnswer & { readonly took: number }> => {
  const started = performance.now();
  const answer = await ask(probe, [one], numbers);
  return { ...answer, took: performance.now() - started };
};

beforeAll(async () => {
  bench = await startHttpBench();
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      if (!bytes.toString('latin1').startsWith('POST')) return;
      calls += 1;
      behave(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(async () => {
  calls = 0;
  const { port } = server.address() as AddressInfo;
  const wire: Bench = { ...bench, environment: { PROBE_ADDRESS: `http://127.0.0.1:${port}` } };
  probe = await openProbe(wire, { deadline: `${DEADLINE_MS}ms` });
});
afterEach(async () => {
  behave = respond(good());
  const next = await timed();
  expect(numbersOf(next, one.id), 'the next call').toEqual(['A-1']);
  await probe.close();
});
afterAll(async () => {
  await bench.stop();
  await new Promise((resolve) => server.close(resolve));
});

describe('on the wire', () => {
  test('a reset in mid-body is unavailability, and is not asked for again', async () => {
    behave = (socket) => {
      socket.write(`${HEAD}content-length: 1000\r\n\r\n{"code":0,"data":{"items":[`, () =>
        socket.resetAndDestroy(),
      );
    };
    const answer = await timed();
    expect(answer).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_UNREACHABLE' } });
    expect([answer.rows.size, calls]).toEqual([0, 1]);
  });

  test('a chunked body that ends before its end is unavailability, though its JSON is whole', async () => {
    behave = (socket) => {
      const text = good();
      const chunk = `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
      socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n${chunk}`);
    };
    expect(await timed()).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_UNREACHABLE' } });
  });

  test('a trickle is cut off at the deadline, however lively it is', async () => {
    behave = (socket) => {
      socket.write(`${HEAD}content-length: 100000\r\n\r\n`);
      const drip = setInterval(() => socket.write(' '), 10);
      socket.on('close', () => clearInterval(drip));
    };
    const answer = await timed();
    expect(answer).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_TIMEOUT' } });
    expect(answer.took).toBeGreaterThan(DEADLINE_MS - 50);
    expect(answer.took).toBeLessThan(DEADLINE_MS + 600);
  });

  test('headers that never end are cut off at the deadline', async () => {
    behave = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('x-more: y\r\n'), 20);
      socket.on('close', () => clearInterval(drip));
    };
    expect((await timed()).failure?.code).toBe('SOURCE_TIMEOUT');
  });

  test('what is not HTTP is no answer', async () => {
    behave = (socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n\r\n');
    expect(await timed()).toMatchObject({ state: 'INVALID', failure: { code: 'SOURCE_INVALID_ANSWER' } });
  });

  test('a connection closed before any answer is asked once more, and only once', async () => {
    behave = (socket) => {
      if (calls === 1) socket.resetAndDestroy();
      else respond(good())(socket);
    };
    const answer = await timed();
    expect([answer.state, numbersOf(answer, one.id), calls]).toEqual(['OK', ['A-1'], 2]);
  });
});

describe('in the answer', () => {
  test('an answer without records although it counts some is not an empty one', async () => {
    behave = respond(body({ items: [], pages: 2, asOf: new Date().toISOString() }));
    expect(await timed()).toMatchObject({ state: 'INVALID', failure: { code: 'SOURCE_INVALID_ANSWER' } });
  });

  test('fewer records than the answer counts are not all of them', async () => {
    await probe.close();
    const { port } = server.address() as AddressInfo;
    const { top, ...records } = bench.manifest();
    probe = await openProbe({
      ...bench,
      manifest: () => ({ ...records, top: top.replace('pagesAt: data.pages', 'totalAt: data.total') }),
      environment: { PROBE_ADDRESS: `http://127.0.0.1:${port}` },
    });
    const data = { total: 3, asOf: new Date().toISOString() };
    behave = (socket) => {
      const items = calls === 1 ? [row(one.id, 'A-1')] : [];
      respond(body({ ...data, items }))(socket);
    };
    expect(await timed()).toMatchObject({ state: 'INVALID', failure: { code: 'SOURCE_INVALID_ANSWER' } });
    // From here on it counts right.
    behave = respond(body({ ...data, total: 1, items: [row(one.id, 'A-1')] }));
    expect((await timed()).state).toBe('OK');
  });

  test('an as-of time in the future is no answer', async () => {
    behave = respond(body({ items: [row(one.id, 'A-1')], pages: 1, asOf: '2999-01-01T00:00:00Z' }));
    expect(await timed()).toMatchObject({ state: 'INVALID', failure: { code: 'SOURCE_INVALID_ANSWER' } });
  });

  test('a code nobody knows spoils whom it speaks of, and nobody else', async () => {
    const items = [{ ...row(one.id, 'A-1'), st: '7' }, row(two.id, 'B-1')];
    behave = respond(body({ items, pages: 1, asOf: new Date().toISOString() }));
    const answer = await ask(probe, [one, two], { Listing: ['number', 'status'] });
    expect([answer.state, answer.invalidSubjects]).toEqual(['OK', new Set()]);
    expect(answer.gaps).toContainEqual({
      record: 'Listing',
      reason: 'UNREADABLE',
      subjects: new Set([one.id]),
    });
    expect(numbersOf(answer, two.id)).toEqual(['B-1']);
  });
});
