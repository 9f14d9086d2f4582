// OAuth 2 client credentials: one token for all calls, asked for once however many wait, renewed shortly before it
// ends, and once when the agency refuses it. INVARIANT: what the token endpoint says is repeated nowhere but in a
// closed list of codes.
import * as oauth from 'oauth4webapi';
import { type HttpAnswer, type Wire, openWire } from '../http/wire.ts';
import { readJson } from '../http/json-answer.ts';
import { openPause } from '../http/retry-after.ts';
import { SourceError } from '../source-error.ts';
import type { Credentials } from './open-credentials.ts';
import type { Oauth2Settings } from './read-credentials.ts';

export interface Tokens {
  /** An access token. @throws SourceError */
  current(signal: AbortSignal): Promise<string>;
  /** The agency refused this token: whether to try another one. */
  refused(token: string | undefined): boolean;
  close(): Promise<void>;
}

export interface TokenOptions {
  readonly tls: Credentials['tls'];
  /** Of the source, in milliseconds. */
  readonly deadline: number;
  readonly clock: () => Date;
}

/** Longest a token may take, in milliseconds, and no more than half of the source's deadline. */
const TOKEN_DEADLINE_MS = 2000;
const TOKEN_BYTES = 64_000;
/** A token is renewed so long before its end, or at nine tenths of a shorter life. */
const BEFORE_END_MS = 30_000;
/** A token without a stated life. */
const UNSTATED_LIFE_MS = 5 * 60_000;
/** Whoever refuses a token younger than this refuses us, not the token. */
const YOUNG_MS = 5000;
/** So long an endpoint that refused us is not asked again: more wrong secrets would lock the client out. */
const REFUSED_REST_MS = 30_000;

interface Token {
  readonly text: string;
  readonly made: number;
  readonly until: number;
}

export function openTokens(settings: Oauth2Settings, { tls, deadline, clock }: TokenOptions): Tokens {
  const endpoint = settings.token.reveal();
  const wait = Math.min(TOKEN_DEADLINE_MS, Math.ceil(deadline / 2));
  const wire = openWire({ address: endpoint, connections: 1, deadline: wait, tls });
  const pause = openPause(clock);
  const closing = new AbortController();
  let token: Token | undefined;
  let underWay: Promise<Token> | undefined;
  let rest: { readonly until: number; readonly failure: SourceError } | undefined;

  const renew = async (): Promise<Token> => {
    const made = clock().getTime();
    if (rest !== undefined && made < rest.until) throw rest.failure;
    try {
      pause.check();
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(wait)]);
      const { text, life } = await requestToken(settings, endpoint, wire, signal);
      rest = undefined;
      return (token = { text, made, until: made + Math.max(life - BEFORE_END_MS, life * 0.9) });
    } catch (error) {
      pause.learn(error);
      const failure = tokenFailure(error);
      if (failure.code === 'SOURCE_REFUSED') rest = { until: made + REFUSED_REST_MS, failure };
      throw failure;
    }
  };

  return {
    current: async (signal) => {
      if (token !== undefined && clock().getTime() < token.until) return token.text;
      signal.throwIfAborted();
      underWay ??= renew().finally(() => (underWay = undefined));
      // Whoever waits may give up; the others still want it.
      return (await orAborted(underWay, signal)).text;
    },
    refused: (text) => {
      if (token === undefined || token.text !== text) return true;
      if (clock().getTime() - token.made < YOUNG_MS) return false;
      token = undefined;
      return true;
    },
    close: async () => {
      closing.abort();
      await wire.close();
    },
  };
}

async function requestToken(
  { client, secret, authentication, scope, audience, resource }: Oauth2Settings,
  endpoint: string,
  wire: Wire,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly life: number }> {
  const server = { issuer: endpoint, token_endpoint: endpoint };
  const id = { client_id: client.reveal() };
  const proof = {
    basic: () => oauth.ClientSecretBasic(secret!.reveal()),
    post: () => oauth.ClientSecretPost(secret!.reveal()),
    tls: () => oauth.TlsClientAuth(),
  }[authentication]();
  const wanted = Object.entries({ scope, audience, resource }).filter(([, value]) => value !== undefined);
  const answer = await oauth.clientCredentialsGrantRequest(server, id, proof, wanted as string[][], {
    // read-credentials.ts lets plain HTTP pass on this machine alone.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url, { method, headers, body }) =>
      asResponse(
        await wire.send({
          method: method,
          url: new URL(url),
          headers,
          body: { type: 'application/x-www-form-urlencoded', text: String(body) },
          accept: ['application/json'],
          statuses: [400, 401],
          budget: { left: TOKEN_BYTES },
          signal,
        }),
      ),
  });
  const made = await oauth.processClientCredentialsResponse(server, id, answer);
  const life = made.expires_in === undefined ? UNSTATED_LIFE_MS : made.expires_in * 1000;
  if (made.token_type !== 'bearer' || !/^[\x21-\x7e]+$/.test(made.access_token))
    throw new SourceError('SOURCE_INVALID_ANSWER', 'the token endpoint gave no bearer token');
  return { text: made.access_token, life };
}

function asResponse(answer: HttpAnswer): Response {
  // Its challenge adds nothing to the code in the body.
  return Response.json(readJson(answer), { status: answer.status });
}

/** Codes of RFC 6749 5.2 and RFC 8707. */
const CODES = new Set([
  ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client'],
  ...['unsupported_grant_type', 'invalid_scope', 'invalid_target'],
]);

function tokenFailure(error: unknown): SourceError {
  if (error instanceof SourceError) {
    const { code, unanswered, unasked } = error;
    return new SourceError(code, `token endpoint: ${error.message}`, { unanswered, unasked });
  }
  if (error instanceof oauth.ResponseBodyError) {
    const said = CODES.has(error.error) ? error.error : `HTTP ${error.status}`;
    return new SourceError('SOURCE_REFUSED', `token endpoint: ${said}`);
  }
  return new SourceError('SOURCE_INVALID_ANSWER', 'token endpoint: the answer is no token');
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
