import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Connector, Subject } from '../../../connectors/contract.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { ask, openProbe } from '../../contract/bench.ts';
import { type ScriptedAgency, sendJson, sourceAt, startScriptedAgency } from '../http/scripted-agency.ts';
import { type Authority, type Certificates, type Pair, openCertificates } from './certificates.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };
const PASSPHRASE = 'opens-the-key';

let certificates: Certificates;
let ours: Authority;
let client: Pair;
let locked: Pair;
let stranger: Pair;
/** One that wants to know its client, one that does not. */
let strict: ScriptedAgency;
let open: ScriptedAgency;
let probe: Connector | undefined;

beforeAll(async () => {
  certificates = openCertificates();
  ours = certificates.authority('our-authority');
  const server = ours.issue('agency', { server: true });
  client = ours.issue('gateway');
  locked = ours.issue('gateway-locked', { passphrase: PASSPHRASE });
  stranger = certificates.authority('another-authority').issue('stranger');
  const { cert, key } = server;
  strict = await startScriptedAgency({
    cert,
    key,
    ca: ours.cert,
    requestCert: true,
    rejectUnauthorized: true,
  });
  open = await startScriptedAgency({ cert, key });
  for (const agency of [strict, open]) agency.script((_received, response) => sendJson(response, []));
});
afterEach(() => probe?.close());
afterAll(async () => {
  await Promise.all([strict.stop(), open.stop()]);
  certificates.remove();
});

const stateWith = async (agency: ScriptedAgency, tls: Readonly<Record<string, string>>): Promise<unknown> => {
  const lines = Object.entries(tls).map(([name, value]) => `    ${name}: ${value}`);
  const credentials = lines.length === 0 ? '' : `credentials:\n  tls:\n${lines.join('\n')}`;
  const top = `transport: http
http: { path: /listings, keys: { in: query, at: codes, max: 10 } }
${credentials}`;
  probe = await openProbe(sourceAt(agency.url, top, { PASSPHRASE, KEY: client.key }));
  const { state, failure } = await ask(probe, [one]);
  return failure?.code ?? state;
};
const ca = (): { ca: string } => ({ ca: `file:${ours.certFile}` });
const pair = ({ certFile, keyFile }: Pair) => ({ cert: `file:${certFile}`, key: `file:${keyFile}` });

test('an agency of a private authority is believed when the manifest names it, and only then', async () => {
  expect(await stateWith(open, ca())).toBe('OK');
  await probe?.close();
  expect(await stateWith(open, {})).toBe('SOURCE_UNREACHABLE');
});

test('an agency that wants our certificate gets it', async () => {
  expect(await stateWith(strict, { ...ca(), ...pair(client) })).toBe('OK');
  await probe?.close();
  expect(await stateWith(strict, { ...ca(), ...pair(client), key: '${KEY}' })).toBe('OK');
  await probe?.close();
  expect(await stateWith(strict, { ...ca(), ...pair(locked), passphrase: '${PASSPHRASE}' })).toBe('OK');
});

test('an agency that wants our certificate and gets none, or a stranger’s, is not reached', async () => {
  const before = strict.received.length;
  expect(await stateWith(strict, ca())).toBe('SOURCE_UNREACHABLE');
  await probe?.close();
  expect(await stateWith(strict, { ...ca(), ...pair(stranger) })).toBe('SOURCE_UNREACHABLE');
  expect(strict.received).toHaveLength(before);
});

test('nothing older than TLS 1.2 is spoken', async () => {
  let spoken: string | null | undefined;
  open.script((_received, response) => {
    spoken = (response.socket as TLSSocket).getProtocol();
    sendJson(response, []);
  });
  expect(await stateWith(open, ca())).toBe('OK');
  expect(spoken).toBe('TLSv1.3');
  const server = ours.issue('old-agency', { server: true });
  const old = await startScriptedAgency({
    cert: server.cert,
    key: server.key,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  await probe?.close();
  expect(await stateWith(old, ca())).toBe('SOURCE_UNREACHABLE');
  expect(old.received).toEqual([]);
  await old.stop();
});
