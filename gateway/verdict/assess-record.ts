// One rule over one record: from when to when it has effect, what an objection and the place make of it, and what that
// means on the evaluation date.
import { type RecordRow, undisclosedMark } from '../../connectors/contract.ts';
import { type JurisdictionProfile, holdsIn } from '../../policies/engine/jurisdictions.ts';
import type { Rule, RuleEffect } from '../../policies/engine/rule.ts';
import type { RegionCode } from '../../schema/identifiers/region-code.ts';
import { dayBefore, knownDay, knownEnd, lastDayOf, plusDays } from './period.ts';

export type FindingStatus =
  | 'IN_FORCE'
  | 'SUSPENDED'
  | 'EXPIRED'
  | 'NOT_YET'
  | 'UNDATED'
  | 'LIFTED'
  | 'UNPLACED'
  | 'CANDIDATE'
  | 'ABSENT';

/** A member of a row that no field can have as its name: its record was mitigated. Rules do not see it. */
export const mitigatedMark = '__mitigated';

/** When and where a question is asked. Days are YYYY-MM-DD. */
export interface Occasion {
  /** Day on which the answer is to hold. */
  readonly asOf: string;
  /** Day of asking. */
  readonly today: string;
  /** Where the decision is taken; undefined: nobody said. */
  readonly place: RegionCode | undefined;
  readonly profile: JurisdictionProfile;
}

/** A rule that met a record. `until` is inclusive, null without a fixed end. */
export interface Assessment {
  readonly rule: Rule;
  readonly effect: RuleEffect;
  readonly status: FindingStatus;
  readonly row?: RecordRow;
  readonly from: string | null;
  readonly until: string | null;
  readonly underObjection: boolean;
  /** A person has recognised a self-correction (自我纠错). Shown, and never weighed. */
  readonly mitigated: boolean;
  /** Basis of the texts that suspend or contradict it. */
  readonly otherBasis: readonly string[];
  /** Other records it was weighed with: who may not read their days is not shown what follows from them. */
  readonly together?: readonly Cited[];
}

/** A record and the rule it was met by. */
export type Cited = Pick<Assessment, 'rule' | 'row'>;

/** Whether it counts on the evaluation date. */
export const isLive = ({ status }: Pick<Assessment, 'status'>): boolean =>
  status !== 'EXPIRED' && status !== 'NOT_YET';

const none: readonly string[] = [];

/** Assesses a record; undefined where the rule does not concern it. */
export function assessRecord(rule: Rule, row: RecordRow, occasion: Occasion): Assessment | undefined {
  const { asOf, today } = occasion;
  return asOf < today && wasLifted(row)
    ? assessLifted(rule, row, occasion)
    : assessKnown(rule, row, occasion);
}

/**
 * A record that was revoked or repaired by today says nothing of an earlier day: what it would have meant then, a
 * person must weigh, unless the day on which it was taken off is on record.
 */
function assessLifted(rule: Rule, row: RecordRow, occasion: Occasion): Assessment | undefined {
  const found = assessKnown(rule, { ...row, recordStatus: 'EFFECTIVE' }, occasion);
  if (found === undefined || !isLive(found)) return assessKnown(rule, row, occasion);
  if (found.status === 'IN_FORCE' && dayIn(row, rule.removedField, knownDay) !== null)
    return { ...found, row };
  return { ...found, row, effect: 'REVIEW', status: 'LIFTED' };
}

/** Whether its owner, or a remedy, has put it out of use. */
export function wasLifted(row: RecordRow): boolean {
  return row['recordStatus'] === 'REVOKED' || row['recordStatus'] === 'REPAIRED';
}

