// The verdict of a scene: a pure function of every mandatory source. CLEAR needs positive, fresh evidence from
// each; what is not known is INDETERMINATE, never CLEAR.
import type { KnownState, RecordRow } from '../../connectors/contract.ts';
import type { Rule, SceneRules } from '../../policies/engine/rulebook.ts';
import type { RecordType } from '../../schema/catalogue.ts';
import { type Assessment, assessRecord } from './assess-record.ts';

/** What is known of one mandatory record type. Rows only where `state` is OK. */
export interface Evidence {
  readonly recordType: RecordType;
  readonly state: KnownState | 'DENIED';
  readonly asOf: string | null;
  readonly rows: readonly RecordRow[];
}

export type VerdictOutcome = 'CLEAR' | 'RESTRICTED' | 'BARRED' | 'REVIEW' | 'INDETERMINATE';

export interface Judgement {
  readonly outcome: VerdictOutcome;
  /** Those in force first, then by the first day. */
  readonly assessments: readonly Assessment[];
  readonly evidence: readonly Evidence[];
  /** Mandatory record types that are not known. */
  readonly unknown: readonly Evidence[];
  readonly rules: readonly Rule[];
}

/**
 * Judges a subject on `asOf`. A bar that is positively known stands whatever else is missing: BARRED, with the
 * unknown sources named; without one, anything unknown makes INDETERMINATE.
 */
export function judge(
  scene: SceneRules,
  evidence: readonly Evidence[],
  asOf: string,
  today: string,
): Judgement {
  const rules = rulesOn(scene, asOf);
  const complete = scene.recordTypes.map(
    (recordType): Evidence =>
      evidence.find((entry) => entry.recordType === recordType) ?? {
        recordType,
        state: 'UNAVAILABLE',
        asOf: null,
        rows: [],
      },
  );
  const assessments: Assessment[] = [];
  for (const { recordType, state, rows } of complete) {
    const known = state === 'OK' || state === 'STALE';
    for (const rule of rules) {
      if (rule.recordType !== recordType || !known) continue;
      if (rows.length === 0 && rule.absent !== undefined && state === 'OK') {
        assessments.push({
          rule,
          effect: rule.absent,
          status: 'ABSENT',
          from: null,
          until: null,
          underObjection: false,
        });
      }
      for (const row of rows) {
        const assessment = assessRecord(rule, row, asOf, today);
        if (assessment !== undefined) assessments.push(assessment);
      }
    }
  }
  if (assessments.length > 1) assessments.sort(inForceFirst);
  const unknown = complete.filter(({ state }) => state !== 'OK');
  return {
    outcome: outcomeOf(assessments, unknown.length > 0),
    assessments,
    evidence: complete,
    unknown,
    rules,
  };
}

function outcomeOf(assessments: readonly Assessment[], somethingUnknown: boolean): VerdictOutcome {
  const live = assessments.filter(({ status }) => status !== 'EXPIRED' && status !== 'NOT_YET');
  if (live.some(({ effect, status }) => effect === 'BAR' && status === 'IN_FORCE')) return 'BARRED';
  if (somethingUnknown) return 'INDETERMINATE';
  if (live.some(({ effect, status }) => effect === 'REVIEW' || status === 'UNDATED' || effect === 'BAR'))
    return 'REVIEW';
  if (live.some(({ effect }) => effect === 'RESTRICT')) return 'RESTRICTED';
  return 'CLEAR';
}

const lastAsked = new WeakMap<SceneRules, { readonly asOf: string; readonly rules: readonly Rule[] }>();

/** The rules in validity on a day. All subjects of a request, and mostly all requests of a day, ask for the same. */
function rulesOn(scene: SceneRules, asOf: string): readonly Rule[] {
  const last = lastAsked.get(scene);
  if (last?.asOf === asOf) return last.rules;
  const rules = scene.rules.filter(
    (rule) => rule.validFrom <= asOf && (rule.validTo === undefined || asOf <= rule.validTo),
  );
  lastAsked.set(scene, { asOf, rules });
  return rules;
}

const rank: Readonly<Record<Assessment['status'], number>> = {
  IN_FORCE: 0,
  UNDATED: 1,
  ABSENT: 2,
  NOT_YET: 3,
  EXPIRED: 4,
};

/** Days are YYYY-MM-DD, so that their text orders as they do. */
function inForceFirst(a: Assessment, b: Assessment): number {
  if (a.status !== b.status) return rank[a.status] - rank[b.status];
  const [left, right] = [a.from ?? '', b.from ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
