// What explanations say is what the decision table does, and what they print is Cedar.
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PolicySet } from '../../../policies/engine/access-policies.ts';
import type { Expression } from '../../../policies/engine/cedar-json.ts';
import { type DecisionSubject, makeDecisionTable } from '../../../policies/engine/decision-table.ts';
import { deliberateFor } from '../../../policies/engine/deliberation.ts';
import { evaluate } from '../../../policies/engine/evaluate.ts';
import { loadPolicies } from '../../../policies/engine/load-policies.ts';
import { printExpression } from '../../../policies/engine/print-cedar.ts';
import { conditionOf, knownFor, worldFor } from '../../../policies/engine/weigh.ts';
import { residualOf } from '../../../policies/engine/residual.ts';
import { cedar, shippedCatalogue } from './cedar-oracle.ts';

setFlagsFromString('--no-turbo-inline-js-wasm-calls');

const catalogue = shippedCatalogue();
let shipped: PolicySet;
let subjects: DecisionSubject[];
beforeAll(async () => {
  shipped = (await loadPolicies('policies', catalogue)).policies!.policySet;
  const { consumers, purposes } = shipped.consumers;
  subjects = [...consumers.values()].flatMap((consumer) =>
    [...purposes.values()].flatMap((purpose) =>
      [true, false].map((given) => ({ consumer, purpose, caseGiven: given, userGiven: given })),
    ),
  );
});

const deriveWords = { yes: 'allow', no: 'deny', row: 'row' } as const;
const rows = [
  {},
  { recordStatus: 'REPAIRED', region: '420281' },
  { recordStatus: 'EFFECTIVE', region: '370200' },
  { region: '420200' },
];

test('a deliberation agrees with the decision table, for every consumer, purpose and field', () => {
  let compared = 0;
  for (const subject of subjects) {
    const table = makeDecisionTable(shipped, catalogue, subject);
    const deliberator = deliberateFor(shipped, catalogue, subject);
    const world = worldFor(shipped, catalogue, subject);
    const holds = (condition: Expression | undefined, coordinate: string, row: object): boolean => {
      if (condition === undefined) return true;
      const part = evaluate(condition, knownFor(world, catalogue.coordinates.get(coordinate)!, 'read'));
      if (part.kind === 'open') return part.run({ row: row as never, today: '2026-01-01' }) === true;
      return part.kind === 'known' && part.value === true;
    };
    const [said, done]: [string[], string[]] = [[], []];
    for (const field of catalogue.coordinates.values()) {
      const { coordinate } = field;
      const decision = table.decisions.get(coordinate)!;
      const told = deliberator.about(field);
      const reason = decision.kind === 'deny' ? decision.reason : undefined;
      said.push(`${coordinate} ${told.outcome} ${told.reason} ${deriveWords[told.derive.kind]}`);
      done.push(`${coordinate} ${decision.kind} ${reason} ${table.derivations.get(coordinate)!.kind}`);
      for (const row of rows) {
        const settled = decision.kind === 'row' ? decision.decide({ row, today: '2026-01-01' }) : decision;
        const shown = told.showings.find(({ condition }) => holds(condition, coordinate, row));
        const as = settled.kind === 'mask' ? settled.mask : settled.kind === 'allow' ? 'WHOLE' : undefined;
        said.push(`${coordinate} ${shown?.as}`);
        done.push(`${coordinate} ${as}`);
        compared += 1;
      }
    }
    expect(said).toEqual(done);
  }
  expect(compared).toBeGreaterThan(30_000);
});

/** A policy with this condition, as Cedar reads it. */
function parsed(condition: string): Expression {
  const answer = cedar.policyToJson(`permit (principal, action, resource) when { ${condition} };`);
  if (answer.type === 'failure') throw new Error(`${condition}: ${JSON.stringify(answer.errors)}`);
  return (answer.json as unknown as { conditions: { body: Expression }[] }).conditions[0]!.body;
}

describe('printing', () => {
  test('every shipped condition is printed as Cedar that means the same', () => {
    for (const { policy } of shipped.policies) {
      for (const { body } of policy.conditions) expect(parsed(printExpression(body))).toEqual(body);
    }
  });

  test.each([
    '(context.a || context.b) && context.c',
    '!(context.a && context.b) || context.c',
    '(1 + 2) * 3 - (4 - 5) == -(6)',
    'if context.a then context.b else (if context.c then true else false)',
    '(if context.a then context.b else context.c) && context.d',
    'context.row.title like "a*\\*\\"b"',
    'context.row["odd name"] == "线\\u{1f600}"',
    'context has row.amount',
    'principal is Consumer in Role::"x"',
    '[1, 2].contains(context.n) && [].isEmpty()',
    'datetime("2026-01-01").offset(duration("3d")) < context.today',
    '{"a": 1, "b c": [true]}.a == 1',
    '(context.a == context.b) == (context.c != context.d)',
    'decimal("1.5").lessThan(context.row.amount)',
  ])('%s survives', (text) => {
    const expression = parsed(text);
    expect(parsed(printExpression(expression))).toEqual(expression);
  });

  test('generated expressions survive', () => {
    const leaf = fc.constantFrom(
      'context.a',
      'context.b',
      'true',
      'principal in Role::"r"',
      'context.n == 1',
    );
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc
          .tuple(tie('tree'), fc.constantFrom('&&', '||', '=='), tie('tree'))
          .map(([a, o, b]) => `(${a}) ${o} (${b})`),
        tie('tree').map((a) => `!(${a})`),
        fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([a, b, c]) => `if ${a} then ${b} else ${c}`),
        fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `[${a}, ${b}].contains(${b})`),
      ),
    }));
    fc.assert(
      fc.property(tree, (text) => {
        const expression = parsed(text);
        expect(parsed(printExpression(expression))).toEqual(expression);
      }),
      { numRuns: 300, seed: 20261122 },
    );
  });
});

test('a residual speaks of the row alone: all that is known is put in', () => {
  const { consumers, purposes } = shipped.consumers;
  const consumer = consumers.get('credit-office')!;
  const purpose = purposes.get('credit-supervision')!;
  const world = worldFor(shipped, catalogue, { consumer, purpose, caseGiven: false, userGiven: true });
  const policy = shipped.policies.find(({ id }) => id === 'registry-representative-supervision')!;
  const field = catalogue.coordinates.get('RegistryEntry.legalRepresentative')!;
  expect(printExpression(residualOf(conditionOf(policy), knownFor(world, field, 'read')))).toBe(
    'context.row has region && context.row.region in Region::"420200"',
  );
});
