// Whether a database's connection is encrypted: said by the manifest or, as usual, by `sslmode` in the address. What
// is encrypted is verified; another host without a word about it is a problem.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Report } from '../manifest.ts';
import { type Environment, lookUp } from '../secret.ts';
import type { Tls } from './dialect.ts';
import type { WrittenTls } from './manifest-part.ts';

/** Names that PostgreSQL's and MySQL's clients use for the same things. */
const MODE = ['sslmode', 'ssl-mode'];
const FILES = {
  ca: ['sslrootcert', 'ssl-ca'],
  cert: ['sslcert', 'ssl-cert'],
  key: ['sslkey', 'ssl-key'],
} as const;
const SETTINGS = [...MODE, ...Object.values(FILES).flat(), 'ssl', 'sslnegotiation', 'uselibpqcompat'];

const OFF = /^(?:disable|disabled)$/i;
const ON = /^(?:require|required|verify[-_](?:ca|full|identity))$/i;

/** What holds for the address, or what is wrong with it as problems. Values never become part of a message. */
export function readTls(
  written: WrittenTls | undefined,
  address: string,
  environment: Environment,
  report: Report,
): Tls {
  const off: Tls = { kind: 'off' };
  const problem = (message: string): Tls => {
    report(['address'], `address: ${message}`);
    return off;
  };
  const mysql = /^(?:mysql|mariadb):/.test(address);
  if (!URL.canParse(address)) {
    // PostgreSQL by a socket of this machine has no host: postgres://user@/database?host=/run/postgresql
    if (!mysql && /^[a-z]+:\/\/(?:[^@/]*@)?\//.test(address)) return off;
    return problem('is not a URL; characters such as # or / in a password are written %23 and %2F');
  }
  const url = new URL(address);
  const host = hostOf(url, mysql);
  const tls = written === undefined ? inAddress(url, problem) : inManifest(written, environment, report);
  if (tls === undefined) {
    if (isLocal(host)) return off;
    return problem(
      'is on another host: say whether it is encrypted, by sql: { tls: on } in the manifest (off where the ' +
        'network itself is private) or by sslmode=verify-full (or disable) in the address',
    );
  }
  if (tls.kind === 'on' && tls.serverName === undefined && mysql && isIP(host) !== 0) {
    return problem(
      'its host is a number: say the name in its certificate, by sql: { tls: { serverName: … } }',
    );
  }
  return tls;
}

function inManifest(written: WrittenTls, environment: Environment, report: Report): Tls {
  if (written === 'off') return { kind: 'off' };
  if (written === 'on') return { kind: 'on' };
  const { serverName, ...references } = written;
  const texts: Partial<Record<keyof typeof FILES, string>> = {};
  for (const part of ['ca', 'cert', 'key'] as const) {
    const reference = references[part];
    if (reference === undefined) continue;
    const found = lookUp(reference, environment);
    const message = !found.ok
      ? found.message
      : isPem(found.value)
        ? undefined
        : `${reference} holds no PEM text`;
    if (found.ok && message === undefined) texts[part] = found.value;
    else report(['sql', 'tls', part], `sql.tls.${part}: ${message}`);
  }
  return { kind: 'on', ...texts, serverName };
}

function inAddress(url: URL, problem: (message: string) => Tls): Tls | undefined {
  const mode = firstOf(url, MODE);
  if (mode === undefined) return undefined;
  if (OFF.test(mode)) return { kind: 'off' };
  if (!ON.test(mode)) return problem(`its ${MODE[0]} is neither disable, require nor verify-full`);
  const texts: Partial<Record<keyof typeof FILES, string>> = {};
  for (const [part, names] of Object.entries(FILES) as [keyof typeof FILES, readonly string[]][]) {
    const path = firstOf(url, names);
    if (path === undefined) continue;
    const text = readPem(path);
    if (text === undefined) return problem(`cannot read the file its ${names[0]} names`);
    texts[part] = text;
  }
  return { kind: 'on', ...texts };
}

function firstOf(url: URL, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = url.searchParams.get(name);
    if (value !== null) return value;
  }
  return undefined;
}

function readPem(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return isPem(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

const isPem = (text: string): boolean => text.includes('-----BEGIN');

/** PostgreSQL's clients take a host from the settings, too. */
function hostOf(url: URL, mysql: boolean): string {
  const named = mysql ? null : url.searchParams.get('host');
  return decodeURIComponent(named ?? url.hostname).replace(/^\[(.+)\]$/, '$1');
}

function isLocal(host: string): boolean {
  return host === '' || host === 'localhost' || host === '::1' || host.startsWith('/') || /^127\./.test(host);
}

/** The address without what was read from it here. */
export function withoutTlsSettings(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  for (const name of SETTINGS) url.searchParams.delete(name);
  return url.href;
}
