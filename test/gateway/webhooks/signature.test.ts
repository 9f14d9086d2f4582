import { describe, expect, test } from 'vitest';
import { Secret } from '../../../connectors/secret.ts';
import { readEndpoints } from '../../../gateway/webhooks/endpoints.ts';
import { mostFailures, nextAttemptIn } from '../../../gateway/webhooks/schedule.ts';
import { secretProblem, signedHeaders } from '../../../gateway/webhooks/signature.ts';
import type { Consumer, Consumers } from '../../../policies/engine/consumers.ts';

const published = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

test('a signature is that of the Standard Webhooks specification', () => {
  // The vector its reference libraries are tested with.
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1614265330_000),
    body: '{"test": 2432232314}',
  };
  expect(signedHeaders(message, [new Secret(published)])).toEqual({
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test.each([
  ['without its prefix', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['that is no base64', 'whsec_not/base64!'],
  ['that is too short', `whsec_${Buffer.alloc(23).toString('base64')}`],
  ['that is too long', `whsec_${Buffer.alloc(65).toString('base64')}`],
])('a secret %s is refused, and not repeated', (_what, text) => {
  const problem = secretProblem(new Secret(text));
  expect(problem).toBeDefined();
  expect(problem).not.toContain(text.slice(6));
});

test('attempts come sooner at first and end after three days', () => {
  const waits = Array.from({ length: mostFailures }, (_, failed) => nextAttemptIn(failed + 1, 0.5));
  expect(waits.slice(0, 3)).toEqual([5000, 300_000, 1_800_000]);
  expect(waits.at(-1)).toBeUndefined();
  expect(waits.slice(0, -1).every((wait, place) => place === 0 || wait! > waits[place - 1]!)).toBe(true);
  expect([nextAttemptIn(1, 0), nextAttemptIn(1, 1)]).toEqual([4000, 6000]);
});

describe('an endpoint is refused', () => {
  const read = (environment: Readonly<Record<string, string>>, required = true) => {
    const webhook = { url: '${HOOK}', secrets: ['${HOOK_SECRET}'] };
    const consumer = { name: 'one', webhook } as unknown as Consumer;
    const consumers = { consumers: new Map([['one', consumer]]) } as unknown as Consumers;
    return readEndpoints(consumers, { directory: 'policies', environment, required });
  };
  const secret = { HOOK_SECRET: published };

  test.each([
    ['where nothing is set', secret, 'one.webhook.url: set HOOK'],
    ['without a secret', { HOOK: 'https://there.example/x' }, 'one.webhook.secrets.0: set HOOK_SECRET'],
    ['that is no URL', { ...secret, HOOK: 'there' }, 'one.webhook.url: what it holds is not a URL'],
    [
      'over plain HTTP',
      { ...secret, HOOK: 'http://there.example/x' },
      'one.webhook.url: must be https://, but on this machine',
    ],
    [
      'with a user in it',
      { ...secret, HOOK: 'https://u:p@there.example/x' },
      'one.webhook.url: must hold neither a user nor a fragment',
    ],
    [
      'with a secret of another kind',
      { HOOK: 'https://there.example/x', HOOK_SECRET: 'x' },
      'one.webhook.secrets.0: what it holds is not whsec_ and a key in base64',
    ],
  ])('%s', (_what, environment, message) => {
    const { endpoints, problems } = read(environment);
    expect(endpoints.size).toBe(0);
    expect(problems).toEqual([{ file: 'policies/consumers.yaml', message }]);
  });

  test('but not by an offline check for what is only not set', () => {
    expect(read({}, false).problems).toEqual([]);
    expect(read({ ...secret, HOOK: 'there' }, false).problems).toHaveLength(1);
  });

  test('and read where all is well', () => {
    const { endpoints, problems } = read({ ...secret, HOOK: 'https://there.example/x' });
    expect(problems).toEqual([]);
    expect(endpoints.get('one')?.url.href).toBe('https://there.example/x');
    expect(JSON.stringify([...endpoints.values()])).not.toContain('MfKQ');
  });
});
