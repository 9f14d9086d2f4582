// A row filter is necessary: whatever the policies, no row that could be shown lies outside it.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PolicySet } from '../../../policies/engine/access-policies.ts';
import { type DecisionTable, makeDecisionTable } from '../../../policies/engine/decision-table.ts';
import { loadPolicies } from '../../../policies/engine/load-policies.ts';
import type { RowFilter } from '../../../policies/engine/row-filter.ts';
import { formatProblem } from '../../../schema/problem.ts';
import { conditionOf, days, regions, rowOf, today } from './arbitrary-rows.ts';
import { policiesOf, shippedCatalogue } from './cedar-oracle.ts';
import { meets } from './filter-meaning.ts';

const catalogue = shippedCatalogue();
let shipped: PolicySet;
beforeAll(async () => {
  const { policies, problems } = await loadPolicies('policies', catalogue);
  expect(problems.map(formatProblem)).toEqual([]);
  shipped = policies!.policySet;
});

function tableOf(texts: readonly string[], name = 'credit-office'): DecisionTable {
  const consumer = shipped.consumers.consumers.get(name)!;
  const purpose = shipped.consumers.purposes.get(consumer.purposes[0]!)!;
  const set: PolicySet = {
    version: 'test',
    consumers: shipped.consumers,
    policies: policiesOf('procurement', texts),
  };
  return makeDecisionTable(set, catalogue, { consumer, purpose, caseGiven: true, userGiven: true });
}
const recordOf = (name: string) => catalogue.records.get(name)!;
const filterWhere = (...conditions: readonly string[]): RowFilter | undefined =>
  tableOf(
    conditions.map(
      (body) => `permit (principal, action, resource in Source::"procurement") when { ${body} };`,
    ),
  ).filterFor(recordOf('ProcurementBan'), false, today);

describe('a condition becomes what a source can be told', () => {
  test.each<[string, string, object]>([
    [
      'an equality',
      'context.row.recordStatus == "EFFECTIVE"',
      { field: 'recordStatus', orAbsent: false, accepts: { kind: 'in', values: ['EFFECTIVE'] } },
    ],
    [
      'an exception',
      '!(context.row has recordStatus && context.row.recordStatus == "REPAIRED")',
      { field: 'recordStatus', orAbsent: true, accepts: { kind: 'notIn', values: ['REPAIRED'] } },
    ],
    [
      'a list',
      '["EFFECTIVE", "OTHER"].contains(context.row.recordStatus) && context.row.recordStatus != "OTHER"',
      { field: 'recordStatus', orAbsent: false, accepts: { kind: 'in', values: ['EFFECTIVE'] } },
    ],
    [
      "the caller's own region",
      'principal has region && context.row has region && context.row.region in principal.region',
      { field: 'region', orAbsent: false, accepts: { kind: 'within', regions: ['420200'] } },
    ],
    // A source knows digits alone, and must not leave out what moved there.
    [
      'a region into which others moved',
      'context.row has region && context.row.region in Region::"370100"',
      {
        field: 'region',
        orAbsent: false,
        accepts: { kind: 'within', regions: ['370100', '371200', '371202', '371203'] },
      },
    ],
    [
      'an age, counted from the day of the request',
      'context.row.decidedOn >= context.today.offset(duration("-30d"))',
      { field: 'decidedOn', orAbsent: false, accepts: { kind: 'range', from: '2026-10-23' } },
    ],
    [
      'a moment within a day',
      'context.row.decidedOn < datetime("2026-01-02T10:00:00Z") && datetime("2025-12-31T01:00:00Z") < context.row.decidedOn',
      {
        field: 'decidedOn',
        orAbsent: false,
        accepts: { kind: 'range', from: '2026-01-01', to: '2026-01-02' },
      },
    ],
    [
      'a number',
      'context.row.points < 12',
      { field: 'points', orAbsent: false, accepts: { kind: 'range', to: 11 } },
    ],
    ['an absence', '!(context.row has to)', { field: 'to', orAbsent: true, accepts: { kind: 'none' } }],
    [
      'what no source understands, by what it presumes',
      'context.row.authority like "样例*"',
      { field: 'authority', orAbsent: false, accepts: { kind: 'any' } },
    ],
  ])('%s', (_title, condition, expected) => {
    expect(filterWhere(condition)).toEqual([expected]);
  });

  test('several policies are alternatives: a field is bound only if all bind it', () => {
    const status = 'context.row.recordStatus == "EFFECTIVE"';
    expect(filterWhere(status, 'context.row.region == Region::"420281"')).toBeUndefined();
    expect(filterWhere(status, 'context.row.recordStatus == "OTHER"')).toMatchObject([
      { accepts: { values: ['EFFECTIVE', 'OTHER'] } },
    ]);
  });

  test('nothing is filtered where a field is shown whatever the row', () => {
    expect(filterWhere('true', 'context.row.recordStatus == "EFFECTIVE"')).toBeUndefined();
  });

  test('a filter on the day is made anew on another day', () => {
    const table = tableOf([
      'permit (principal, action, resource) when { context.row.decidedOn >= context.today };',
    ]);
    const fromOf = (day: string) => table.filterFor(recordOf('ProcurementBan'), false, day)?.[0]?.accepts;
    expect([fromOf('2026-11-22'), fromOf('2026-11-23')]).toEqual([
      { kind: 'range', from: '2026-11-22' },
      { kind: 'range', from: '2026-11-23' },
    ]);
    const ban = recordOf('ProcurementBan');
    expect(table.filterFor(ban, false, today)).toBe(table.filterFor(ban, false, today));
  });
});

