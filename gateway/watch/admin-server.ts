// The admin address: `/status` and `/metrics`, for operators. It knows no callers, so it listens apart from the
// public address, on loopback unless told otherwise, and offers nothing that changes anything.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { isIP } from 'node:net';
import type { Log } from '../../connectors/log.ts';
import type { Metrics } from './metrics.ts';
import type { StatusReport } from './status.ts';
import { statusPage, statusPagePolicy } from './status-page.ts';

export interface AdminParts {
  readonly metrics: Metrics;
  readonly status: () => StatusReport;
  readonly log: Log;
  /** Address listened on. */
  readonly host: string;
}

/** Builds the server; the caller listens and closes. */
export function createAdminServer(parts: AdminParts): Server {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 65_000, maxHeaderSize: 8_192 },
    (request, response) => {
      handle(request, response, parts).catch((error: unknown) => {
        parts.log.error({ err: error }, 'the admin address failed');
        if (response.headersSent) response.destroy();
        else send(request, response, 500, 'application/json; charset=utf-8', '{"error":"INTERNAL"}');
      });
    },
  );
  server.maxConnections = 64;
  return server;
}

const json = 'application/json; charset=utf-8';

async function handle(request: IncomingMessage, response: ServerResponse, parts: AdminParts): Promise<void> {
  if (!isAddressed(request, parts.host)) return send(request, response, 421, json, '{"error":"HOST"}');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(request, response, 405, json, '{"error":"METHOD_NOT_ALLOWED"}');
  }
  switch ((request.url ?? '/').split('?', 1)[0]) {
    case '/status': {
      const report = parts.status();
      response.setHeader('vary', 'accept');
      if (wantsJson(request.headers.accept)) {
        return send(request, response, 200, json, JSON.stringify(report));
      }
      response.setHeader('content-security-policy', statusPagePolicy);
      return send(request, response, 200, 'text/html; charset=utf-8', statusPage(report));
    }
    case '/metrics': {
      const { registry } = parts.metrics;
      return send(request, response, 200, registry.contentType, await registry.metrics());
    }
    default:
      return send(request, response, 404, json, '{"error":"NOT_FOUND"}');
  }
}

/**
 * A page on the web can make a name of its own point here and read the answer through an operator's browser; so on
 * loopback only an address or `localhost` is answered to.
 */
function isAddressed({ headers: { host = '' } }: IncomingMessage, listening: string): boolean {
  if (!isLoopback(listening)) return true;
  const name = host.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === listening || isIP(name) !== 0;
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function wantsJson(accept = ''): boolean {
  return accept.includes('application/json') && !accept.includes('text/html');
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
