// The HTTP edge: routes, size and header rules, and the order of the first stages. Everything it refuses is
// JSON with a code; nothing a client sent is repeated.
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Log } from '../connectors/log.ts';
import { ClientError, type ErrorCode, errorBody, errorTexts } from './errors.ts';
import type { Pipeline, PipelineContext } from './graphql-pipeline.ts';
import type { Admission } from './load/admission.ts';
import { admit } from './request/admit.ts';
import type { Authenticator } from './request/authenticate.ts';
import { identifyCaller } from './request/identify-caller.ts';
import { readJsonBody } from './request/json-body.ts';
import type { Recorder } from './request/record.ts';
import type { PolicySnapshot } from './request/snapshot.ts';
import type { Caller } from './request/stages.ts';
import { type ReportRoute, type ReportRoutes, reportRouteOf } from './reports/report-routes.ts';
import { downloadSchema } from './schema-download.ts';
import type { RequestWatch, Told } from './watch/request-watch.ts';

export interface ServerParts {
  readonly authenticator: Authenticator;
  readonly pipeline: Pipeline;
  readonly recorder: Recorder;
  readonly reports: ReportRoutes;
  readonly log: Log;
  readonly watch: RequestWatch;
  /** Told of a request that was turned away before it was looked at. */
  readonly turnedAway: (code: ErrorCode) => void;
  readonly clock: () => Date;
  /** The policies of the moment; a request keeps what it got. */
  readonly snapshot: () => PolicySnapshot;
  /** Whether answers may be given: the audit log is healthy and the process is not stopping. */
  readonly ready: () => boolean;
  /** For balancers: ready, and the issuer's keys are at hand. */
  readonly readiness: () => Promise<boolean>;
  /** The explorer's page, built by `npm run build`. */
  readonly explorerFile: string;
  /** Decides who is let in, before anything else is done for a request. */
  readonly admission: Admission;
  /** Awaited before the work on a request begins, so that many that come at once take turns. */
  readonly turn: () => Promise<void>;
  readonly limits: { readonly maxConnections: number };
}

const route = '/graphql';
const schemaRoute = '/schema.graphql';

/** A server that knows how many requests are under way. */
export type GatewayServer = Server & { readonly inFlight: () => number };

/** Builds the server; the caller listens and closes. */
export function createGatewayServer(parts: ServerParts): GatewayServer {
  let inFlight = 0;
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 },
    (request, response) => {
      const id = randomUUID();
      inFlight += 1;
      handle(request, response, id, parts)
        .catch((error: unknown) => {
          parts.log.error({ request: id, err: error }, 'a request failed');
          refuse(response, id, parts.ready() ? 'INTERNAL' : 'NOT_READY');
        })
        .finally(() => {
          inFlight -= 1;
        });
    },
  );
  server.maxConnections = parts.limits.maxConnections;
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) return;
    const body = errorBody('MALFORMED_REQUEST', randomUUID());
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
  return Object.assign(server, { inFlight: () => inFlight });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  parts: ServerParts,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  switch (path) {
    case route:
    case schemaRoute: {
      const method = path === route ? 'POST' : 'GET';
      if (request.method !== method) return refuse(response, id, 'METHOD_NOT_ALLOWED', { allow: method });
      if (!parts.ready()) return turnAway(response, id, 'NOT_READY', parts);
      return inTurn(response, id, parts, () =>
        parts.watch.request({ id, traceparent: traceparentOf(request) }, (told) =>
          asCaller(request, response, id, parts, told, path === route ? query : schema),
        ),
      );
    }
    case '/':
      if (request.method !== 'GET') return refuse(response, id, 'METHOD_NOT_ALLOWED', { allow: 'GET' });
      return explorer(response, parts);
    case '/health/live':
      return send(response, 200, '{"status":"alive"}');
    case '/health/ready':
      return (await parts.readiness())
        ? send(response, 200, '{"status":"ready"}')
        : refuse(response, id, 'NOT_READY');
    default: {
      const report = reportRouteOf(path);
      if (path !== '/keys' && report === undefined) return refuse(response, id, 'NOT_FOUND');
      if (request.method !== 'GET') return refuse(response, id, 'METHOD_NOT_ALLOWED', { allow: 'GET' });
      if (!parts.ready()) return turnAway(response, id, 'NOT_READY', parts);
      return inTurn(response, id, parts, () => {
        if (report === undefined || report.kind === 'verify')
          return forEverybody(report?.number, request, response, id, parts);
        return parts.watch.request({ id, traceparent: traceparentOf(request) }, (told) =>
          asCaller(request, response, id, parts, told, shownReport(report)),
        );
      });
    }
  }
}

/** Does the work when there is room for it, and tells at once whoever there will be none for. */
async function inTurn(
  response: ServerResponse,
  id: string,
  parts: ServerParts,
  work: () => Promise<void>,
): Promise<void> {
  const entry = parts.admission.ask();
  if (entry.place === undefined)
    return turnAway(response, id, 'OVERLOADED', parts, { 'retry-after': String(entry.retryAfter) });
  const { place } = entry;
  try {
    if (place.turn !== true) {
      // Nobody works for a caller who has gone meanwhile.
      response.once('close', place.leave);
      if (!(await place.turn)) return;
      response.off('close', place.leave);
    }
    await parts.turn();
    await work();
  } finally {
    place.leave();
  }
}

