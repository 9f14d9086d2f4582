// Verdicts of the log against a proposed book of rules: what is certain, what only the records could tell.
import { beforeAll, expect, test } from 'vitest';
import { type AuditedVerdict, verdictImpactOf } from '../../../gateway/explain/verdict-impact.ts';
import { readDefinition } from '../../../gateway/gateway.ts';
import type { Rule } from '../../../policies/engine/rule.ts';
import type { Rulebook } from '../../../policies/engine/rulebook.ts';

let book: Rulebook;
beforeAll(async () => {
  ({ rulebook: book } = (await readDefinition('.', {}, { addressesRequired: false })).snapshot.policies);
});

const scene = 'GOVERNMENT_PROCUREMENT';
const barred: AuditedVerdict = { scene, asOf: '2026-11-22', outcome: 'BARRED', rules: ['gp-r4-ban'] };
const clear: AuditedVerdict = { scene, asOf: '2026-11-22', outcome: 'CLEAR', rules: [] };
const promoted: AuditedVerdict = { scene: 'PROMOTION', asOf: '2026-11-22', outcome: 'CLEAR', rules: [] };

/** The book with the rules of the scene changed. */
function proposed(change: (rules: readonly Rule[]) => readonly Rule[]): Rulebook {
  const before = book.scenes.get(scene)!;
  const scenes = new Map(book.scenes).set(scene, { ...before, rules: change(before.rules) });
  return { ...book, version: 'proposed', scenes };
}
const changed = (id: string, change: Partial<Rule>): Rulebook =>
  proposed((rules) => rules.map((rule) => (rule.id === id ? { ...rule, ...change } : rule)));
const impact = (to: Rulebook, verdicts: readonly AuditedVerdict[], rulesVersion = book.version) =>
  verdictImpactOf([{ entry: 7, rulesVersion, verdicts }], book, to);

test('the same book leaves every verdict as it is', () => {
  const same = impact(book, [barred, clear, promoted]);
  expect(same).toMatchObject({ replayed: 3, same: 3, unknown: 0, touched: [] });
});

test('a removed rule touches those who cite it, and nobody else', () => {
  const without = proposed((rules) => rules.filter(({ id }) => id !== 'gp-r4-ban'));
  expect(impact(without, [barred, clear, promoted])).toMatchObject({
    ...{ same: 2, unknown: 1 },
    touched: [
      {
        id: 'gp-r4-ban',
        outcome: 'BARRED',
        difference: { kind: 'REMOVED' },
        cited: true,
        verdicts: 1,
        entries: [7],
      },
    ],
  });
});

test.each([
  ['condition', { condition: 'when { true }' }],
  ['effect', { effect: 'RESTRICT' }],
  ['term', { term: { months: 6 } }],
  ['validity', { validTo: '2030-12-31' }],
] as const)(
  'a changed %s touches those who cite the rule, and may concern the rest of its scene',
  (part, change) => {
    const { same, unknown, touched } = impact(changed('gp-r4-ban', change), [barred, clear, promoted]);
    expect([same, unknown]).toEqual([1, 2]);
    expect(touched).toMatchObject(
      [
        { outcome: 'CLEAR', cited: false, difference: { kind: 'CHANGED', parts: [part] } },
        { outcome: 'BARRED', cited: true, difference: { kind: 'CHANGED', parts: [part] } },
      ].sort((a, b) => (a.outcome < b.outcome ? -1 : 1)),
    );
  },
);

test('another text is shown to those who cite the rule and changes no conclusion', () => {
  const { same, unknown, touched } = impact(changed('gp-r4-ban', { title: 'Otherwise. 另。' }), [
    barred,
    clear,
  ]);
  expect([same, unknown]).toEqual([2, 0]);
  expect(touched).toMatchObject([{ outcome: 'BARRED', difference: { kind: 'CHANGED', parts: ['text'] } }]);
});

test('a gained rule may concern every verdict of its scene on whose day it is law', () => {
  const gained = proposed((rules) => [...rules, { ...rules[0]!, id: 'gp-new', validFrom: '2026-01-01' }]);
  const before: AuditedVerdict = { ...clear, asOf: '2025-12-31' };
  expect(impact(gained, [barred, clear, promoted, before])).toMatchObject({
    ...{ same: 2, unknown: 2 },
    touched: [
      { id: 'gp-new', outcome: 'BARRED', difference: { kind: 'ADDED' }, cited: false, verdicts: 1 },
      { id: 'gp-new', outcome: 'CLEAR', difference: { kind: 'ADDED' }, cited: false, verdicts: 1 },
    ],
  });
});

test('a verdict that does not name its rules, or was given under others, is said to be one', () => {
  const { rules: _, ...old } = barred;
  const without = proposed((rules) => rules.filter(({ id }) => id !== 'gp-r4-ban'));
  expect(impact(without, [old], 'long-ago')).toMatchObject({ unknown: 1, withoutRules: 1, otherRules: 1 });
});
