// No answer without a durable record: what the log holds of a request, and that a killed process loses none.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAuditLog } from '../../gateway/audit/log.ts';
import { createPseudonymiser, loadKey } from '../../gateway/audit/pseudonym.ts';
import { verifyAuditLog } from '../../gateway/audit/verify.ts';
import { loadOrCreateSandboxIssuer } from '../../connectors/sandbox/issuer.ts';
import { bundleGateway } from './bundle-gateway.ts';
import { type RunningGateway, id, operation, procurement, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

describe('what is kept of a request', () => {
  test('intent names who, why, about whom and which columns; the outcome names states and verdicts', async () => {
    const { query, variables } = operation('promotion-check');
    const answer = await world.ask({ query, variables, consumer: 'organisation-dept', headers: promotion });
    const own = world.entries().filter((entry) => entry.request === answer.body.extensions?.request);
    expect(own.map(({ kind }) => kind)).toEqual(['intent', 'access', 'outcome']);
    const [intent, , outcome] = own;
    const pseudonym = createPseudonymiser(await loadKey(join(world.root, 'keys/pseudonym.key')));
    expect(intent).toMatchObject({
      caller: { consumer: 'organisation-dept', agency: 'organisation-department', token: expect.any(String) },
      purpose: 'promotion-review',
      case: 'GB-2026-0042',
      user: 'example.user',
      operation: 'PromotionCheck',
      subjects: [pseudonym('citizen-id', variables['citizenId'] as string)],
      scenes: ['PROMOTION 2026-11-22 420200'],
      policyVersion: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(intent.fetches.hr.Sanction).toContain('effectiveOn');
    expect(outcome).toMatchObject({
      sources: { hr: { state: 'OK' }, court: { state: 'OK' } },
      verdicts: [{ scene: 'PROMOTION', outcome: 'BARRED', subject: intent.subjects[0] }],
      errors: [],
    });
    const document = world
      .entries()
      .find(({ kind, sha256 }) => kind === 'document' && sha256 === intent.document);
    expect(document.text).toContain('query PromotionCheck');
  });

  test('no identifier, name or value of a record enters the log of the audit or of the process', async () => {
    const literal = `{ organization(uscc: "${id('banned-firm')}") { registry { entry { name } } } }`;
    await world.ask({ query: literal });
    world.sandbox.court.setFault({ mode: 'wrong-type' });
    const { query, variables } = operation('bid-opening');
    await world.ask({ query, variables, consumer: 'procurement-platform', headers: procurement });
    world.sandbox.court.setFault({ mode: 'none' });
    const kept = JSON.stringify(world.entries()) + JSON.stringify(world.logged);
    for (const key of ['banned-firm', 'listed-firm', 'clean-firm', 'demerit-in-force'])
      expect(kept).not.toContain(id(key));
    expect(kept).not.toMatch(/样例|合成/);
    expect(kept).not.toMatch(/99\d{15}[\dX]/);
    expect(world.logged.length).toBeGreaterThan(0);
  });

  // Once only literals were emptied: names a caller makes up stood in the log as they were written.
  test('an identifier that a caller makes a name of does not enter the log either', async () => {
    const code = id('listed-firm');
    const query = `query Q${code}($v${code}: USCC!) { a${code}: organization(uscc: $v${code}) { ...F${code} } }
      fragment F${code} on Organization { uscc }`;
    const answer = await world.ask({ query, variables: { [`v${code}`]: code } });
    expect(answer.body.data).toEqual({ [`a${code}`]: { uscc: code } });
    const kept = world.entries();
    expect(JSON.stringify(kept) + JSON.stringify(world.logged)).not.toContain(code);
    const intent = kept.findLast(({ kind }) => kind === 'intent');
    expect(intent).toMatchObject({ request: answer.body.extensions?.request, operation: 'redacted1' });
    const { text } = kept.find(({ kind, sha256 }) => kind === 'document' && sha256 === intent.document);
    expect(text).toContain('query redacted1($redacted2: USCC!)');
    expect(text).toContain('redacted3: organization(uscc: $redacted2)');
    expect(text).toContain('fragment redacted4 on Organization');
  });

  test('the chain holds', async () => {
    expect((await verifyAuditLog(world.auditDirectory)).problem).toBeUndefined();
  });
});

describe('a killed gateway', () => {
  const attempts = 3;
  test(`kill -9 under load, ${attempts} times, loses no answered request`, async () => {
    const dist = await bundleGateway();
    const issuer = await loadOrCreateSandboxIssuer(join(world.root, 'sandbox'));
    const token = await issuer.sign('procurement-platform', { now: Date.now() });
    const directory = join(world.root, 'audit-killed');
    const answered = new Set<string>();
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const child = fork(join(dist, 'main.js'), [], {
        env: {
          ...process.env,
          ...world.sandbox.environment,
          GATEWAY_MODE: 'sandbox',
          PORT: '0',
          LOG_LEVEL: 'silent',
          TOKEN_ISSUER: issuer.issuer,
          TOKEN_AUDIENCE: issuer.audience,
          TOKEN_MAX_AGE: '3600',
          JWKS_FILE: issuer.jwksFile,
          AUDIT_DIRECTORY: directory,
          AUDIT_SIGNING_KEY_FILE: join(world.root, 'keys/killed.key'),
          REPORT_SIGNING_KEY_FILE: join(world.root, 'keys/report.key'),
          PSEUDONYM_KEY_FILE: join(world.root, 'keys/pseudonym.key'),
        },
      });
      const [{ listening }] = (await once(child, 'message')) as [{ listening: string }];
      await underLoad(child, listening, token, answered, 40 * (attempt + 1));
    }
    expect(answered.size).toBeGreaterThanOrEqual(40 * attempts);

    // The next start cuts what the crash tore, and the chain holds.
    const { log } = await openAuditLog({ directory, clock: () => new Date(), onFatal: () => undefined });
    await log.close();
    expect((await verifyAuditLog(directory)).problem).toBeUndefined();
    const outcomes = new Set<string>();
    const intents = new Set<string>();
    for (const name of readdirSync(directory).filter((entry) => entry.endsWith('.jsonl'))) {
      for (const line of readFileSync(join(directory, name), 'utf8').trimEnd().split('\n')) {
        const entry = JSON.parse(line) as { kind: string; request?: string };
        if (entry.kind === 'intent') intents.add(entry.request!);
        if (entry.kind === 'outcome') outcomes.add(entry.request!);
      }
    }
    const lost = [...answered].filter((request) => !outcomes.has(request) || !intents.has(request));
    expect(lost).toEqual([]);
  }, 180_000);
});

/** Asks with sixteen in flight and kills the process, without warning, once `enough` answers have come. */
async function underLoad(
  child: ChildProcess,
  url: string,
  token: string,
  answered: Set<string>,
  enough: number,
): Promise<void> {
  const { query, variables } = operation('bid-opening');
  const body = JSON.stringify({ query, variables });
  const goal = answered.size + enough;
  const gone = once(child, 'exit');
  const ask = async (): Promise<void> => {
    for (;;) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...procurement },
        body,
      });
      const { data, extensions } = await response.json();
      if (data === undefined) throw new Error('no data');
      answered.add(extensions.request as string);
      if (answered.size >= goal) child.kill('SIGKILL');
    }
  };
  await Promise.allSettled(Array.from({ length: 16 }, ask));
  await gone;
}
