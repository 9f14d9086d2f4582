// What records mean together: an act recorded twice counts once, overlapping effects of one kind add up, and texts that
// disagree about a record make a matter for a person. Points that add up: point-sums.ts;
// sanctions of different kinds: across-kinds.ts.
import type { Rule } from '../../policies/engine/rule.ts';
import type { Assessment, Cited } from './assess-record.ts';
import { acrossKinds } from './across-kinds.ts';
import { daysBetween, lastDayOf, plusDays } from './period.ts';
import { sumPoints } from './point-sums.ts';

/** Weighs findings of one subject against each other. Pure; the order of what it returns says nothing. */
export function weighTogether(
  found: readonly Assessment[],
  rules: readonly Rule[],
  asOf: string,
): readonly Assessment[] {
  return acrossKinds(addUp(oncePerAct(disagreements(sumPoints(found), rules), rules), asOf), asOf);
}

/** A rule that stands against another text: where that does not meet the record too, neither is followed blindly. */
function disagreements(found: readonly Assessment[], rules: readonly Rule[]): readonly Assessment[] {
  if (!found.some(({ rule }) => rule.agreesWith.length > 0)) return found;
  return found.map((assessment) => {
    const { rule, row, status } = assessment;
    if (rule.agreesWith.length === 0 || status !== 'IN_FORCE') return assessment;
    const others = rules.filter(({ id }) => rule.agreesWith.includes(id));
    const agreed = found.some(
      (other) => other.row === row && other.status === 'IN_FORCE' && others.includes(other.rule),
    );
    if (agreed || others.length === 0) return assessment;
    const otherBasis = [...assessment.otherBasis, ...new Set(others.map(({ basis }) => basis))];
    return { ...assessment, effect: 'REVIEW', otherBasis };
  });
}

/** One act is not punished twice: of findings about the same act the strictest stands, with what was recognised of it. */
function oncePerAct(found: readonly Assessment[], rules: readonly Rule[]): readonly Assessment[] {
  const byAct = new Map<string, Assessment>();
  const others: Assessment[] = [];
  for (const assessment of found) {
    const field = assessment.rule.actField;
    const act = field === undefined ? undefined : assessment.row?.[field];
    if (typeof act !== 'string' || act === '') {
      others.push(assessment);
      continue;
    }
    const known = byAct.get(act);
    const standing = known === undefined || isStricter(assessment, known, rules) ? assessment : known;
    const mitigated = assessment.mitigated || known?.mitigated === true;
    byAct.set(act, standing.mitigated === mitigated ? standing : { ...standing, mitigated });
  }
  return byAct.size === 0 ? found : [...others, ...byAct.values()];
}

const severity = ({ effect, status }: Assessment): number => {
  if (status === 'EXPIRED') return 0;
  if (status === 'NOT_YET') return 1;
  if (status === 'IN_FORCE' && effect === 'BAR') return 4;
  return status === 'IN_FORCE' && effect === 'RESTRICT' ? 2 : 3;
};

/**
 * No end is the latest of all. Of two alike the one whose rule comes first in the book stands, whatever the order in
 * which a source answers.
 */
function isStricter(a: Assessment, b: Assessment, rules: readonly Rule[]): boolean {
  if (severity(a) !== severity(b)) return severity(a) > severity(b);
  const [untilA, untilB] = [a.until ?? '9999-12-31', b.until ?? '9999-12-31'];
  if (untilA !== untilB) return untilA > untilB;
  if (a.rule !== b.rule) return rules.indexOf(a.rule) < rules.indexOf(b.rule);
  return labelOf(a) < labelOf(b);
}

function labelOf({ rule, row, from }: Assessment): string {
  const document = rule.documentField === undefined ? null : row?.[rule.documentField];
  return `${from ?? ''} ${String(document)}`;
}

/** What of an earlier effect was left when a later one of the same policy began is added to it, up to the limit. */
function addUp(found: readonly Assessment[], asOf: string): readonly Assessment[] {
  const combining = found.filter(
    ({ rule, from, until }) => rule.combined !== undefined && from !== null && until !== null,
  );
  if (combining.length < 2) return found;
  const longer = new Map<Assessment, { readonly until: string; readonly together: readonly Cited[] }>();
  combining.sort((a, b) => (a.from! < b.from! ? -1 : a.from! > b.from! ? 1 : 0));
  const lastOf = new Map<string, { readonly last: string; readonly together: readonly Cited[] }>();
  for (const assessment of combining) {
    const { rule, from, until } = assessment;
    const before = lastOf.get(rule.id);
    let last = until!;
    const together: Cited[] = [assessment];
    if (before !== undefined && before.last >= from!) {
      const sum = plusDays(last, daysBetween(from!, before.last));
      const limit = lastDayOf(from!, rule.combined!.months);
      // A longer end that was recorded for the act itself is the authority's own sum.
      last = sum > limit ? (limit > last ? limit : last) : sum;
      longer.set(assessment, { until: last, together: before.together });
      together.push(...before.together);
    }
    if (before === undefined || last > before.last) lastOf.set(rule.id, { last, together });
  }
  return found.map((assessment) => {
    const sum = longer.get(assessment);
    if (sum === undefined) return assessment;
    const over = assessment.status === 'EXPIRED' && asOf <= sum.until;
    return { ...assessment, ...sum, ...(over ? { status: 'IN_FORCE' as const } : {}) };
  });
}
