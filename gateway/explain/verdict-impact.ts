// Replays the verdicts of audited requests against a proposed book of rules, as far as the log allows: it names the
// rules a verdict cited, not the records. What would be concluded from those is said to be unknown. Pure.
import type { Rule } from '../../policies/engine/rule.ts';
import type { Rulebook } from '../../policies/engine/rulebook.ts';

/** A verdict as its outcome entry names it. */
export interface AuditedVerdict {
  readonly scene: string;
  /** Evaluation date, YYYY-MM-DD. */
  readonly asOf: string;
  readonly outcome: string;
  /** Ids of the rules it cited; undefined where the entry is from before they were kept. */
  readonly rules?: readonly string[];
}

export interface AuditedVerdicts {
  /** Number of the outcome entry, for `audit show`. */
  readonly entry: number;
  readonly rulesVersion?: string;
  readonly verdicts: readonly AuditedVerdict[];
}

/** What of a rule differs. `condition`: which records it concerns; `effect`: what it makes of them. */
export type RulePart = 'text' | 'condition' | 'effect' | 'term' | 'validity';

export type RuleDifference =
  { readonly kind: 'REMOVED' | 'ADDED' } | { readonly kind: 'CHANGED'; readonly parts: readonly RulePart[] };

/** Verdicts of one scene and outcome that one rule's difference touches. */
export interface TouchedVerdicts {
  readonly scene: string;
  readonly outcome: string;
  /** Id of the rule, and its number in the book. */
  readonly id: string;
  readonly rule: string;
  readonly difference: RuleDifference;
  /** Whether they cite the rule. A rule that is new, or is other than it was, may concern records they did not cite. */
  readonly cited: boolean;
  readonly verdicts: number;
  /** Numbers of outcome entries, the newest, at most ten. */
  readonly entries: readonly number[];
}

export interface VerdictImpact {
  readonly from: string;
  readonly to: string;
  /** Verdicts in the replayed requests. */
  readonly replayed: number;
  /** Verdicts for which no rule differs that is or was in validity on their day: their conclusion stays. */
  readonly same: number;
  /** Verdicts whose conclusion cannot be told without the records. */
  readonly unknown: number;
  /** Of them, those whose entry does not name the rules they cited. */
  readonly withoutRules: number;
  /** Verdicts given under rules that are neither of the two books: compared by the names of their rules alone. */
  readonly otherRules: number;
  /** Whether what places say of their own differs: then no conclusion is certain. */
  readonly placesDiffer: boolean;
  readonly touched: readonly TouchedVerdicts[];
}

const shownEntries = 10;

/** Compares the rules for every verdict. Sorted by scene, rule and outcome. */
export function verdictImpactOf(
  audited: readonly AuditedVerdicts[],
  now: Rulebook,
  proposed: Rulebook,
): VerdictImpact {
  const differences = new Map<string, readonly Difference[]>();
  for (const scene of new Set([...now.scenes.keys(), ...proposed.scenes.keys()]))
    differences.set(scene, differencesIn(rulesOf(now, scene), rulesOf(proposed, scene)));
  const placesDiffer = now.jurisdictions.text !== proposed.jurisdictions.text;
  const touched = new Map<string, TouchedVerdicts>();
  const count = { replayed: 0, same: 0, unknown: 0, withoutRules: 0, otherRules: 0 };
  for (const { entry, rulesVersion, verdicts } of audited) {
    for (const verdict of verdicts) {
      const { scene, asOf, outcome, rules } = verdict;
      count.replayed += 1;
      if (rulesVersion !== undefined && ![now.version, proposed.version].includes(rulesVersion))
        count.otherRules += 1;
      const concerning = (differences.get(scene) ?? []).filter(
        ({ before, after, id }) =>
          rules?.includes(id) === true || isValid(before, asOf) || isValid(after, asOf),
      );
      for (const { id, rule, difference, onlyText, harmless } of concerning) {
        const cited = rules?.includes(id) === true;
        // Other words for what it did not cite change nothing of a verdict; the end of such a rule neither.
        if (!cited && rules !== undefined && (onlyText || harmless)) continue;
        const kind = JSON.stringify(difference);
        const key = [scene, id, outcome, cited, kind].join('\0');
        const known = touched.get(key);
        touched.set(key, {
          ...{ scene, outcome, id, rule, difference, cited },
          verdicts: (known?.verdicts ?? 0) + 1,
          entries: [...new Set([...(known?.entries ?? []), entry])].slice(-shownEntries),
        });
      }
      const decisive = concerning.filter(
        ({ id, onlyText, harmless }) => !onlyText && (rules === undefined || rules.includes(id) || !harmless),
      );
      if (decisive.length === 0 && !placesDiffer) count.same += 1;
      else {
        count.unknown += 1;
        if (rules === undefined) count.withoutRules += 1;
      }
    }
  }
  const sorted = [...touched].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  return { from: now.version, to: proposed.version, ...count, placesDiffer, touched: sorted };
}

interface Difference {
  readonly id: string;
  readonly rule: string;
  readonly difference: RuleDifference;
  readonly onlyText: boolean;
  /** A removed rule that stood in no other's way: whoever did not cite it is not touched. */
  readonly harmless: boolean;
  readonly before: Rule | undefined;
  readonly after: Rule | undefined;
}

function differencesIn(before: ReadonlyMap<string, Rule>, after: ReadonlyMap<string, Rule>): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((id): Difference[] => {
    const [was, becomes] = [before.get(id), after.get(id)];
    const rule = (becomes ?? was)!.rule;
    const harmless = becomes === undefined && was?.replaces.length === 0 && was.agreesWith.length === 0;
    const base = { id, rule, before: was, after: becomes, harmless };
    if (becomes === undefined) return [{ ...base, difference: { kind: 'REMOVED' }, onlyText: false }];
    if (was === undefined) return [{ ...base, difference: { kind: 'ADDED' }, onlyText: false }];
    const parts = partNames.filter((part) => partOf[part](was) !== partOf[part](becomes));
    if (parts.length === 0) return [];
    return [
      { ...base, difference: { kind: 'CHANGED', parts }, onlyText: parts.every((part) => part === 'text') },
    ];
  });
}

function rulesOf({ scenes }: Rulebook, scene: string): ReadonlyMap<string, Rule> {
  return new Map((scenes.get(scene)?.rules ?? []).map((rule) => [rule.id, rule]));
}

/** Every member of a rule belongs to one part. */
const partOf: Readonly<Record<RulePart, (rule: Rule) => string>> = {
  text: ({ rule, title, basis, certainty, documentField }) =>
    JSON.stringify([rule, title, basis, certainty, documentField]),
  condition: ({ recordType, condition }) => `${recordType.name} ${condition}`,
  effect: ({ effect, objection, absent, measure, replaces, agreesWith }) =>
    JSON.stringify([effect, objection, absent, measure, replaces, agreesWith]),
  term: ({ startField, endField, term, extensionField, removedField, open, actField, combined }) =>
    JSON.stringify([startField, endField, term, extensionField, removedField, open, actField, combined]),
  validity: ({ validFrom, validTo, jurisdiction }) => JSON.stringify([validFrom, validTo, jurisdiction]),
};
const partNames = Object.keys(partOf) as readonly RulePart[];

function isValid(rule: Rule | undefined, day: string): boolean {
  return rule !== undefined && rule.validFrom <= day && (rule.validTo === undefined || day <= rule.validTo);
}
