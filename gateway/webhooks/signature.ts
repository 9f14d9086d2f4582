// Signs what is sent as the Standard Webhooks specification says (standardwebhooks.com): HMAC-SHA256 over id, time and
// body. With two secrets, while one replaces the other, both sign.
import { createHmac } from 'node:crypto';
import type { Secret } from '../../connectors/secret.ts';

/** What a signature is made over. */
export interface SignedMessage {
  readonly id: string;
  /** Of the attempt, not of the message. */
  readonly at: Date;
  readonly body: string;
}

const PREFIX = 'whsec_';
const [shortest, longest] = [24, 64];

/** Why a text is not a secret of the specification; undefined: it is one. Never repeats it. */
export function secretProblem(secret: Secret): string | undefined {
  const text = secret.reveal();
  const encoded = text.slice(PREFIX.length);
  if (!text.startsWith(PREFIX) || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded))
    return 'what it holds is not whsec_ and a key in base64';
  const { length } = Buffer.from(encoded, 'base64');
  return length < shortest || length > longest
    ? `the key it holds is not ${shortest} to ${longest} bytes long`
    : undefined;
}

/** The three headers; secrets as `secretProblem` accepts them. */
export function signedHeaders(
  { id, at, body }: SignedMessage,
  secrets: readonly Secret[],
): Readonly<Record<string, string>> {
  const seconds = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.reveal().slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': signatures.join(' '),
  };
}
