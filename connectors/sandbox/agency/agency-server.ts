// The HTTP side common to the agencies that answer over HTTP, in JSON or XML: it remembers what was asked and can be told
// to misbehave, so that a test sees what left the gateway and how the gateway bears a sick agency.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { listen } from '../loopback-port.ts';
import { distort, distortXml, faultIn, writeHuge, type Fault } from './fault.ts';

/** One record type asked for in a call. */
export interface Asked {
  readonly name: string;
  readonly keys: readonly string[];
  readonly columns: readonly string[];
  /** States of records the caller does not want, where it named any. */
  readonly without?: readonly string[];
}

/** One call, whatever became of it. */
export interface Call {
  /** ISO 8601. */
  readonly at: string;
  readonly asked: readonly Asked[];
}

/** Whom an agency answers about: those it was asked about, somebody else, or nobody at all. */
export type About = 'asked' | 'foreign' | 'nobody';

/** What an agency is handed. */
export interface AgencyRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly about: About;
  /** The moment the data speak of, ISO 8601. */
  readonly asOf: string;
}

export interface AgencyAnswer {
  readonly status: number;
  /** What becomes JSON; with `media`, text that is sent as it is. */
  readonly body: unknown;
  /** Content type of an answer that is XML. */
  readonly media?: string;
  readonly asked: readonly Asked[];
}

/** A running agency. The same controls are served under /_sandbox/journal and /_sandbox/fault. */
export interface Agency {
  readonly port: number;
  /** The last 1,000 calls, oldest first. */
  journal(): readonly Call[];
  clearJournal(): void;
  setFault(fault: Fault): void;
  stop(): Promise<void>;
}

const JOURNAL_LENGTH = 1_000;
const BODY_LIMIT = 1024 * 1024;
const TEN_DAYS = 10 * 86_400_000;

/** Starts an agency on loopback. @throws PortInUse */
export async function startAgency(options: {
  readonly name: string;
  readonly port: number;
  readonly portVariable: string;
  readonly now: () => Date;
  readonly answer: (request: AgencyRequest) => Promise<AgencyAnswer>;
}): Promise<Agency> {
  let calls: Call[] = [];
  let fault: Fault = { mode: 'none' };

  const control = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const what = `${request.method} ${request.url}`;
    if (what === 'GET /_sandbox/journal')
      return sendJson(response, 200, { calls: calls.length, entries: calls });
    if (what === 'GET /_sandbox/fault') return sendJson(response, 200, fault);
    if (what === 'DELETE /_sandbox/journal') calls = [];
    else if (what === 'PUT /_sandbox/fault') {
      const wanted = faultIn(await readBody(request));
      if (!wanted) return sendJson(response, 400, { message: 'unknown fault' });
      fault = wanted;
    } else return sendJson(response, 404, { message: 'not found' });
    response.writeHead(204).end();
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url?.startsWith('/_sandbox/')) return control(request, response);
    const body = await readBody(request);
    const now = options.now();
    const current = fault;
    const answer = await options.answer({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      contentType: request.headers['content-type'] ?? '',
      headers: plainHeaders(request),
      body,
      about: current.mode === 'foreign' || current.mode === 'nobody' ? current.mode : 'asked',
      asOf: new Date(now.getTime() - (current.mode === 'stale' ? TEN_DAYS : 0)).toISOString(),
    });
    calls.push({ at: now.toISOString(), asked: answer.asked });
    if (calls.length > JOURNAL_LENGTH) calls.shift();
    await send(request, response, answer, current);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, error instanceof TooLarge ? 413 : 500, { message: String(error) });
    });
  });
  // Longer than any client keeps an idle connection, so that none is closed under a request.
  server.keepAliveTimeout = 75_000;
  const port = await listen(server, options.port, options.name, options.portVariable);
  return {
    port,
    journal: () => calls,
    clearJournal: () => {
      calls = [];
    },
    setFault: (next) => {
      fault = next;
    },
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: AgencyAnswer,
  fault: Fault,
): Promise<void> {
  switch (fault.mode) {
    case 'none':
    case 'foreign':
    case 'nobody':
    case 'stale':
      return sendAnswer(response, answer);
    case 'slow':
      await pause(fault.ms, undefined, { ref: false });
      return sendAnswer(response, answer);
    case 'down':
      request.socket.resetAndDestroy();
      return;
    case 'html':
      return sendText(
        response,
        200,
        'text/html; charset=utf-8',
        '<!doctype html><title>系统维护</title><h1>系统维护中</h1>',
      );
    case 'garbage':
      return sendText(response, 200, typeOf(answer), textOf(answer).slice(0, -7));
    case 'empty-body':
      return sendText(response, 200, typeOf(answer), '');
    case 'error-500':
      return sendJson(response, 500, { message: 'ORA-00600: internal error code' });
    case 'wrong-type':
      return sendAnswer(response, {
        ...answer,
        body: answer.media === undefined ? distort(answer.body) : distortXml(String(answer.body)),
      });
    case 'huge':
      return writeHuge(response, typeOf(answer));
  }
}

function plainHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function typeOf({ media }: AgencyAnswer): string {
  return media ?? 'application/json; charset=utf-8';
}

function textOf({ media, body }: AgencyAnswer): string {
  return media === undefined ? JSON.stringify(body) : String(body);
}

function sendAnswer(response: ServerResponse, answer: AgencyAnswer): void {
  sendText(response, answer.status, typeOf(answer), textOf(answer));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
}

class TooLarge extends Error {}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new TooLarge('request body over 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
