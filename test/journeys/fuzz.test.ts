// Thousands of broken requests: the answer is always JSON with a documented code, repeats nothing, is never a fault of
// ours, and the audit log stays whole. FUZZ_REQUESTS sets how many (2000); the seed is fixed and printed.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyAuditLog } from '../../gateway/audit/verify.ts';
import { isErrorCode } from '../../gateway/errors.ts';
import { type Draw, drawsOf } from './generated-queries-writer.ts';
import { type RunningGateway, id, operation, runGateway } from './running-gateway.ts';

const count = Number(process.env['FUZZ_REQUESTS'] ?? 2000);
const seed = 20261122;
const marker = 'MARKER7F3A9';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

const bodies = (): string[] => {
  const { query } = operation('bid-opening');
  return [
    JSON.stringify({ query, variables: { usccs: [id('clean-firm'), marker] } }),
    JSON.stringify({
      query: `query ${marker} ($u: USCC!) { ${marker}: organization(uscc: $u) { court { listings { caseCode } } } }`,
      variables: { u: marker },
      operationName: marker,
    }),
    JSON.stringify({
      query: `{ organization(uscc: "${marker}") { registry { entry { name } } } viewer { consumer } }`,
    }),
    JSON.stringify({
      query: `{ __type(name: "${marker}") { name fields(includeDeprecated: true) { name } } }`,
    }),
    JSON.stringify({
      query: `query ($d: Date = "${marker}", $f: Int = 3) { organization(uscc: "${id('clean-firm')}") { eligibility(scene: GOVERNMENT_PROCUREMENT, asOf: $d) { outcome } procurement { contracts(first: $f, after: "${marker}") { totalCount } } } }`,
      variables: { d: marker, f: marker },
    }),
    JSON.stringify({
      query: `{ ...F } fragment F on Query { viewer { decisions(source: "${marker}") { coordinate } } }`,
      extensions: { [marker]: marker },
    }),
  ];
};
const scraps = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '"',
  '\\',
  '\\u0000',
  ':',
  '!',
  '$',
  '@',
  '...',
  '&',
  '|',
  '#',
  '"""',
  'null',
  'true',
  '1e999',
  '-0',
  '\u0000',
  '\ud800',
  '\u202e',
  '__proto__',
  'constructor',
  'fragment',
  'query',
  'mutation',
  'subscription',
  'on',
  '@skip(if: true)',
  '@include(if: $x)',
  '__schema',
  '__typename',
  '99999999999999999999',
  marker,
];

/** Cuts, doubles, swaps and sprinkles. */
function mutate(draw: Draw, text: string): string {
  let mutated = text;
  for (let step = 1 + draw.below(4); step > 0; step -= 1) {
    const at = draw.below(mutated.length + 1);
    const to = Math.min(mutated.length, at + draw.below(24));
    switch (draw.below(5)) {
      case 0:
        mutated = mutated.slice(0, at) + mutated.slice(to);
        break;
      case 1:
        mutated = mutated.slice(0, to) + mutated.slice(at);
        break;
      case 2:
        mutated = mutated.slice(0, at) + draw.pick(scraps) + mutated.slice(at);
        break;
      case 3:
        mutated = mutated.slice(0, at) + draw.pick(scraps) + mutated.slice(to);
        break;
      default:
        mutated = mutated.slice(at, to) + mutated;
    }
  }
  return mutated;
}

/** A body: bytes, JSON that is cut about, a query that is cut about inside good JSON, or JSON of other types. */
function bodyFor(draw: Draw, good: readonly string[]): string | Uint8Array {
  switch (draw.below(8)) {
    case 0:
      return Uint8Array.from({ length: draw.below(200) }, () => draw.below(256));
    case 1:
      return mutate(draw, draw.pick(good));
    case 2: {
      const whole = JSON.parse(draw.pick(good)) as Record<string, unknown>;
      const odd: unknown[] = [null, 0, true, [], {}, '', marker, [[marker]], { [marker]: null }];
      whole[draw.pick(['query', 'variables', 'operationName', 'extensions'])] = draw.pick(odd);
      return JSON.stringify(whole);
    }
    case 3: {
      const whole = JSON.parse(draw.pick(good)) as { variables?: Record<string, unknown> };
      const odd: unknown[] = [
        null,
        0,
        -1.5,
        true,
        [],
        {},
        marker,
        [null],
        { a: marker },
        '\u0000',
        'x'.repeat(5000),
      ];
      for (const name of ['u', 'd', 'f', 'usccs']) (whole.variables ??= {})[name] = draw.pick(odd);
      return JSON.stringify(whole);
    }
    default: {
      const whole = JSON.parse(draw.pick(good)) as { query: string };
      return JSON.stringify({ ...whole, query: mutate(draw, whole.query) });
    }
  }
}

test(`${count} broken requests leave JSON, a code, and nothing else`, async () => {
  const good = bodies();
  const draw = drawsOf(seed);
  const tally = new Map<string, number>();
  const one = async (): Promise<void> => {
    const body = bodyFor(draw, good);
    const about = typeof body === 'string' ? body : Buffer.from(body).toString('hex');
    const answer = await world.post(body);
    const codes = (answer.body.errors ?? []).map(({ extensions }) => extensions.code);
    for (const code of codes.length === 0 ? ['none'] : codes) tally.set(code, (tally.get(code) ?? 0) + 1);
    expect(answer.status, about).toBeLessThan(500);
    expect(answer.headers.get('content-type'), about).toBe('application/json; charset=utf-8');
    expect(codes.every(isErrorCode), `${codes.join()} ${about}`).toBe(true);
    expect(codes, about).not.toContain('INTERNAL');
    if (answer.body.data === undefined || answer.body.data === null)
      expect(codes.length, about).toBeGreaterThan(0);
    // Of what was sent only names that the caller gave its own answer come back: aliases.
    const told = JSON.stringify({ ...answer.body, data: undefined });
    expect(told.includes(marker), about).toBe(false);
    expect(told, about).not.toMatch(/did you mean|node_modules|Error:|\bat .*\.(ts|js)/i);
  };
  for (let done = 0; done < count; done += 16) await Promise.all(Array.from({ length: 16 }, one));
  process.stdout.write(`fuzz seed ${seed}: ${JSON.stringify(Object.fromEntries(tally))}\n`);
  expect(tally.size).toBeGreaterThan(5);

  expect((await world.ask({ query: '{ viewer { consumer } }' })).body.data).toEqual({
    viewer: { consumer: 'public' },
  });
  expect(
    JSON.stringify(world.entries().map(({ text: _text, operation: _operation, ...entry }) => entry)),
  ).not.toContain(marker);
  const publicKey = createPublicKey(readFileSync(join(world.root, 'keys/audit.key')));
  const report = await verifyAuditLog(world.auditDirectory, { publicKey });
  expect(report.problem).toBeUndefined();
  expect(report.entries).toBeGreaterThan(count / 2);
}, 120_000);
