// What is said to be needed is enough, and nothing of it can be left out.
import { beforeAll, expect, test } from 'vitest';
import type { PolicySet } from '../../../policies/engine/access-policies.ts';
import type { DecisionSubject } from '../../../policies/engine/decision-table.ts';
import { deliberateFor } from '../../../policies/engine/deliberation.ts';
import { loadPolicies } from '../../../policies/engine/load-policies.ts';
import { type Change, findNeedsFor, isAdmissible } from '../../../policies/engine/needs.ts';
import { shippedCatalogue } from './cedar-oracle.ts';

const catalogue = shippedCatalogue();
let set: PolicySet;
beforeAll(async () => {
  set = (await loadPolicies('policies', catalogue)).policies!.policySet;
});

function subjectOf(consumer: string, purpose: string, given: { case?: boolean; user?: boolean } = {}) {
  return {
    consumer: set.consumers.consumers.get(consumer)!,
    purpose: set.consumers.purposes.get(purpose)!,
    caseGiven: given.case === true,
    userGiven: given.user === true,
  };
}
function changed(subject: DecisionSubject, changes: readonly Change[]): DecisionSubject {
  return changes.reduce((so, change): DecisionSubject => {
    switch (change.kind) {
      case 'purpose':
        return { ...so, purpose: set.consumers.purposes.get(change.purpose)! };
      case 'case':
        return { ...so, caseGiven: true };
      case 'user':
        return { ...so, userGiven: true };
      case 'role':
        return { ...so, consumer: { ...so.consumer, roles: [...so.consumer.roles, change.role] } };
    }
  }, subject);
}
const kinds = (changes: readonly Change[]) =>
  changes.map((change) =>
    change.kind === 'purpose'
      ? `purpose ${change.purpose}`
      : change.kind === 'role'
        ? `role ${change.role}`
        : change.kind,
  );

test('every way named opens the field, and no part of it could be left out', () => {
  let tried = 0;
  for (const subject of [
    subjectOf('public', 'public-information'),
    subjectOf('auditor', 'audit', { case: true, user: true }),
  ]) {
    const finder = findNeedsFor(set, catalogue, subject);
    for (const field of catalogue.coordinates.values()) {
      for (const { policy, action, changes } of finder.needsOf(field, ['read', 'readMasked', 'derive'])
        .ways) {
        const { kind } = deliberateFor(set, catalogue, changed(subject, changes)).onAction(field, action);
        expect(kind, field.coordinate).not.toBe('no');
        for (const one of changes) {
          const fewer = changes.filter((other) => other !== one);
          const { purpose, caseGiven, userGiven } = changed(subject, fewer);
          // A case number or user that the purpose itself demands is needed to be admitted at all.
          if (isAdmissible(purpose, caseGiven, userGiven) && one.kind !== 'purpose') {
            const { policies } = deliberateFor(set, catalogue, changed(subject, fewer)).onAction(
              field,
              action,
            );
            expect(policies.map(({ policy: decided }) => decided.id)).not.toContain(policy.id);
          }
        }
        tried += 1;
      }
    }
  }
  expect(tried).toBeGreaterThan(100);
}, 60_000);

test('a case number and a user are all that an organisation department lacks', () => {
  const finder = findNeedsFor(set, catalogue, subjectOf('organisation-dept', 'promotion-review'));
  const { ways } = finder.needsOf(catalogue.coordinates.get('Sanction.kind')!, ['read']);
  expect(ways.map(({ policy, changes }) => [policy.id, kinds(changes)])).toEqual([
    ['hr-promotion', ['case', 'user']],
  ]);
});

test('a purpose says whether it is held, and brings what it demands', () => {
  const finder = findNeedsFor(set, catalogue, subjectOf('procurement-platform', 'government-procurement'));
  const { ways } = finder.needsOf(catalogue.coordinates.get('Sanction.kind')!, ['read']);
  expect(ways[0]!.changes).toEqual([
    { kind: 'purpose', purpose: 'promotion-review', held: false },
    { kind: 'case' },
    { kind: 'user' },
    { kind: 'role', role: 'personnel' },
  ]);
});

test('a way that is left with a condition on the row says so', () => {
  const finder = findNeedsFor(set, catalogue, subjectOf('procurement-platform', 'government-procurement'));
  const field = catalogue.coordinates.get('RegistryEntry.legalRepresentative')!;
  const [way] = finder.needsOf(field, ['read']).ways;
  expect(way?.policy.id).toBe('registry-representative-supervision');
  expect(way?.condition).toBeDefined();
});

test('who permits nobody but others further away is named, not promised', () => {
  const twice = {
    ...set,
    policies: set.policies.map((policy) =>
      policy.id === 'hr-audit-numbers'
        ? {
            ...policy,
            policy: {
              ...policy.policy,
              principal: { op: '==' as const, entity: { type: 'Consumer', id: 'auditor' } },
            },
          }
        : policy,
    ),
  };
  const finder = findNeedsFor(twice, catalogue, subjectOf('public', 'public-information'));
  const { ways, others } = finder.needsOf(catalogue.coordinates.get('Sanction.documentNumber')!, [
    'readMasked',
  ]);
  expect(ways.map(({ policy }) => policy.id)).not.toContain('hr-audit-numbers');
  expect(others.map(({ id }) => id)).toEqual(['hr-audit-numbers']);
});
