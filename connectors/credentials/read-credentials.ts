// Resolves the credentials of a manifest: every reference becomes a secret, every problem is found at once, and
// nothing secret is in its words.
import { X509Certificate, createPrivateKey, getHashes } from 'node:crypto';
import type { Path } from '../manifest-lines.ts';
import { type Environment, Secret, lookUp } from '../secret.ts';
import type { Reference, WrittenCredentials } from './manifest-part.ts';

/** What was written, with secrets in the place of references. */
type Resolved<T> = T extends Reference
  ? Secret
  : T extends object
    ? { readonly [K in keyof T]: Resolved<T[K]> }
    : T;

export type CredentialSettings = Resolved<WrittenCredentials>;

export type HmacSettings = NonNullable<CredentialSettings['hmac']>;
export type Oauth2Settings = NonNullable<CredentialSettings['oauth2']>;
export type TlsSettings = NonNullable<CredentialSettings['tls']>;

type Report = (path: Path, message: string) => void;

export interface ReadOptions {
  readonly environment: Environment;
  /** False: an offline check, where what is not set is no problem. */
  readonly required: boolean;
  /** Resolved address of the source; empty where it is not known. */
  readonly address: string;
}

/** The settings; undefined when something is wrong, which was reported, or not known in an offline check. */
export function readCredentials(
  written: WrittenCredentials,
  { environment, required, address }: ReadOptions,
  report: Report,
): CredentialSettings | undefined {
  let whole = true;
  const resolve = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string' && /^(?:\$\{[A-Z][A-Z0-9_]*\}$|file:\/)/.test(value)) {
      const found = lookUp(value, environment);
      if (found.ok) return new Secret(found.value);
      if (required) report(path, `${path.join('.')}: ${found.message}`);
      whole = false;
      return value;
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, resolve(inner, [...path, key])]);
    return Object.fromEntries(entries) as unknown;
  };
  const settings = resolve(written, ['credentials']) as CredentialSettings;
  if (!whole) return undefined;
  const problems = [...problemsOf(settings), ...plainAddress(settings, address)];
  for (const [path, message] of problems) {
    const whole = ['credentials', ...path];
    report(whole, `${whole.join('.')}: ${message}`);
  }
  return problems.length === 0 ? settings : undefined;
}

type Problem = readonly [path: readonly string[], message: string];

function* problemsOf({ oauth2, apiKey, basic, bearer, hmac, tls }: CredentialSettings): Iterable<Problem> {
  if (bearer && !fitsHeader(bearer.token)) yield [['bearer', 'token'], NOT_PRINTABLE];
  if (apiKey?.header !== undefined && !fitsHeader(apiKey.value)) yield [['apiKey', 'value'], NOT_PRINTABLE];
  if (basic?.user.reveal().includes(':')) yield [['basic', 'user'], 'what it holds has a colon'];
  if (hmac?.keyId && !fitsHeader(hmac.keyId)) yield [['hmac', 'keyId'], NOT_PRINTABLE];
  if (hmac && !getHashes().includes(hmac.algorithm))
    yield [['hmac', 'algorithm'], `the OpenSSL of this Node has no ${hmac.algorithm}`];
  if (oauth2 && !isSafe(oauth2.token.reveal()))
    yield [['oauth2', 'token'], 'what it holds is not an https:// URL'];
  if (tls) yield* tlsProblems(tls);
}

const NOT_PRINTABLE = 'what it holds is not printable ASCII';

function fitsHeader(secret: Secret): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(secret.reveal());
}

/** A secret that travels in the open is none. On this machine nobody listens in. */
function plainAddress(settings: CredentialSettings, address: string): readonly Problem[] {
  if (address === '') return [];
  if (settings.tls && !address.startsWith('https:')) return [[['tls'], 'the address is not https://']];
  return isSafe(address) ? [] : [[[], 'the address must be https:// to carry them']];
}

/** Whether nobody can listen to what is sent there. */
export function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

function* tlsProblems({ ca, cert, key, passphrase }: TlsSettings): Iterable<Problem> {
  if (ca && certificateIn(ca) === undefined)
    yield [['tls', 'ca'], 'what it holds is not a certificate (PEM)'];
  if (cert === undefined || key === undefined) return;
  const certificate = certificateIn(cert);
  if (certificate === undefined) yield [['tls', 'cert'], 'what it holds is not a certificate (PEM)'];
  try {
    const own = createPrivateKey({ key: key.reveal(), passphrase: passphrase?.reveal() });
    if (certificate?.checkPrivateKey(own) === false) yield [['tls', 'key'], 'is not the key of cert'];
  } catch {
    yield [['tls', 'key'], 'what it holds is not a private key (PEM), or the passphrase is wrong'];
  }
}

function certificateIn(secret: Secret): X509Certificate | undefined {
  try {
    return new X509Certificate(secret.reveal());
  } catch {
    return undefined;
  }
}
