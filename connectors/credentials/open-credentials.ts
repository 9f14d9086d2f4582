// How an agency knows us, for every transport that speaks HTTP: what is added to a call, and what a 401 means.
import type { ConnectionOptions } from 'node:tls';
import { openHmac } from './hmac.ts';
import { type Tokens, openTokens } from './oauth2.ts';
import type { CredentialSettings, TlsSettings } from './read-credentials.ts';

/** A call as it leaves, before anything is added. */
export interface OutgoingCall {
  readonly method: string;
  readonly url: URL;
  /** UTF-8; empty without a body. */
  readonly body: string;
}

/** What to add to one attempt; never kept, never logged. */
export interface Proof {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Credentials {
  /** @throws SourceError when a token cannot be had */
  prove(call: OutgoingCall, signal: AbortSignal): Promise<Proof>;
  /** The agency answered 401 to this proof: whether another one, made anew, may do better. */
  refused(proof: Proof): boolean;
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'minVersion'>;
  close(): Promise<void>;
}

export interface CredentialOptions {
  /** None: calls leave as they are. */
  readonly settings: CredentialSettings | undefined;
  /** The source's own deadline in milliseconds; a token has a part of it. */
  readonly deadline: number;
  readonly clock: () => Date;
}

export function openCredentials({ settings = {}, deadline, clock }: CredentialOptions): Credentials {
  const { oauth2, apiKey, basic, bearer, hmac } = settings;
  const tls = tlsOptions(settings.tls);
  const tokens: Tokens | undefined = oauth2 && openTokens(oauth2, { tls, deadline, clock });
  const sign = hmac && openHmac(hmac, clock);
  const fixed: Record<string, string> = {};
  if (basic) {
    const pair = `${basic.user.reveal()}:${basic.password.reveal()}`;
    fixed['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  if (bearer) fixed['authorization'] = `Bearer ${bearer.token.reveal()}`;
  if (apiKey?.header !== undefined) fixed[apiKey.header] = apiKey.value.reveal();

  return {
    tls,
    prove: async (call, signal) => {
      const url = new URL(call.url);
      if (apiKey?.query !== undefined) {
        const given = [apiKey.query, apiKey.value.reveal()].map((text) => encodeURIComponent(text)).join('=');
        url.search = url.search === '' ? given : `${url.search}&${given}`;
      }
      const headers = { ...fixed };
      if (tokens) headers['authorization'] = `Bearer ${await tokens.current(signal)}`;
      // Last, since it may be made over what was added.
      return { url, headers: { ...headers, ...sign?.({ ...call, url }) } };
    },
    refused: ({ headers }) => tokens?.refused(headers['authorization']?.slice('Bearer '.length)) ?? false,
    close: async () => tokens?.close(),
  };
}

function tlsOptions(settings: TlsSettings | undefined): Credentials['tls'] {
  const { ca, cert, key, passphrase } = settings ?? {};
  return {
    minVersion: 'TLSv1.2',
    ...(ca ? { ca: ca.reveal() } : {}),
    ...(cert && key ? { cert: cert.reveal(), key: key.reveal() } : {}),
    ...(passphrase ? { passphrase: passphrase.reveal() } : {}),
  };
}
