// The decision table agrees with cedar-wasm, which is asked for every field of every generated row.
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AccessPolicy, PolicySet } from '../../../policies/engine/access-policies.ts';
import { type DecisionSubject, makeDecisionTable } from '../../../policies/engine/decision-table.ts';
import { loadPolicies } from '../../../policies/engine/load-policies.ts';
import { formatProblem } from '../../../schema/problem.ts';
import { conditionOf, rowOfType, today } from './arbitrary-rows.ts';
import { oracleOf, policiesOf, shippedCatalogue } from './cedar-oracle.ts';

// Node 20 can abort in a hot call from JavaScript into WebAssembly; the oracle is called many thousand times.
setFlagsFromString('--no-turbo-inline-js-wasm-calls');

const catalogue = shippedCatalogue();
let shipped: PolicySet;
beforeAll(async () => {
  const { policies, problems } = await loadPolicies('policies', catalogue);
  expect(problems.map(formatProblem)).toEqual([]);
  shipped = policies!.policySet;
});

const subjects = (set: PolicySet): DecisionSubject[] =>
  [...set.consumers.consumers.values()].flatMap((consumer) =>
    [...set.consumers.purposes.values()].flatMap((purpose) =>
      [true, false].map((given) => ({ consumer, purpose, caseGiven: given, userGiven: given })),
    ),
  );

describe('the shipped policies', () => {
  test('decide as Cedar does, for every consumer, purpose, field and thousands of rows', () => {
    let compared = 0;
    const oracles = new Map(
      [...catalogue.sources.keys()].map((source) => {
        const own = shipped.policies.filter((policy) => policy.source === source);
        return [source, oracleOf(catalogue, own, `shipped-${source}`)] as const;
      }),
    );
    const { roles } = shipped.consumers;
    for (const record of catalogue.records.values()) {
      if (record.source === 'credit') continue;
      const oracle = oracles.get(record.source)!;
      fc.assert(
        fc.property(
          rowOfType(catalogue, record.name),
          fc.constantFrom(...subjects(shipped)),
          (row, subject) => {
            const table = makeDecisionTable(shipped, catalogue, subject);
            const facts = { row, today };
            for (const field of record.fields.values()) {
              const { coordinate } = field;
              const ask = (action: string): boolean =>
                oracle(subject, roles, action, coordinate, row, today).decision === 'allow';
              const decision = table.decisions.get(coordinate)!;
              const ours = decision.kind === 'row' ? decision.decide(facts).kind : decision.kind;
              expect(`${coordinate} ${ours}`).toBe(
                `${coordinate} ${ask('read') ? 'allow' : ask('readMasked') ? 'mask' : 'deny'}`,
              );
              const derivation = table.derivations.get(coordinate)!;
              expect(derivation.kind === 'row' ? derivation.holds(facts) : derivation.kind === 'allow').toBe(
                ask('derive'),
              );
              compared += 2;
            }
          },
        ),
        { numRuns: 30, seed: 20261122 },
      );
    }
    expect(compared).toBeGreaterThan(4000);
  }, 120_000);
});

describe('generated policies', () => {
  // Conditions over a contract's row, guarded or not: an unguarded one fails where the attribute is missing.
  const leaf = fc.constantFrom(
    ...[
      'context.row has role',
      'context.row has region',
      'context.caseGiven',
      'principal has agency',
      'principal in Role::"auditing"',
    ],
    ...[
      'context.row.role == "SUPPLIER"',
      'context.row.title like "a*"',
      '["a", "ab"].contains(context.row.title)',
    ],
    ...[
      'context.row.amount.greaterThan(decimal("12.5"))',
      'context.row.signedOn < context.today',
      'context.row has amount && context.row.amount.lessThanOrEqual(decimal("0.0"))',
    ],
    ...[
      'context.row has signedOn && context.row.signedOn.offset(duration("1d")) > context.today',
      'context.today.durationSince(datetime("2026-11-20")) >= duration("48h")',
    ],
    ...[
      'resource.level + 1 < 4',
      'resource.personal',
      'resource in RecordType::"Contract"',
      'resource == Field::"Contract.title"',
    ],
    ...[
      'context.purpose == Purpose::"audit"',
      'principal == Consumer::"auditor"',
      'context.row.title == 3',
      'resource.level < "a"',
      '"a" == context.row.missing',
    ],
  );
  const condition = conditionOf(leaf);
  const policy = fc
    .tuple(fc.constantFrom('permit', 'forbid'), fc.constantFrom('when', 'unless'), condition)
    .map(
      ([effect, kind, body]) =>
        `${effect} (principal, action, resource in Source::"procurement") ${kind} { ${body} };`,
    );

  test('mean what Cedar means, and an error never opens anything', () => {
    let compared = 0;
    let run = 0;
    fc.assert(
      fc.property(
        fc.array(policy, { minLength: 1, maxLength: 3 }),
        rowOfType(catalogue, 'Contract'),
        fc.constantFrom('auditor', 'procurement-platform', 'public'),
        (texts, row, name) => {
          const policies: AccessPolicy[] = policiesOf('procurement', texts);
          const set: PolicySet = { version: 'test', consumers: shipped.consumers, policies };
          const consumer = set.consumers.consumers.get(name)!;
          const purpose = set.consumers.purposes.get(consumer.purposes[0]!)!;
          const subject = { consumer, purpose, caseGiven: true, userGiven: false };
          const oracle = oracleOf(catalogue, policies, `generated-${run % 8}`);
          run += 1;
          const table = makeDecisionTable(set, catalogue, subject);
          for (const coordinate of ['Contract.title', 'Contract.amount']) {
            const theirs = oracle(subject, set.consumers.roles, 'read', coordinate, row, today);
            const decision = table.decisions.get(coordinate)!;
            const ours = decision.kind === 'row' ? decision.decide({ row, today }).kind : decision.kind;
            compared += 1;
            if (theirs.errors.length === 0) expect(ours).toBe(theirs.decision);
            // Cedar skips a policy that fails, so that a broken forbid opens; here it denies.
            else if (
              theirs.decision === 'deny' ||
              theirs.errors.some((id) => texts[Number(id.slice(1))]!.startsWith('forbid'))
            ) {
              expect(ours).toBe('deny');
            }
          }
        },
      ),
      { numRuns: 1500, seed: 7 },
    );
    expect(compared).toBe(3000);
  }, 120_000);
});
