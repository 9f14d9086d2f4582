import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { credentialsPart } from '../../../connectors/credentials/manifest-part.ts';
import {
  type CredentialSettings,
  readCredentials,
} from '../../../connectors/credentials/read-credentials.ts';
import { Secret } from '../../../connectors/secret.ts';
import { type Certificates, type Pair, openCertificates } from './certificates.ts';

const HIDDEN = 'hidden-in-every-message';

let certificates: Certificates;
let one: Pair;
let two: Pair;
beforeAll(() => {
  certificates = openCertificates();
  const authority = certificates.authority('authority');
  [one, two] = [authority.issue('one'), authority.issue('two')];
});
afterAll(() => certificates.remove());

interface Outcome {
  readonly problems: readonly string[];
  readonly settings: CredentialSettings | undefined;
}

/** What the shape, and then the reader, say of these lines of a manifest. */
function read(
  yaml: string,
  environment: Readonly<Record<string, string>> = {},
  { address = 'https://agency.example', required = true } = {},
): Outcome {
  const problems: string[] = [];
  const shaped = credentialsPart.credentials.safeParse(parse(yaml));
  if (!shaped.success) {
    const said = shaped.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { problems: said, settings: undefined };
  }
  const settings = readCredentials(shaped.data!, { environment, required, address }, (_path, message) =>
    problems.push(message),
  );
  return { problems, settings };
}

describe('a shape that cannot work is refused', () => {
  const hmac = (more: string): string =>
    `hmac: { algorithm: sha256, key: '\${K}', sign: '{path}{timestamp}', headers: { X-S: '{signature}', X-T: '{timestamp}' }, ${more} }`;
  test.each([
    [
      'a secret in the manifest',
      `bearer: { token: ${HIDDEN} }`,
      /^bearer\.token: a manifest never holds a secret/,
    ],
    [
      'two that write Authorization',
      `{ bearer: { token: '\${A}' }, basic: { user: '\${A}', password: '\${B}' } }`,
      /two of them write the header authorization/,
    ],
    ['an API key nowhere', `apiKey: { value: '\${A}' }`, /either header or query/],
    ['an API key twice', `apiKey: { header: X-Key, query: key, value: '\${A}' }`, /either header or query/],
    [
      'a header the transport writes',
      `apiKey: { header: Content-Length, value: '\${A}' }`,
      /the transport writes itself/,
    ],
    ['a header with a line', `apiKey: { header: "X\\r\\nY", value: '\${A}' }`, /not the name of a header/],
    [
      'OAuth without a secret',
      `oauth2: { token: '\${A}', client: '\${B}' }`,
      /^oauth2\.secret: name the secret/,
    ],
    [
      'OAuth by certificate without one',
      `oauth2: { token: '\${A}', client: '\${B}', authentication: tls }`,
      /^tls: name the cert/,
    ],
    ['a certificate without its key', `tls: { cert: '\${A}' }`, /cert and key come together/],
    ['TLS that says nothing', `tls: { passphrase: '\${A}' }`, /name ca, or cert and key/],
    [
      'an unknown place',
      hmac(`sign: '{path}{verb}'`).replace(`sign: '{path}{timestamp}', `, ''),
      /\{verb\} is none of method/,
    ],
    ['no signature', hmac('encoding: hex').replace('{signature}', 'x'), /one must carry the \{signature\}/],
    [
      'a signed time that is not sent',
      hmac('encoding: hex').replace(", X-T: '{timestamp}'", ''),
      /one must carry the \{timestamp\} that is signed/,
    ],
    [
      'an unnamed key id',
      hmac('encoding: hex').replace("'{path}", "'{key-id}{path}"),
      /name it where \{key-id\} is written/,
    ],
    ['a key that is none of ours', `token: x`, /Unrecognized key/],
  ])('%s', (_title, yaml, expected) => {
    const { problems } = read(yaml, { A: 'a', B: 'b', K: 'k' });
    expect(problems.join('\n')).toMatch(expected);
    expect(problems.join('\n')).not.toContain(HIDDEN);
  });
});

describe('secrets that do not fit are refused without a word of them', () => {
  const tls = (): string => `tls: { cert: 'file:${one.certFile}', key: 'file:${two.keyFile}' }`;
  test.each<[string, () => string, string, object]>([
    ['not set', () => `bearer: { token: '\${NONE}' }`, 'credentials.bearer.token: set NONE', {}],
    [
      'a file that is not there',
      () => `bearer: { token: 'file:/nowhere/token' }`,
      'credentials.bearer.token: cannot read /nowhere/token',
      {},
    ],
    [
      'a line in a header',
      () => `bearer: { token: '\${LINES}' }`,
      'credentials.bearer.token: what it holds is not printable ASCII',
      {},
    ],
    [
      'a colon in a user',
      () => `basic: { user: '\${COLON}', password: '\${COLON}' }`,
      'credentials.basic.user: what it holds has a colon',
      {},
    ],
    [
      'a token endpoint in the open',
      () => `oauth2: { token: '\${PLAIN}', client: '\${COLON}', secret: '\${COLON}' }`,
      'credentials.oauth2.token: what it holds is not an https:// URL',
      {},
    ],
    ['the key of another certificate', tls, 'credentials.tls.key: is not the key of cert', {}],
    [
      'no certificate',
      () => `tls: { ca: '\${COLON}' }`,
      'credentials.tls.ca: what it holds is not a certificate (PEM)',
      {},
    ],
    [
      'an agency in the open',
      () => `bearer: { token: '\${WORD}' }`,
      'credentials: the address must be https:// to carry them',
      { address: 'http://agency.example' },
    ],
    [
      'TLS in the open',
      () => `tls: { ca: 'file:${one.certFile}' }`,
      'credentials.tls: the address is not https://',
      { address: 'http://127.0.0.1:80' },
    ],
  ])('%s', (_title, yaml, expected, options) => {
    const environment = {
      WORD: HIDDEN,
      LINES: `${HIDDEN}\r\nX-Other: 1`,
      COLON: `${HIDDEN}:b`,
      PLAIN: `http://${HIDDEN}.example/token`,
    };
    const { problems, settings } = read(yaml(), environment, options);
    expect(problems).toEqual([expected]);
    expect(settings).toBeUndefined();
  });
});

test('on this machine nobody listens in', () => {
  const { problems } = read(`bearer: { token: '\${A}' }`, { A: 'a' }, { address: 'http://127.0.0.1:8080' });
  expect(problems).toEqual([]);
});

test('an offline check asks for the shape, not for the secrets', () => {
  const offline = { address: '', required: false };
  expect(read(`bearer: { token: '\${NONE}' }`, {}, offline)).toEqual({ problems: [], settings: undefined });
});

test('a secret from a file is its text without the line end, and shows itself to nobody', () => {
  const file = `${one.keyFile}.token`;
  writeFileSync(file, `${HIDDEN}\n`);
  const { settings } = read(`bearer: { token: 'file:${file}' }`);
  expect(settings!.bearer!.token.reveal()).toBe(HIDDEN);
  const secret = new Secret(HIDDEN);
  const shown = [JSON.stringify(settings), inspect(settings, { depth: 9, showHidden: true }), String(secret)];
  expect(shown.join()).not.toContain(HIDDEN);
});
