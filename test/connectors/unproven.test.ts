import { expect, test } from 'vitest';
import type { Manifest } from '../../connectors/manifest.ts';
import { unprovenIn } from '../../connectors/unproven.ts';

const manifest = (transport: string, record: object, more: object = {}): Manifest =>
  ({
    source: 'probe',
    transport,
    records: new Map([['Listing', { record: 'Listing', ...record }]]),
    ...more,
  }) as unknown as Manifest;
const keyed = (controls: readonly string[]) => ({ subjects: new Map([['Organization', { controls }]]) });

test.each([
  ['a service with a control', manifest('http', keyed(['x']), { http: {} }), 0],
  ['a service without one', manifest('http', keyed([]), { http: {} }), 1],
  [
    'a service that says how many records it holds',
    manifest('http', keyed([]), { http: { envelope: { heldAt: 'all' } } }),
    0,
  ],
  ['an endpoint without one', manifest('graphql', keyed([])), 1],
  ['a SOAP service without one', manifest('soap', keyed([])), 1],
  ['a database, whose keys are counted', manifest('sql', keyed([])), 0],
  ['deliveries with a hash', manifest('file', { delivery: { check: { sidecar: 'sha256' } } }), 0],
  ['deliveries with a trailer', manifest('file', { delivery: { check: { trailer: 'END{rows}' } } }), 0],
  ['deliveries without a proof', manifest('file', { delivery: { check: {} } }), 1],
])('%s', (_title, given, count) => {
  const found = unprovenIn(given);
  expect(found).toHaveLength(count);
  for (const { cure } of found)
    expect(`${cure.en}${cure.zh}`).toMatch(/(?:control|check):.*(?:control|check):/s);
});
