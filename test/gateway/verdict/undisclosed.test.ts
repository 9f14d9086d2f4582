// What a verdict makes of a value that is there and not disclosed, of no value, and of an end that never comes.
import { beforeAll, expect, test } from 'vitest';
import type { RecordRow } from '../../../connectors/contract.ts';
import { type Assessment, assessRecord } from '../../../gateway/verdict/assess-record.ts';
import { loadPolicies } from '../../../policies/engine/load-policies.ts';
import type { Rule } from '../../../policies/engine/rule.ts';
import type { Rulebook } from '../../../policies/engine/rulebook.ts';
import { shippedCatalogue } from '../../policies/engine/cedar-oracle.ts';

let rulebook: Rulebook;
beforeAll(async () => {
  rulebook = (await loadPolicies('policies', shippedCatalogue())).policies!.rulebook;
});

function assess(scene: string, id: string, row: RecordRow): string {
  const { subjects } = rulebook.scenes.get(scene)!;
  const rules: readonly Rule[] = [...subjects.values()].flatMap((subject) => subject.rules);
  const rule = rules.find((one) => one.id === id)!;
  const profile = rulebook.jurisdictions.profileOf(undefined);
  const found: Assessment | undefined = assessRecord(rule, row, {
    asOf: '2026-11-22',
    today: '2026-11-22',
    place: undefined,
    profile,
  });
  return found === undefined ? 'nothing' : `${found.effect} ${found.status}`;
}

const penalty = (more: RecordRow): RecordRow => ({
  recordStatus: 'EFFECTIVE',
  kind: 'OTHER',
  decidedOn: '2025-11-22',
  ...more,
});

test('a rule that asks for a value which is not disclosed leaves the record to a person', () => {
  const fine = (more: RecordRow): string => assess('GOVERNMENT_PROCUREMENT', 'gp-r3-fine', penalty(more));
  expect(fine({ fine: '3000000.00' })).toBe('BAR IN_FORCE');
  expect(fine({ fine: null })).toBe('nothing');
  expect(fine({ fine: null, __undisclosed: ['fine'] })).toBe('REVIEW UNDATED');
  expect(fine({ fine: null, conduct: null, __undisclosed: ['conduct'] })).toBe('nothing');
  expect(fine({ fine: null, __undisclosed: null })).toBe('nothing');
});

test('a ban without end bars, one whose end nobody says is for a person, and so is one whose end is not disclosed', () => {
  const ban = (more: RecordRow): string => {
    const row = { recordStatus: 'EFFECTIVE', from: '2020-01-01', documentNumber: 'x', ...more };
    return assess('GOVERNMENT_PROCUREMENT', 'gp-r4-ban', row);
  };
  expect(ban({ to: '9999-12-31' })).toBe('BAR IN_FORCE');
  expect(ban({ to: '2025-12-31' })).toBe('BAR EXPIRED');
  expect(ban({ to: null })).toBe('REVIEW UNDATED');
  expect(ban({ to: null, __undisclosed: ['to'] })).toBe('REVIEW UNDATED');
});
