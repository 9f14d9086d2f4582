// WS-Security 1.0, Username Token Profile 1.1: who we are, in the header of every call. A digest hides the password and
// is good once; a password as text goes over TLS only (service.ts sees to that).
import { createHash } from 'node:crypto';
import type { Secret } from '../secret.ts';
import { escapeXml } from './xml.ts';

const WSS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';
const WSSE = `${WSS}-wssecurity-secext-1.0.xsd`;
const WSU = `${WSS}-wssecurity-utility-1.0.xsd`;
const PROFILE = `${WSS}-username-token-profile-1.0`;
const BASE64 = `${WSS}-soap-message-security-1.0#Base64Binary`;

export interface UsernameToken {
  readonly username: Secret;
  readonly password: Secret;
  readonly type: 'digest' | 'text';
}

/** What makes a header good once. */
export interface Moment {
  /** ISO 8601 in UTC. */
  readonly created: string;
  /** 16 random bytes at least. */
  readonly nonce: Buffer;
}

/** The header block `wsse:Security`. It must be understood: a service that ignored it would answer anybody. */
export function securityHeader(
  { username, password, type }: UsernameToken,
  envelope: string,
  { created, nonce }: Moment,
): string {
  const [kind, shown] =
    type === 'text'
      ? ['PasswordText', password.reveal()]
      : ['PasswordDigest', passwordDigest(password.reveal(), created, nonce)];
  return (
    `<wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}" xmlns:e="${envelope}" e:mustUnderstand="1">` +
    `<wsse:UsernameToken><wsse:Username>${escapeXml(username.reveal())}</wsse:Username>` +
    `<wsse:Password Type="${PROFILE}#${kind}">${escapeXml(shown)}</wsse:Password>` +
    `<wsse:Nonce EncodingType="${BASE64}">${nonce.toString('base64')}</wsse:Nonce>` +
    `<wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`
  );
}

/** Base64 of SHA-1 over nonce, creation time and password, as the profile lays down. */
export function passwordDigest(password: string, created: string, nonce: Buffer): string {
  return createHash('sha1').update(nonce).update(created).update(password).digest('base64');
}