function assessKnown(rule: Rule, row: RecordRow, occasion: Occasion): Assessment | undefined {
  const { asOf, today } = occasion;
  const stated = rule.concerns({ row, today });
  // What its agency keeps to itself may be what the rule asks for.
  const concerned = stated === false && asksForUndisclosed(rule, row) ? undefined : stated;
  if (concerned === false) return undefined;
  const underObjection = row['recordStatus'] === 'UNDER_OBJECTION';
  const recorded = dayIn(row, rule.startField, knownDay);
  const from = recorded !== null && rule.overdue ? plusDays(recorded, 1) : recorded;
  const mitigated = row[mitigatedMark] === true;
  const base = { rule, row, from, underObjection, mitigated, otherBasis: none };
  // A condition that could not be evaluated is nobody's acquittal.
  if (concerned === undefined) return { ...base, effect: 'REVIEW', status: 'UNDATED', until: null };
  const { effect } = rule;
  const end = endOf(rule, row, from);
  const removed = dayIn(row, rule.removedField, knownDay);
  const until = earlier(end === unknownEnd ? null : end, removed === null ? null : dayBefore(removed));
  if (until !== null && asOf > until) {
    const isOff = removed !== null && asOf >= removed;
    // The recorded end may be later than the term, and nobody says what it is.
    if (!isOff && isUndisclosed(row, rule.endField))
      return { ...base, effect: 'REVIEW', status: 'UNDATED', until: null };
    return { ...base, effect, status: 'EXPIRED', until };
  }
  if (from === null || end === unknownEnd) return { ...base, effect: 'REVIEW', status: 'UNDATED', until };
  if (asOf < from) return { ...base, effect, status: 'NOT_YET', until };
  return inPlace({ ...base, effect, status: 'IN_FORCE', until }, occasion);
}

function isUndisclosed(row: RecordRow, field: string | undefined): boolean {
  const fields = row[undisclosedMark];
  return field !== undefined && Array.isArray(fields) && fields.includes(field);
}

function asksForUndisclosed({ condition }: Rule, row: RecordRow): boolean {
  const fields = row[undisclosedMark];
  if (!Array.isArray(fields)) return false;
  const words = new Set(condition.match(/\w+/g));
  return fields.some((field: string) => words.has(field));
}

/** What the place makes of a finding that is in force: nothing, mostly. */
function inPlace(found: Assessment, { asOf, place, profile }: Occasion): Assessment {
  const { rule, from, underObjection } = found;
  const { longestEffect, objection } = profile;
  if (longestEffect !== undefined && rule.effect !== 'REVIEW') {
    const last = lastDayOf(from!, longestEffect.months);
    if (asOf > last) {
      // A region's own law yields to its own limit; where the nation knows none, the two texts disagree.
      return rule.jurisdiction !== 'CN'
        ? { ...found, status: 'EXPIRED', until: last }
        : { ...found, effect: 'REVIEW', otherBasis: [longestEffect.basis] };
    }
  }
  if (!underObjection || rule.objection === 'KEEP') return found;
  if (rule.objection === 'REVIEW') return { ...found, effect: 'REVIEW' };
  if (rule.measure !== 'JOINT_SANCTION') return found;
  if (place === undefined) return { ...found, effect: 'REVIEW', status: 'UNPLACED' };
  return objection.effect === 'SUSPEND'
    ? { ...found, status: 'SUSPENDED', otherBasis: [objection.basis] }
    : found;
}

/** A rule of a region over a record where nobody said which region counts: a person must say. */
export function assessUnplaced(rule: Rule, row: RecordRow, occasion: Occasion): Assessment | undefined {
  if (holdsIn(rule.jurisdiction, occasion.place, occasion.asOf)) return undefined;
  const found = assessRecord(rule, row, occasion);
  if (found === undefined || found.status === 'EXPIRED' || found.status === 'NOT_YET') return undefined;
  return { ...found, effect: 'REVIEW', status: 'UNPLACED' };
}

/** Where the end of an effect is neither recorded nor computable. */
const unknownEnd = Symbol('unknown end');

/** Last day by the rule: the later of the recorded end and the term; null where open; unknown where missing. */
function endOf(rule: Rule, row: RecordRow, from: string | null): string | null | typeof unknownEnd {
  const recorded = dayIn(row, rule.endField, knownEnd);
  if (rule.term !== undefined && from !== null) {
    const extension = rule.extensionField === undefined ? null : row[rule.extensionField];
    const months = rule.term.months + (typeof extension === 'number' && extension > 0 ? extension : 0);
    const byTerm = lastDayOf(from, months);
    return recorded !== null && recorded > byTerm ? recorded : byTerm;
  }
  if (rule.term !== undefined) return unknownEnd;
  // An end before the beginning is a mistake, and no reason to let anybody pass.
  if (recorded !== null && from !== null && recorded < from) return unknownEnd;
  if (recorded !== null) return recorded;
  return rule.open ? null : unknownEnd;
}

function dayIn(row: RecordRow, field: string | undefined, read: typeof knownDay): string | null {
  return field === undefined ? null : read(row[field]);
}

function earlier(a: string | null, b: string | null): string | null {
  if (a === null) return b;
  if (b === null) return a;
  return a < b ? a : b;
}
