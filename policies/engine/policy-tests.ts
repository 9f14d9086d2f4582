// Tests of the access policies as data: policies/tests/*.yaml say who asks for what and what must become of it. Read
// whole or not at all, every problem with its line.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Catalogue, MaskKind, RecordType } from '../../schema/catalogue.ts';
import type { Problem } from '../../schema/problem.ts';
import { suggest } from '../../schema/suggest.ts';
import { maskKinds } from '../masks/mask.ts';
import type { PolicySet } from './access-policies.ts';
import { type DecisionSubject, type DecisionTable, makeDecisionTable } from './decision-table.ts';
import type { RowFacts } from './evaluate.ts';
import type { Row } from './row-values.ts';
import { readYamlFile } from './yaml-file.ts';

const outcomeForm = new RegExp(`^(allow|deny|mask\\((${maskKinds.join('|')})\\))$`);
const outcome = z.string().regex(outcomeForm, `must be allow, deny or mask(${maskKinds.join('|')})`);
const coordinate = z.string().regex(/^\w+\.(\w+|\*)$/, 'must be Type.field or Type.*');
const rowValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);

const fileShape = z.strictObject({
  tests: z
    .array(
      z.strictObject({
        title: z.string().min(1),
        given: z.strictObject({
          consumer: z.string(),
          purpose: z.string(),
          case: z.boolean().default(false),
          user: z.boolean().default(false),
          today: z
            .string()
            .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be YYYY-MM-DD in quotes')
            .default('2026-01-01'),
        }),
        row: z.record(z.string(), rowValue).default({}),
        expect: z.record(coordinate, outcome).default({}),
        derive: z.record(coordinate, z.enum(['allow', 'deny'])).default({}),
      }),
    )
    .min(1),
});

/** One expectation about one field. */
export interface Expectation {
  readonly coordinate: string;
  readonly action: 'show' | 'derive';
  readonly expected: string;
  readonly line: number;
}

export interface PolicyTest {
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly subject: DecisionSubject;
  readonly facts: RowFacts;
  readonly expectations: readonly Expectation[];
}

/** An expectation that was not met; `policies`: those that decided otherwise. */
export interface Miss extends Expectation {
  readonly actual: string;
  readonly policies: readonly string[];
}

/** Reads `<directory>/tests/*.yaml`, sorted. A folder that is not there has no tests. */
export function loadPolicyTests(
  directory: string,
  catalogue: Catalogue,
  policySet: PolicySet,
): { readonly tests: readonly PolicyTest[]; readonly problems: readonly Problem[] } {
  const folder = join(directory, 'tests');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : [];
  const tests: PolicyTest[] = [];
  const problems: Problem[] = [];
  for (const name of names.sort()) {
    const read = readTestFile(join(folder, name), catalogue, policySet);
    tests.push(...read.tests);
    problems.push(...read.problems);
  }
  return problems.length > 0 ? { tests: [], problems } : { tests, problems };
}

function readTestFile(
  file: string,
  catalogue: Catalogue,
  { consumers }: PolicySet,
): { tests: PolicyTest[]; problems: Problem[] } {
  const { value, problems, lineOf } = readYamlFile(file, fileShape);
  const tests: PolicyTest[] = [];
  const unknown = (path: (string | number)[], what: string, name: string, known: Iterable<string>): void => {
    const suggestion = suggest(name, known);
    problems.push({
      file,
      line: lineOf(path),
      message: `${what} "${name}" does not exist`,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  };
  (value?.tests ?? []).forEach(({ title, given, row, expect, derive }, index) => {
    const at = ['tests', index];
    const consumer = consumers.consumers.get(given.consumer);
    const purpose = consumers.purposes.get(given.purpose);
    if (consumer === undefined) {
      unknown([...at, 'given', 'consumer'], 'consumer', given.consumer, consumers.consumers.keys());
    }
    if (purpose === undefined) {
      unknown([...at, 'given', 'purpose'], 'purpose', given.purpose, consumers.purposes.keys());
    }
    const expectations: Expectation[] = [];
    const records = new Set<RecordType>();
    for (const [action, part, list] of [
      ['show', 'expect', expect],
      ['derive', 'derive', derive],
    ] as const) {
      for (const [named, expected] of Object.entries(list)) {
        const line = lineOf([...at, part, named]);
        const [type, field] = named.split('.') as [string, string];
        const record = catalogue.records.get(type);
        if (record !== undefined) records.add(record);
        const fields = field === '*' ? [...(record?.fields.values() ?? [])] : [record?.fields.get(field)];
        if (fields.length === 0 || fields.includes(undefined)) {
          unknown([...at, part, named], 'field', named, catalogue.coordinates.keys());
          continue;
        }
        for (const one of fields) expectations.push({ coordinate: one!.coordinate, action, expected, line });
      }
    }
    if (Object.keys(expect).length + Object.keys(derive).length === 0) {
      problems.push({ file, line: lineOf(at), message: 'expects nothing: give it expect or derive' });
    }
    problems.push(
      ...rowProblems(row, records).map(([member, message]) => ({
        file,
        line: lineOf([...at, 'row', ...(member === undefined ? [] : [member])]),
        message,
      })),
    );
    if (consumer === undefined || purpose === undefined) return;
    tests.push({
      file,
      line: lineOf([...at, 'title']),
      title,
      subject: { consumer, purpose, caseGiven: given.case, userGiven: given.user },
      facts: { row: row, today: given.today },
      expectations,
    });
  });
  return { tests, problems };
}

/** A row is a row of one record type; what it does not name is missing from it. */
function rowProblems(row: Row, records: ReadonlySet<RecordType>): [string | undefined, string][] {
  const members = Object.keys(row);
  if (members.length === 0) return [];
  const [record, ...others] = records;
  if (record === undefined) return [];
  if (others.length > 0) return [[undefined, 'a test with a row speaks of one record type']];
  return members
    .filter((member) => !record.fields.has(member))
    .map((member) => {
      const suggestion = suggest(member, record.fields.keys());
      const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
      return [member, `${record.name} has no field ${member}${hint}`];
    });
}

/** Expectations the policies do not meet, in their order. */
export function runPolicyTest(test: PolicyTest, policySet: PolicySet, catalogue: Catalogue): readonly Miss[] {
  const table = makeDecisionTable(policySet, catalogue, test.subject);
  return test.expectations.flatMap((expectation) => {
    const { actual, policies } = actualOf(table, expectation, test.facts);
    return actual === expectation.expected ? [] : [{ ...expectation, actual, policies }];
  });
}

function actualOf(
  table: DecisionTable,
  { coordinate: of, action }: Expectation,
  facts: RowFacts,
): { readonly actual: string; readonly policies: readonly string[] } {
  if (action === 'derive') {
    const decision = table.derivations.get(of)!;
    const permitted = decision.kind === 'row' ? decision.holds(facts) : decision.kind === 'allow';
    return { actual: permitted ? 'allow' : 'deny', policies: [] };
  }
  const decision = table.decisions.get(of)!;
  const { policies } = decision;
  const settled = decision.kind === 'row' ? decision.decide(facts) : decision;
  return { actual: settled.kind === 'mask' ? maskText(settled.mask) : settled.kind, policies };
}

const maskText = (mask: MaskKind): string => `mask(${mask})`;
