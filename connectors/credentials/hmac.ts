// Requests signed with a shared key, HMAC over SHA-256 or SM3 (both of Node's OpenSSL), over a text the manifest
// describes.
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { type SignedPlace, fill, sortedQuery } from './canonical-text.ts';
import type { OutgoingCall } from './open-credentials.ts';
import type { HmacSettings } from './read-credentials.ts';

/** The headers of one call; each call has a nonce of its own. */
export type Sign = (call: OutgoingCall) => Readonly<Record<string, string>>;

export function openHmac(settings: HmacSettings, clock: () => Date): Sign {
  const { algorithm, encoding } = settings;
  return ({ method, url, body }) => {
    const now = clock();
    const nonce = randomUUID().replaceAll('-', '');
    const values: Readonly<Record<SignedPlace, () => string>> = {
      method: () => method,
      host: () => url.host,
      path: () => url.pathname,
      query: () => url.search.slice(1),
      'sorted-query': () => sortedQuery(url.search),
      body: () => body,
      'body-digest': () => createHash(algorithm).update(body).digest(encoding),
      timestamp: () => timestampOf(now, settings.timestamp),
      nonce: () => nonce,
      'key-id': () => settings.keyId?.reveal() ?? '',
    };
    const valueOf = (place: string): string => values[place as SignedPlace]();
    const text = fill(settings.sign, valueOf);
    const signature = createHmac(algorithm, settings.key.reveal()).update(text).digest(encoding);
    const headers = Object.entries(settings.headers).map(([name, template]) => [
      name,
      fill(template, (place) => (place === 'signature' ? signature : valueOf(place))),
    ]);
    return Object.fromEntries(headers) as Record<string, string>;
  };
}

function timestampOf(now: Date, form: HmacSettings['timestamp']): string {
  switch (form) {
    case 'seconds':
      return String(Math.floor(now.getTime() / 1000));
    case 'milliseconds':
      return String(now.getTime());
    case 'iso':
      return now.toISOString();
  }
}
