import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PolicySet } from '../../../policies/engine/access-policies.ts';
import { loadPolicies } from '../../../policies/engine/load-policies.ts';
import { participationOf } from '../../../policies/engine/participation.ts';
import { loadPolicyTests, runPolicyTest } from '../../../policies/engine/policy-tests.ts';
import { formatProblem } from '../../../schema/problem.ts';
import { policiesOf, shippedCatalogue } from './cedar-oracle.ts';

const catalogue = shippedCatalogue();
let set: PolicySet;
beforeAll(async () => {
  set = (await loadPolicies('policies', catalogue)).policies!.policySet;
});

describe('the shipped policies', () => {
  test('are what policies/tests says they are', () => {
    const { tests, problems } = loadPolicyTests('policies', catalogue, set);
    expect(problems).toEqual([]);
    expect(tests.length).toBeGreaterThanOrEqual(40);
    const misses = tests.flatMap((one) =>
      runPolicyTest(one, set, catalogue).map((miss) => [one.title, miss]),
    );
    expect(misses).toEqual([]);
  });

  test('are tested for every source and every consumer', () => {
    const { tests } = loadPolicyTests('policies', catalogue, set);
    const sources = new Set(
      tests.flatMap(({ expectations }) =>
        expectations.map(({ coordinate }) => catalogue.records.get(coordinate.split('.')[0]!)!.source),
      ),
    );
    expect([...sources].sort()).toEqual([...catalogue.sources.keys()].sort());
    const consumers = new Set(tests.map(({ subject }) => subject.consumer.name));
    expect([...consumers].sort()).toEqual([...set.consumers.consumers.keys()].sort());
  });

  test('have none that decides nothing', () => {
    expect(participationOf(set, catalogue).filter(({ cells }) => cells === 0)).toEqual([]);
  });
});

describe('a policy decides nothing', () => {
  const partOf = (text: string) => {
    const [policy] = policiesOf('hr', [text]);
    const extended = { ...set, policies: [...set.policies, policy!] };
    return participationOf(extended, catalogue).at(-1)!;
  };

  test('if no consumer holds its purpose in its role', () => {
    const part = partOf(
      'permit (principal in Role::"purchasing", action == Action::"read", resource in RecordType::"Post") when { context.purpose == Purpose::"audit" };',
    );
    expect(part).toMatchObject({ cells: 0, alone: 0, where: [] });
  });

  test('if it masks what is shown whole anyway', () => {
    const part = partOf(
      'permit (principal in Role::"personnel", action == Action::"readMasked", resource in RecordType::"Officer") when { context.purpose == Purpose::"promotion-review" && context.caseGiven && context.userGiven };',
    );
    expect(part.cells).toBe(0);
  });

  test('if it asks for the absence of what its purpose demands', () => {
    const part = partOf(
      'permit (principal in Role::"personnel", action == Action::"read", resource in RecordType::"Officer") when { !context.caseGiven };',
    );
    expect(part.cells).toBe(0);
  });

  test('but not if another says the same: then it is redundant', () => {
    const part = partOf(
      'permit (principal in Role::"personnel", action == Action::"read", resource in RecordType::"Officer") when { context.purpose == Purpose::"promotion-review" && context.caseGiven && context.userGiven };',
    );
    expect(part.cells).toBeGreaterThan(0);
    expect(part.alone).toBe(0);
    expect(part.where).toEqual(['organisation-dept / promotion-review']);
  });
});

describe('test files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'policy-tests-'));
    mkdirSync(join(directory, 'tests'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const load = (text: string) => {
    writeFileSync(join(directory, 'tests', 'one.yaml'), text);
    const { tests, problems } = loadPolicyTests(directory, catalogue, set);
    const said = problems.map((problem) => formatProblem(problem).replace(`${directory}/`, ''));
    return { tests, problems: said };
  };

  test('an expectation that is not met names what decided', () => {
    const { tests, problems } = load(`tests:
  - title: wishful
    given: { consumer: procurement-platform, purpose: government-procurement }
    expect:
      RegistryEntry.name: allow
      RegistryEntry.legalRepresentative: allow
    derive: { RegistryEntry.legalRepresentative: allow }
`);
    expect(problems).toEqual([]);
    expect(runPolicyTest(tests[0]!, set, catalogue)).toEqual([
      {
        coordinate: 'RegistryEntry.legalRepresentative',
        action: 'show',
        expected: 'allow',
        line: 6,
        actual: 'mask(INITIALS)',
        policies: ['registry-representative-purchasing'],
      },
      expect.objectContaining({ action: 'derive', expected: 'allow', actual: 'deny', line: 7 }),
    ]);
  });

  test('every problem comes with its line and what may have been meant', () => {
    const { tests, problems } = load(`tests:
  - title: typing errors
    given:
      consumer: procurment-platform
      purpose: government-procurment
    row:
      regoin: '420200'
    expect:
      RegistryEntry.nmae: allow
  - title: two kinds of record
    given: { consumer: public, purpose: public-information }
    row: { region: '420200' }
    expect: { RegistryEntry.name: allow, CourtListing.name: allow }
  - title: nothing
    given: { consumer: public, purpose: public-information }
`);
    expect(tests).toEqual([]);
    expect(problems).toEqual([
      'tests/one.yaml:4 consumer "procurment-platform" does not exist (did you mean procurement-platform?)',
      'tests/one.yaml:5 purpose "government-procurment" does not exist (did you mean government-procurement?)',
      'tests/one.yaml:9 field "RegistryEntry.nmae" does not exist (did you mean RegistryEntry.name?)',
      'tests/one.yaml:7 RegistryEntry has no field regoin; did you mean region?',
      'tests/one.yaml:12 a test with a row speaks of one record type',
      expect.stringMatching(/^tests\/one\.yaml:14 expects nothing/),
    ]);
  });

  test('an outcome nobody knows is refused', () => {
    const { problems } = load(`tests:
  - title: odd
    given: { consumer: public, purpose: public-information }
    expect: { RegistryEntry.name: mask(HALF) }
`);
    expect(problems).toEqual([expect.stringMatching(/^tests\/one\.yaml:4 .*must be allow, deny or mask/)]);
  });

  test('a file that is not YAML is refused with its line', () => {
    expect(load('tests:\n  - title: [a\n').problems).toEqual([
      expect.stringMatching(/^tests\/one\.yaml:\d+ /),
    ]);
  });

  test('a folder without tests has none', () => {
    rmSync(join(directory, 'tests'), { recursive: true });
    expect(loadPolicyTests(directory, catalogue, set)).toEqual({ tests: [], problems: [] });
  });
});
