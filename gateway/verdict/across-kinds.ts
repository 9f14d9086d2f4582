// Sanctions of different kinds (@across): of those of one day the heaviest is executed, which by itself is the longest;
// one that comes while another has effect runs with what was left of that, by a text on which another law is silent. So
// the days that follow from the sum alone are a matter for a person.
import type { Rule } from '../../policies/engine/rule.ts';
import type { Assessment } from './assess-record.ts';
import { daysBetween, lastDayOf, plusDays } from './period.ts';

/** A finding whose effect has a first and a last day. Overlapping ones of the same policy have been added up already. */
interface Bounded {
  readonly assessment: Assessment;
  readonly rule: Rule;
  readonly from: string;
  readonly until: string;
}

/** Turns the finding by whose sum the day is still covered into a REVIEW; where one is in force anyway, nothing changes. */
export function acrossKinds(found: readonly Assessment[], asOf: string): readonly Assessment[] {
  const combining = found.flatMap(boundedOf).sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const begun = combining.filter(({ from }) => from <= asOf);
  if (begun.length < 2 || begun.some(({ until }) => asOf <= until)) return found;
  let last = '';
  let together: Bounded[] = [];
  for (const one of begun) {
    const before = together.at(-1);
    if (before === undefined || one.from > last) together = [];
    const known = together.some(({ rule }) => rule === one.rule);
    const alone = together.length === 0 || known || one.from === before!.from;
    const sum = alone ? one.until : plusDays(one.until, daysBetween(one.from, last));
    const limit = lastDayOf(one.from, one.rule.combined!.months);
    const until = sum > limit && limit > one.until ? limit : sum;
    if (!alone && asOf <= until)
      return found.map((each) => (each === one.assessment ? reviewed(one, until, together) : each));
    if (together.length === 0 || until > last) last = until;
    together.push(one);
  }
  return found;
}

function boundedOf(assessment: Assessment): Bounded[] {
  const { rule, from, until } = assessment;
  if (rule.across === undefined || from === null || until === null) return [];
  return [{ assessment, rule, from, until }];
}

function reviewed({ assessment, rule }: Bounded, until: string, together: readonly Bounded[]): Assessment {
  return {
    ...assessment,
    effect: 'REVIEW',
    status: 'IN_FORCE',
    until,
    otherBasis: [...assessment.otherBasis, rule.across!],
    together: together.map((one) => one.assessment),
  };
}
