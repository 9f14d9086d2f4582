// One HTTP exchange with one host: its own connections, no redirects, a byte ceiling while the answer streams in.
// INVARIANT: nothing an agency answers, be it a redirect or a link to the next page, makes a connection elsewhere.
import { connect as openSocket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Agent, buildConnector, request } from 'undici';
import { LONGEST } from '../resilience/deadline.ts';
import { SourceError } from '../source-error.ts';
import { asSourceError, refuseStatus, whileReading } from './failure.ts';

/** An answer that has begun and says nothing for so long is given up, were the deadline ever forgotten. */
const SILENCE_MARGIN_MS = 1000;

/** What is left of the bytes one request may read, over all its calls. */
export interface ByteBudget {
  left: number;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** At the source's own origin. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: { readonly type: string; readonly text: string } | undefined;
  /** Media types the answer may have, in lower case. */
  readonly accept: readonly string[];
  /** Statuses besides 200 that come back with their body instead of being refused, if it is of an accepted type. */
  readonly statuses?: readonly number[];
  /** Whether the status is the whole answer: any comes back, and the body is not read. */
  readonly statusOnly?: boolean;
  readonly budget: ByteBudget;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** A header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** Lower case, without parameters; empty where the body is (304). */
  readonly mediaType: string;
  /** The `charset` of the content type as written, in lower case. */
  readonly charset: string | undefined;
  readonly body: Buffer;
}

export interface Wire {
  /** @throws SourceError; a `RefusedStatus` where the status alone was the answer */
  send(call: HttpCall): Promise<HttpAnswer>;
  /** Whether something listens. @throws SourceError */
  probe(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface WireOptions {
  /** Any URL of the host. */
  readonly address: string;
  readonly connections: number;
  /** Milliseconds; the net below the caller's own deadline. */
  readonly deadline: number;
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'minVersion'>;
}

const HEADERS = { 'user-agent': 'credit-gateway', 'accept-encoding': 'identity' } as const;

export function openWire({ address, connections, deadline, tls }: WireOptions): Wire {
  const home = new URL(address);
  // A call's own deadline ends its waiting for a connection or an answer; these are for calls nobody waits for.
  const longest = LONGEST * deadline + SILENCE_MARGIN_MS;
  const connect = buildConnector({ ...tls, timeout: longest });
  const agent = new Agent({
    connect: (target, done) => {
      if (originOf(target.protocol, target.hostname, target.port) === originOf(home)) connect(target, done);
      else done(new SourceError('SOURCE_INVALID_ANSWER', 'a connection to another host was refused'), null);
    },
    connections,
    pipelining: 1,
    headersTimeout: longest,
    bodyTimeout: longest,
  });

  const send: Wire['send'] = async (call) => {
    if (call.url.origin !== home.origin)
      throw new SourceError('SOURCE_INVALID_ANSWER', 'a call to another host was refused');
    try {
      const { statusCode, headers, body } = await request(call.url, {
        dispatcher: agent,
        method: call.method,
        headers: {
          ...HEADERS,
          accept: call.accept.join(', '),
          ...(call.body && { 'content-type': call.body.type }),
          ...call.headers,
        },
        body: call.body?.text ?? null,
        signal: call.signal,
      });
      try {
        const header = (name: string): string | undefined => {
          const written = headers[name];
          return Array.isArray(written) ? written.join(', ') : written;
        };
        if (call.statusOnly === true) {
          body.on('error', () => undefined).destroy();
          const nothing = { mediaType: '', charset: undefined, body: Buffer.alloc(0) };
          return { status: statusCode, header, ...nothing };
        }
        if (statusCode !== 200 && call.statuses?.includes(statusCode) !== true)
          throw refuseStatus(statusCode, header('retry-after'));
        const { mediaType, charset } = contentOf(header('content-type'));
        if (statusCode !== 304) {
          if (!call.accept.includes(mediaType)) {
            throw statusCode === 200
              ? new SourceError('SOURCE_INVALID_ANSWER', 'the answer is of another media type')
              : refuseStatus(statusCode, header('retry-after'));
          }
          if ((header('content-encoding') ?? 'identity') !== 'identity')
            throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is compressed though nobody asked');
        }
        return { status: statusCode, header, mediaType, charset, body: await readBytes(body, call.budget) };
      } catch (error) {
        body.on('error', () => undefined).destroy();
        throw whileReading(error);
      }
    } catch (error) {
      throw asSourceError(error);
    }
  };

  return { send, probe: (signal) => reach(home, signal), close: () => agent.destroy() };
}

function originOf(at: string | URL, hostname = '', port = ''): string {
  if (typeof at !== 'string') return originOf(at.protocol, at.hostname, at.port);
  const bare = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return `${at}//${bare}:${port || (at === 'https:' ? '443' : '80')}`;
}

function contentOf(type = ''): Pick<HttpAnswer, 'mediaType' | 'charset'> {
  const [mediaType = '', ...parameters] = type
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return { mediaType, charset: charset?.slice('charset='.length).replace(/^"(.*)"$/, '$1') };
}

async function readBytes(body: AsyncIterable<Uint8Array>, budget: ByteBudget): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    budget.left -= chunk.byteLength;
    if (budget.left < 0) throw new SourceError('SOURCE_TOO_LARGE', 'the answer is over the byte limit');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A connection and nothing else: a probe must not be counted as a question. */
async function reach(url: URL, signal: AbortSignal): Promise<void> {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  await new Promise<void>((resolve, reject) => {
    const socket = openSocket({ host: url.hostname.replace(/^\[|\]$/g, ''), port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error) => reject(asSourceError(error)));
  });
}
