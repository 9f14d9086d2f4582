// One rule over one record: from when to when it has effect, and what that means on the evaluation date.
import type { RecordRow } from '../../connectors/contract.ts';
import type { Rule, RuleEffect } from '../../policies/engine/rulebook.ts';
import { dayBefore, lastDayOf } from './period.ts';

export type FindingStatus = 'IN_FORCE' | 'EXPIRED' | 'NOT_YET' | 'UNDATED' | 'ABSENT';

/** A rule that met a record. Days are YYYY-MM-DD; `until` is inclusive, null without a fixed end. */
export interface Assessment {
  readonly rule: Rule;
  readonly effect: RuleEffect;
  readonly status: FindingStatus;
  readonly row?: RecordRow;
  readonly from: string | null;
  readonly until: string | null;
  readonly underObjection: boolean;
}

/** Assesses a record on `asOf`; undefined where the rule does not concern it. `today` is the day of asking. */
export function assessRecord(
  rule: Rule,
  row: RecordRow,
  asOf: string,
  today: string,
): Assessment | undefined {
  const concerned = rule.concerns({ row, today });
  if (concerned === false) return undefined;
  const underObjection = row['recordStatus'] === 'UNDER_OBJECTION';
  const from = dayIn(row, rule.startField);
  const base = { rule, row, from, underObjection };
  // A condition that could not be evaluated is nobody's acquittal.
  if (concerned === undefined) return { ...base, effect: 'REVIEW', status: 'UNDATED', until: null };
  const effect: RuleEffect = underObjection && rule.objection === 'REVIEW' ? 'REVIEW' : rule.effect;
  const end = endOf(rule, row, from);
  const removed = dayIn(row, rule.removedField);
  const until = earlier(end === unknownEnd ? null : end, removed === null ? null : dayBefore(removed));
  if (until !== null && asOf > until) return { ...base, effect, status: 'EXPIRED', until };
  if (from === null || end === unknownEnd) return { ...base, effect: 'REVIEW', status: 'UNDATED', until };
  if (asOf < from) return { ...base, effect, status: 'NOT_YET', until };
  return { ...base, effect, status: 'IN_FORCE', until };
}

/** Where the end of an effect is neither recorded nor computable. */
const unknownEnd = Symbol('unknown end');

/** Last day by the rule: the later of the recorded end and the term; null where open; unknown where missing. */
function endOf(rule: Rule, row: RecordRow, from: string | null): string | null | typeof unknownEnd {
  const recorded = dayIn(row, rule.endField);
  if (rule.term !== undefined && from !== null) {
    const extension = rule.extensionField === undefined ? null : row[rule.extensionField];
    const months = rule.term.months + (typeof extension === 'number' && extension > 0 ? extension : 0);
    const byTerm = lastDayOf(from, months);
    return recorded !== null && recorded > byTerm ? recorded : byTerm;
  }
  if (rule.term !== undefined) return unknownEnd;
  if (recorded !== null) return recorded;
  return rule.open ? null : unknownEnd;
}

function dayIn(row: RecordRow, field: string | undefined): string | null {
  if (field === undefined) return null;
  const value = row[field];
  return typeof value === 'string' ? value : null;
}

function earlier(a: string | null, b: string | null): string | null {
  if (a === null) return b;
  if (b === null) return a;
  return a < b ? a : b;
}
