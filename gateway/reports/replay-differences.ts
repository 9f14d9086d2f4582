// Holds the answer of a report against today's answer to the same question, and says of each difference why it is there:
// the rules, the policies, a remedy, a record or a source.
import type { Json } from '../audit/entry.ts';
import { canonicalBytes } from './canonical-json.ts';
import { type ReportContent, factsOf } from './report-content.ts';
import type { AnsweredVerdict, Asked } from './verdict-question.ts';

export type DifferenceKind = 'RULES' | 'POLICIES' | 'RECORDS' | 'SOURCES' | 'REMEDIES';

export interface Difference {
  readonly kind: DifferenceKind;
  /** Member, from 0; null: all. */
  readonly index: number | null;
  readonly rule: string | null;
  readonly source: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

type Facts = { readonly [name: string]: Json };

/** Fields of a finding that are the rule's own. */
const ofRule = ['effect', 'basis', 'title', 'certainty', 'jurisdiction'];
/** Fields of a finding that a remedy changes. */
const ofRemedy = ['underObjection', 'otherBasis', 'mitigated'];
/** What findings of older reports did not say, and meant. */
const unsaid: Facts = { mitigated: false };

/** Whether a remedy of this gateway has an effect on a member's record now. */
export type Remedied = (index: number, source: string, recordType: string, record: string) => boolean;

export function replayDifferences(
  reported: ReportContent,
  now: Asked,
  remedied: Remedied,
  versions: { readonly policyVersion: string; readonly rulesVersion: string },
): readonly Difference[] {
  const all = (kind: DifferenceKind, before: string, after: string): Difference[] =>
    before === after ? [] : [{ kind, index: null, rule: null, source: null, before, after }];
  const { law } = reported;
  const rules = {
    before: idsOf(law.rules),
    after: idsOf(now.members.flatMap((one) => ('verdict' in one ? factsOf(one.verdict, 'rules') : []))),
  };
  return [
    ...all('RULES', law.rulesVersion, versions.rulesVersion),
    ...all('POLICIES', law.policyVersion, versions.policyVersion),
    ...now.members.flatMap((member) => {
      const before = reported.answer.members.find(({ index }) => index === member.index);
      return before === undefined || !('verdict' in member)
        ? []
        : memberDifferences(member.index, before.verdict, member.verdict, rules, remedied);
    }),
  ];
}

interface RuleIds {
  readonly before: ReadonlySet<unknown>;
  readonly after: ReadonlySet<unknown>;
}

function idsOf(rules: readonly Facts[]): ReadonlySet<unknown> {
  return new Set(rules.map(({ id }) => id));
}

function memberDifferences(
  index: number,
  before: AnsweredVerdict,
  after: AnsweredVerdict,
  rules: RuleIds,
  remedied: Remedied,
): Difference[] {
  const states = { before: statesOf(before), after: statesOf(after) };
  const found: Difference[] = [];
  for (const type of new Set([...states.before.keys(), ...states.after.keys()])) {
    const [was, is] = [states.before.get(type) ?? null, states.after.get(type) ?? null];
    const source = type.split('/')[0]!;
    if (was !== is) found.push({ kind: 'SOURCES', index, rule: null, source, before: was, after: is });
  }
  const findings = { before: keyed(factsOf(before, 'findings')), after: keyed(factsOf(after, 'findings')) };
  for (const key of new Set([...findings.before.keys(), ...findings.after.keys()])) {
    const [was, is] = [findings.before.get(key), findings.after.get(key)];
    if (isSame(was, is)) continue;
    const one = (is ?? was)!;
    found.push({
      kind: isRemedied(one, index, remedied) ? 'REMEDIES' : whyOf(was, is, states, rules),
      index,
      rule: textOf(one['rule']),
      source: textOf(one['source']),
      before: was === undefined ? null : inWords(was),
      after: is === undefined ? null : inWords(is),
    });
  }
  return found;
}

function isRemedied(finding: Facts, index: number, remedied: Remedied): boolean {
  const { source, recordType, record } = finding;
  const known = typeof source === 'string' && typeof recordType === 'string' && typeof record === 'string';
  return known && remedied(index, source, recordType, record);
}

function whyOf(
  was: Facts | undefined,
  is: Facts | undefined,
  states: Readonly<Record<'before' | 'after', ReadonlyMap<string, string>>>,
  rules: RuleIds,
): DifferenceKind {
  if (was !== undefined && is !== undefined) {
    const differs = (name: string): boolean => !isSame(was[name], is[name]);
    if (ofRemedy.some(differs) || [was['status'], is['status']].includes('SUSPENDED')) return 'REMEDIES';
    return ofRule.some(differs) ? 'RULES' : 'RECORDS';
  }
  if (!rules[is === undefined ? 'after' : 'before'].has((is ?? was)!['rule'])) return 'RULES';
  // What is not in an answer of a source that does not answer has not gone.
  const type = typeOf((is ?? was)!);
  return states.before.get(type) === states.after.get(type) ? 'RECORDS' : 'SOURCES';
}

/** Whatever the order of their members: one of them comes out of a canonical document. */
function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalBytes(a).equals(canonicalBytes(b));
}

function statesOf(verdict: AnsweredVerdict): ReadonlyMap<string, string> {
  return new Map(factsOf(verdict, 'evidence').map((one) => [typeOf(one), textOf(one['state']) ?? '']));
}

function typeOf(facts: Facts): string {
  return `${textOf(facts['source']) ?? ''}/${textOf(facts['recordType']) ?? ''}`;
}

/** By rule and record; two that look alike are told apart by their place. */
function keyed(findings: readonly Facts[]): ReadonlyMap<string, Facts> {
  const byKey = new Map<string, Facts>();
  for (const one of findings) {
    const key = [one['rule'], typeOf(one), one['record']].map((part) => textOf(part) ?? '').join('|');
    let place = 0;
    while (byKey.has(`${key}|${place}`)) place += 1;
    byKey.set(`${key}|${place}`, { ...unsaid, ...one });
  }
  return byKey;
}

/** `R1 IN_FORCE （2026）… 2025-03-01..` */
function inWords(finding: Facts): string {
  const { rule, status, record, from, until } = finding;
  const days = `${textOf(from) ?? ''}..${textOf(until) ?? ''}`;
  return [textOf(rule), textOf(status), textOf(record), days === '..' ? null : days]
    .filter((part) => part !== null)
    .join(' ');
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
