// The whole process, at its most talkative: every member of the cast is asked about, sources fail and talk nonsense,
// callers send rubbish, and what it writes holds nobody.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cast } from '../../connectors/sandbox/generator/cast.ts';
import { loadOrCreateSandboxIssuer } from '../../connectors/sandbox/issuer.ts';
import type { GatewayReady } from '../../gateway/main.ts';
import { bundleGateway } from './bundle-gateway.ts';
import { type RunningGateway, operation, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let child: ChildProcess;
let url: string;
let output = '';
const directory = mkdtempSync(join(tmpdir(), 'quiet-'));

beforeAll(async () => {
  world = await runGateway({ relays: true });
  const issuer = await loadOrCreateSandboxIssuer(join(world.root, 'sandbox'));
  child = fork(join(await bundleGateway(), 'main.js'), [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      ...world.sandbox.environment,
      GATEWAY_MODE: 'sandbox',
      LOG_LEVEL: 'debug',
      PORT: '0',
      TOKEN_ISSUER: issuer.issuer,
      TOKEN_AUDIENCE: issuer.audience,
      TOKEN_MAX_AGE: '3600',
      JWKS_FILE: issuer.jwksFile,
      AUDIT_DIRECTORY: join(directory, 'audit'),
      AUDIT_SIGNING_KEY_FILE: join(directory, 'audit.key'),
      REPORT_SIGNING_KEY_FILE: join(directory, 'report.key'),
      PSEUDONYM_KEY_FILE: join(directory, 'pseudonym.key'),
    },
  });
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [ready] = (await once(child, 'message')) as [GatewayReady];
  url = ready.listening;
  token = async (consumer) => issuer.sign(consumer, { now: Date.now() });
});
afterAll(async () => {
  if (child?.exitCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  await world?.stop();
  rmSync(directory, { recursive: true, force: true });
});
let token: (consumer: string) => Promise<string>;

const post = async (body: string, consumer: string, headers: Readonly<Record<string, string>>) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await token(consumer)}`,
      ...headers,
    },
    body,
  });
  return response.text();
};

const CASE = 'GB-2026-7788';
const USER = 'reader.of.files';
const askAll = async (): Promise<string> => {
  const firms = cast.filter(({ kind }) => kind === 'organisation').map(({ id }) => id);
  const persons = cast.filter(({ kind }) => kind === 'person').map(({ id }) => id);
  const answers = [
    await post(
      JSON.stringify({ query: operation('bid-opening').query, variables: { usccs: firms } }),
      'procurement-platform',
      { 'credit-purpose': 'government-procurement' },
    ),
  ];
  for (const citizenId of persons) {
    answers.push(
      await post(
        JSON.stringify({ query: operation('promotion-check').query, variables: { citizenId } }),
        'organisation-dept',
        { 'credit-purpose': 'promotion-review', 'credit-case': CASE, 'credit-user': USER },
      ),
    );
  }
  return answers.join('\n');
};

test('no line holds an identifier, a name or a document number, whatever goes wrong', async () => {
  const answers = [await askAll()];
  for (const mode of ['wrong-type', 'foreign', 'nobody', 'html', 'garbage', 'huge', 'down'] as const) {
    world.sandbox.court.setFault({ mode });
    world.sandbox.procurement.setFault({ mode });
    answers.push(await askAll());
  }
  world.sandbox.court.setFault({ mode: 'none' });
  world.sandbox.procurement.setFault({ mode: 'none' });
  await world.sandbox.relays!.registry.setMode('reset');
  answers.push(await askAll());
  await world.sandbox.relays!.registry.setMode('pass');
  const [firm] = cast;
  await post(`{"query": "${firm!.id} ${firm!.name}`, 'procurement-platform', {});
  await post(JSON.stringify({ query: `{ organization(uscc: "${firm!.id}0") { uscc } }` }), 'public', {});
  await post(JSON.stringify({ query: '{ viewer { consumer } }' }), 'procurement-platform', {
    authorization: `Bearer ${firm!.id}`,
  });

  expect(output).toContain('source failed');
  expect(output).toContain('a request was refused');
  for (const { id, name } of cast) {
    expect(output).not.toContain(id);
    expect(output).not.toContain(name);
  }
  expect(output).not.toMatch(new RegExp(`${CASE}|${USER}|Bearer|eyJ`));
  expect(output).not.toMatch(/样例|合成/);
  // Document and case numbers that the answers showed.
  const shown = new Set(answers.join('\n').match(/[^"]*[〔（(]20\d\d[）)〕][^"]*号/g));
  expect(shown.size).toBeGreaterThan(3);
  for (const number of shown) expect(output).not.toContain(number);
  // Nothing of the form of an identity number or a code, valid or not.
  expect(output.match(/\b[0-9A-Z]{8}[0-9]{6}[0-9A-Z]{3}[0-9X]\b/g)).toBeNull();
}, 120_000);
