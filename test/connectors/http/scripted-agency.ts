// An agency on loopback that answers as a test says and remembers every request that reached it.
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import { type ServerOptions, createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { AgencyRow, ProbeSource } from '../../contract/bench.ts';

export interface Received {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Respond = (received: Received, response: ServerResponse, call: number) => void | Promise<void>;

export interface ScriptedAgency {
  readonly url: string;
  readonly received: Received[];
  /** Replaces what it answers from now on, and forgets what it received. */
  script(respond: Respond): void;
  stop(): Promise<void>;
}

/** `tls`: speak HTTPS. */
export async function startScriptedAgency(tls?: ServerOptions): Promise<ScriptedAgency> {
  const received: Received[] = [];
  let respond: Respond = (_received, response) => void response.writeHead(500).end();
  const server = (tls === undefined ? createServer() : createSecureServer(tls)).on(
    'request',
    (request, response) => {
      void text(request).then(async (body) => {
        const { method = '', url: target = '', headers } = request;
        const call = { method, target, headers, body };
        received.push(call);
        await respond(call, response, received.length);
      });
    },
  );
  // A connection that is cut in a test, and a client that trusts nobody, are no news.
  server.on('clientError', () => undefined).on('tlsClientError', () => undefined);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    received,
    script: (next) => {
      respond = next;
      received.length = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

export function sendJson(
  response: ServerResponse,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** A row of the contract suite's agency. */
export const rowOf = (code: string, doc: string): AgencyRow => ({
  code,
  doc,
  amt: '1',
  day: '2026-03-01',
  st: '0',
});

/** A source at `url` whose manifest has these lines. */
export function sourceAt(
  url: string,
  top: string,
  environment: Readonly<Record<string, string>> = {},
  records: { readonly listings?: string; readonly awards?: string } = {},
): ProbeSource {
  const { listings = '', awards = 'path: /awards' } = records;
  return {
    environment: { PROBE_ADDRESS: url, ...environment },
    manifest: () => ({ top, listings, awards }),
  };
}
