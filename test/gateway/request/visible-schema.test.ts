// The schema of a consumer that may name only what it may use, for purposes that ask about nobody.
import { beforeAll, expect, test } from 'vitest';
import { readDefinition } from '../../../gateway/gateway.ts';
import type { PolicySnapshot } from '../../../gateway/request/snapshot.ts';
import { visibleSdl } from '../../../gateway/request/visible-schema.ts';

let snapshot: PolicySnapshot;
beforeAll(async () => {
  ({ snapshot } = await readDefinition('.', {}, { addressesRequired: false }));
});
const sdlFor = (name: string, purposes?: readonly string[]): string => {
  const consumer = snapshot.policies.policySet.consumers.consumers.get(name)!;
  // Schemas are kept by name.
  const other = purposes === undefined ? {} : { name: `${name}-of-${purposes.join('-')}`, purposes };
  return visibleSdl(snapshot, { ...consumer, names: 'own', ...other });
};

test('a purpose that asks about nobody opens its own roots, and no subject', () => {
  const following = sdlFor('procurement-platform', ['following-changes']);
  expect(following).toContain('changes(since: String, first: Int = 100): ChangeNotices');
  expect(following).toContain('acknowledgeChanges(');
  for (const name of ['type Organization', 'type Person', 'ProcurementBan', 'NoticeReceipt'])
    expect(following).not.toContain(name);
});

test('beside others it adds its roots and takes nothing away', () => {
  expect(sdlFor('procurement-platform')).toContain('changes(');
  expect(sdlFor('procurement-platform')).toContain('type Organization');
  expect(sdlFor('procurement-platform', ['government-procurement'])).not.toContain('changes(');
  expect(sdlFor('citizen-portal')).not.toContain('ChangeNotice');
});