describe('a verdict', () => {
  const readOwn = 'permit (principal, action, resource) when { context.row.region in principal.region };';

  test('takes the filter away: what may not be seen or derived from must still be met', () => {
    const table = tableOf([readOwn]);
    const ban = recordOf('ProcurementBan');
    expect(table.filterFor(ban, false, today)).toBeDefined();
    expect(table.filterFor(ban, true, today)).toBeUndefined();
  });

  test('a condition on derive alone is no filter for what is read', () => {
    const table = tableOf([
      'permit (principal, action == Action::"read", resource);',
      'permit (principal, action == Action::"derive", resource) when { context.row.recordStatus == "EFFECTIVE" };',
    ]);
    expect(table.filterFor(recordOf('ProcurementBan'), false, today)).toBeUndefined();
  });

  test('no shipped consumer has a filter on what a verdict reads', () => {
    for (const consumer of shipped.consumers.consumers.values()) {
      for (const purpose of shipped.consumers.purposes.values()) {
        const table = makeDecisionTable(shipped, catalogue, {
          consumer,
          purpose,
          caseGiven: true,
          userGiven: true,
        });
        for (const record of catalogue.records.values()) {
          expect(table.filterFor(record, true, today)).toBeUndefined();
        }
      }
    }
  });
});

const states = ['EFFECTIVE', 'REVOKED', 'UNDER_OBJECTION', 'OTHER', 'REPAIRED'];
const pick = fc.constantFrom;
const order = pick('<', '<=', '>', '>=', '==', '!=');
const leaf: fc.Arbitrary<string> = fc.oneof(
  pick('recordStatus', 'region', 'decidedOn', 'points', 'title').map((name) => `context.row has ${name}`),
  fc
    .tuple(pick('==', '!='), pick(...states))
    .map(([op, state]) => `context.row.recordStatus ${op} "${state}"`),
  fc
    .subarray(states, { minLength: 1 })
    .map((list) => `${JSON.stringify(list)}.contains(context.row.recordStatus)`),
  fc
    .tuple(pick('==', '!=', 'in'), pick(...regions), fc.boolean())
    .map(([op, code, mirrored]) =>
      mirrored && op !== 'in'
        ? `Region::"${code}" ${op} context.row.region`
        : `context.row.region ${op} Region::"${code}"`,
    ),
  fc
    .subarray([...regions], { minLength: 1 })
    .map((list) => `context.row.region in [${list.map((code) => `Region::"${code}"`).join()}]`),
  pick('context.row.region in principal.region', 'context.row.region is Region'),
  fc
    .tuple(order, pick(...days, '2026-11-22T10:00:00Z'), fc.boolean())
    .map(([op, day, mirrored]) =>
      mirrored
        ? `datetime("${day}") ${op} context.row.decidedOn`
        : `context.row.decidedOn ${op} datetime("${day}")`,
    ),
  fc
    .tuple(order, pick('-1d', '0d', '1d', '13h', '-1d1h'))
    .map(([op, span]) => `context.row.decidedOn ${op} context.today.offset(duration("${span}"))`),
  fc
    .tuple(order, fc.integer({ min: -3, max: 3 }), fc.boolean())
    .map(([op, points, mirrored]) =>
      mirrored ? `${points} ${op} context.row.points` : `context.row.points ${op} ${points}`,
    ),
  fc.tuple(pick('==', '!='), pick('a', 'ab')).map(([op, title]) => `context.row.title ${op} "${title}"`),
  pick(
    'context.row.title like "a*"',
    'context.row.title == context.row.recordStatus',
    'context.row.amount == decimal("1.0")',
    'context.row.title == 3',
    'context.row.points + 1 < 2',
    'resource.personal',
    'context.caseGiven',
    'principal in Role::"auditing"',
  ),
);
const condition = conditionOf(leaf);
const policy = fc
  .tuple(
    pick('permit', 'permit', 'forbid'),
    pick('action', 'action == Action::"read"'),
    pick('when', 'unless'),
    condition,
  )
  .map(([effect, action, kind, body]) => `${effect} (principal, ${action}, resource) ${kind} { ${body} };`);
const row = rowOf({
  recordStatus: pick(...states),
  region: pick(...regions),
  decidedOn: pick(...days),
  points: fc.integer({ min: -4, max: 4 }),
  title: pick('a', 'ab', 'b'),
  amount: pick('1', '2.5'),
});

test('no row that may be shown lies outside the filter, over generated policies and rows', () => {
  const count = { compared: 0, visible: 0, leftOut: 0 };
  fc.assert(
    fc.property(
      fc.array(policy, { minLength: 1, maxLength: 4 }),
      fc.array(row, { minLength: 70, maxLength: 70 }),
      (texts, rows) => {
        const table = tableOf(texts);
        const record = recordOf('ProcurementBan');
        const filter = table.filterFor(record, false, today);
        const grant = table.records.get(record.name)!;
        for (const one of rows) {
          const visible = grant.anyShown && grant.visible({ row: one, today });
          const inside = filter === undefined || meets(filter, one);
          if (visible) expect(inside).toBe(true);
          count.compared += 1;
          count.visible += Number(visible);
          count.leftOut += Number(!inside);
        }
      },
    ),
    { numRuns: 900, seed: 20261122 },
  );
  expect(count.compared).toBe(63_000);
  // The filters are worth having, and were tried on rows that matter.
  expect(count.visible).toBeGreaterThan(5_000);
  expect(count.leftOut).toBeGreaterThan(10_000);
}, 120_000);