function traceparentOf({ headersDistinct }: IncomingMessage): string | undefined {
  return headersDistinct['traceparent']?.[0];
}

/** What a known caller asks for: answers, or throws ClientError, which is recorded and told. */
type Ask = (
  caller: Caller,
  request: IncomingMessage,
  response: ServerResponse,
  facts: { readonly request: string; readonly receivedAt: Date; readonly snapshot: PolicySnapshot },
  parts: ServerParts,
  told: Told,
) => Promise<void>;

async function asCaller(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  parts: ServerParts,
  told: Told,
  ask: Ask,
): Promise<void> {
  const facts = { request: id, receivedAt: parts.clock(), snapshot: parts.snapshot() };
  let caller: Caller | undefined;
  let code: ErrorCode;
  try {
    const { authorization } = request.headersDistinct;
    caller = await parts.watch.stage('authenticate', () =>
      identifyCaller(parts.authenticator, facts.snapshot, authorization),
    );
    return await ask(caller, request, response, facts, parts, told);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    code = error.code;
    told.codes = [code];
    parts.log.info({ request: id, code, cause: error.cause }, 'a request was refused');
  }
  if (caller !== undefined) await parts.recorder.refuse(caller, id, code, {});
  const challenge =
    errorTexts[code].status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {};
  return refuse(response, id, code, challenge);
}

const query: Ask = async (caller, request, response, facts, parts, told) => {
  const { request: id, snapshot } = facts;
  const headers = request.headersDistinct;
  const declared = {
    purpose: headers['credit-purpose'],
    caseNumber: headers['credit-case'],
    user: headers['credit-user'],
  };
  const admitted = parts.watch.stage('admit', () => admit(caller, declared, snapshot, facts));
  const body = await readJsonBody(request);
  const context: PipelineContext = { admitted, progress: { executed: false } };
  const answer = await parts.pipeline.run(body, context);
  told.answered = context.progress.executed && answer.status === 200;
  told.kind = context.progress.told?.kind ?? 'none';
  told.codes = context.progress.told?.codes ?? answer.codes;
  if (!context.progress.executed) {
    await parts.recorder.refuse(
      caller,
      id,
      answer.codes[0] ?? 'QUERY_INVALID',
      declaration(admitted.purpose?.name),
    );
  }
  send(response, answer.status, answer.body, { 'credit-request': id });
};

/** Keys, or whether a number and a hash belong together: nothing that needs a caller, or tells of a subject. */
async function forEverybody(
  number: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  { reports }: ServerParts,
): Promise<void> {
  try {
    const query = new URLSearchParams((request.url ?? '').split('?', 2)[1] ?? '');
    const { body, headers } =
      number === undefined
        ? await reports.keys()
        : await reports.verify(number, query, request.headers.accept ?? '');
    send(response, 200, body, { ...headers, 'credit-request': id });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    refuse(response, id, error.code);
  }
}

/** A report is read for the purpose it was issued for, unless its issuer declares another: then it is not found. */
const shownReport =
  (route: ReportRoute): Ask =>
  async (caller, { headersDistinct }, response, facts, parts, told) => {
    const issuedFor = await parts.reports.purposeOf(route.number, caller.consumer.name);
    if (issuedFor === undefined) throw new ClientError('NOT_FOUND');
    const declared = {
      purpose: headersDistinct['credit-purpose'] ?? [issuedFor],
      caseNumber: headersDistinct['credit-case'],
      user: headersDistinct['credit-user'],
    };
    const admitted = parts.watch.stage('admit', () => admit(caller, declared, facts.snapshot, facts));
    told.kind = 'data';
    const { body, headers } = await parts.reports.show(route, admitted);
    told.answered = true;
    send(response, 200, body, { ...headers, 'credit-request': facts.request });
  };

const schema: Ask = async (caller, _request, response, facts, parts, told) => {
  told.kind = 'schema';
  const sdl = await downloadSchema(caller, facts.snapshot, facts, parts.recorder);
  told.answered = true;
  send(response, 200, sdl, { 'content-type': 'text/plain; charset=utf-8', 'credit-request': facts.request });
};

function declaration(purpose: string | undefined): Readonly<Record<string, string>> {
  return purpose === undefined ? {} : { purpose };
}

/** Before anything is known of the request. */
function turnAway(
  response: ServerResponse,
  id: string,
  code: ErrorCode,
  parts: ServerParts,
  headers: Readonly<Record<string, string>> = {},
): void {
  parts.turnedAway(code);
  refuse(response, id, code, headers);
}

function refuse(
  response: ServerResponse,
  id: string,
  code: ErrorCode,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What is left of a body that was refused is not read.
  send(response, errorTexts[code].status, errorBody(code, id), {
    ...headers,
    'credit-request': id,
    ...(code === 'PAYLOAD_TOO_LARGE' ? { connection: 'close' } : {}),
  });
}

function send(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(bytes);
}

const pagePolicy =
  "default-src 'none'; script-src 'self' 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline'; " +
  "img-src data:; font-src data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

async function explorer(response: ServerResponse, parts: ServerParts): Promise<void> {
  const page = createReadStream(parts.explorerFile);
  await new Promise<void>((resolve, reject) => {
    page.once('error', reject);
    page.once('open', () => {
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': pagePolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      page.pipe(response).once('finish', resolve).once('close', resolve).once('error', reject);
    });
  });
}
