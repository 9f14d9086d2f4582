// Rules that count records together (@sum, @per, @atLeast): points of one cycle against the figure of a scheme. What is
// certain must reach it; where only what is doubtful does, a person looks.
import type { Rule } from '../../policies/engine/rule.ts';
import { type Assessment, isLive } from './assess-record.ts';

interface Counted {
  readonly assessment: Assessment;
  /** Null where the record does not say. */
  readonly points: number | null;
}

/** Leaves of summing rules those findings whose sum reaches the figure. */
export function sumPoints(found: readonly Assessment[]): readonly Assessment[] {
  if (!found.some(({ rule }) => rule.sum !== undefined)) return found;
  const kept: Assessment[] = [];
  const groups = new Map<string, { readonly rule: Rule; readonly counted: Counted[] }>();
  for (const assessment of found) {
    const { rule, row } = assessment;
    if (rule.sum === undefined || row === undefined) {
      kept.push(assessment);
      continue;
    }
    const per = row[rule.sum.per];
    // A record without its cycle may belong to any: it is weighed with every cycle of the rule.
    const key = `${rule.id} ${typeof per === 'string' || typeof per === 'number' ? per : ''}`;
    const group = groups.get(key) ?? { rule, counted: [] };
    groups.set(key, group);
    const points = row[rule.sum.field];
    group.counted.push({ assessment, points: typeof points === 'number' ? points : null });
  }
  for (const [key, { rule, counted }] of groups) {
    const stray = groups.get(`${rule.id} `);
    const doubtful = stray === undefined || key === `${rule.id} ` ? [] : stray.counted;
    kept.push(...weigh(rule, counted, doubtful));
  }
  return kept;
}

/** Findings of one cycle. */
function weigh(rule: Rule, counted: readonly Counted[], doubtful: readonly Counted[]): readonly Assessment[] {
  const { atLeast } = rule.sum!;
  const live = counted.filter(({ assessment }) => isLive(assessment));
  if (live.length === 0) return [];
  const certain = live.filter(({ assessment, points }) => isCertain(assessment) && points !== null);
  const reached = total(certain) >= atLeast;
  const others = doubtful.filter(({ assessment }) => isLive(assessment));
  const possible = [...live, ...others];
  if (!reached && !possible.some(({ points }) => points === null) && total(possible) < atLeast) return [];
  const together = possible.map(({ assessment }) => assessment);
  if (!reached) {
    return live.map(({ assessment }) => ({ ...assessment, effect: 'REVIEW', together }));
  }
  const until = lastDayReached(certain, atLeast);
  return certain.map(({ assessment }) => ({ ...assessment, until, together }));
}

/** The last day on which what still counts reaches the figure; null without a fixed end. */
function lastDayReached(certain: readonly Counted[], atLeast: number): string | null {
  const latestFirst = certain.toSorted((a, b) =>
    (a.assessment.until ?? '9999') < (b.assessment.until ?? '9999') ? 1 : -1,
  );
  let sum = 0;
  for (const { assessment, points } of latestFirst) {
    sum += points ?? 0;
    if (sum >= atLeast) return assessment.until;
  }
  return null;
}

function total(counted: readonly Counted[]): number {
  return counted.reduce((sum, { points }) => sum + (points ?? 0), 0);
}

function isCertain({ status, effect, rule }: Assessment): boolean {
  return status === 'IN_FORCE' && effect === rule.effect;
}
