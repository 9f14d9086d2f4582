// One JSON exchange with an agency: POST, no redirects, a byte ceiling while the answer streams in, strict UTF-8.
// Used by the http and the graphql transport.
import { connect as openSocket } from 'node:net';
import { Agent, request } from 'undici';
import { SourceError } from '../source-error.ts';
import type { Limits } from '../manifest.ts';
import { asSourceError, refuseStatus } from './failure.ts';

const CONNECT_MS = 1000;

/** What is left of the bytes one request may read, over all its calls. */
export interface ByteBudget {
  left: number;
}

export interface HttpClient {
  /** @throws SourceError */
  postJson(url: string, body: unknown, budget: ByteBudget, signal: AbortSignal): Promise<unknown>;
  /** Whether something listens. @throws SourceError */
  probe(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const HEADERS = { 'content-type': 'application/json', 'user-agent': 'credit-gateway' } as const;

/** `accept`: media types that are JSON here. */
export function openHttpClient(address: string, limits: Limits, accept: readonly string[]): HttpClient {
  const agent = new Agent({
    connect: { timeout: CONNECT_MS },
    connections: limits.concurrency,
    pipelining: 1,
    // The deadline is what ends a call; these are the net below it.
    headersTimeout: limits.deadline + 1000,
    bodyTimeout: limits.deadline + 1000,
  });
  const headers = { ...HEADERS, accept: accept.join(', ') };

  const postJson: HttpClient['postJson'] = async (url, body, budget, signal) => {
    try {
      const answer = await request(url, {
        dispatcher: agent,
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        signal,
      });
      try {
        // An operation that failed is told with a 4xx and a JSON body by some: the status alone decides.
        if (answer.statusCode !== 200) throw refuseStatus(answer.statusCode);
        checkHeaders(answer.headers, accept);
        return parseJson(await readText(answer.body, budget));
      } catch (error) {
        answer.body.on('error', () => undefined).destroy();
        throw error;
      }
    } catch (error) {
      throw asSourceError(error);
    }
  };

  return {
    postJson,
    probe: (signal) => reach(new URL(address), signal),
    close: () => agent.destroy(),
  };
}

function checkHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  accept: readonly string[],
): void {
  const type = String(headers['content-type'] ?? '').toLowerCase();
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim());
  if (!accept.includes(media)) throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is not JSON');
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is not in UTF-8');
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is compressed though nobody asked');
  }
}

async function readText(body: AsyncIterable<Uint8Array>, budget: ByteBudget): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  for await (const chunk of body) {
    budget.left -= chunk.byteLength;
    if (budget.left < 0) throw new SourceError('SOURCE_TOO_LARGE', 'the answer is over the byte limit');
    text += decode(decoder, chunk);
  }
  return text + decode(decoder);
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is not in UTF-8');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own words quote the text.
    throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is not JSON');
  }
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
