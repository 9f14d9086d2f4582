// The verdict of a scene: a pure function of every mandatory source. CLEAR needs positive, fresh evidence from
// each; what is not known is INDETERMINATE, never CLEAR.
import type { GapReason, KnownState, MatchMethod, RecordRow } from '../../connectors/contract.ts';
import { holdsIn } from '../../policies/engine/jurisdictions.ts';
import type { Rule } from '../../policies/engine/rule.ts';
import type { SubjectRules } from '../../policies/engine/rulebook.ts';
import type { RecordType } from '../../schema/catalogue.ts';
import type { RegionCode } from '../../schema/identifiers/region-code.ts';
import { type Assessment, type Occasion, assessRecord, assessUnplaced, isLive } from './assess-record.ts';
import { weighTogether } from './several-records.ts';

/** What is known of one mandatory record type. Rows only where `state` is OK. */
export interface Evidence {
  readonly recordType: RecordType;
  readonly state: KnownState | 'DENIED';
  readonly asOf: string | null;
  readonly rows: readonly RecordRow[];
  /** Rows that may be the subject's or another's: they bar nobody, and nobody is clear because of them. */
  readonly candidates?: readonly RecordRow[];
  /** Why rows may be missing: what is there counts, and nobody is clear by what is not. */
  readonly gap?: GapReason;
  /** How the rows were found to be the subject's; absent without rows. */
  readonly matchedBy?: MatchMethod | undefined;
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
 * Judges a subject on an occasion. A bar that is positively known stands whatever else is missing: BARRED, with the
 * unknown sources named; without one, anything unknown makes INDETERMINATE.
 */
export function judge(subject: SubjectRules, evidence: readonly Evidence[], occasion: Occasion): Judgement {
  const { holding, byRecord } = rulesFor(subject, occasion.asOf, occasion.place);
  const complete = completeEvidence(subject, evidence);
  const found: Assessment[] = [];
  const perhaps: Assessment[] = [];
  for (const { recordType, state, gap, rows, candidates = none } of complete) {
    if (state !== 'OK' && state !== 'STALE') continue;
    const rules = byRecord.get(recordType);
    if (rules === undefined) continue;
    for (const rule of rules.holding) {
      // What may only be missing is not absent.
      const isWhole = state === 'OK' && gap === undefined;
      if (rule.absent !== undefined && isWhole && !rows.some((row) => existsOn(rule, row, occasion))) {
        found.push(absence(rule, rule.absent));
      }
      assessAll(assessRecord, rule, rows, occasion, found);
      assessAll(assessRecord, rule, candidates, occasion, perhaps);
    }
    for (const rule of rules.elsewhere) {
      assessAll(assessUnplaced, rule, rows, occasion, found);
      assessAll(assessUnplaced, rule, candidates, occasion, perhaps);
    }
  }
  const weigh = (all: readonly Assessment[]): readonly Assessment[] =>
    all.length > 0 ? weighTogether(all, subject.rules, occasion.asOf) : all;
  const certain = weigh(found);
  const assessments =
    perhaps.length > 0 ? [...certain, ...candidatesIn(weigh([...found, ...perhaps]), certain)] : [...certain];
  if (assessments.length > 1) assessments.sort(inForceFirst);
  const unknown = complete.filter(({ state, gap }) => state !== 'OK' || gap !== undefined);
  return {
    outcome: outcomeOf(assessments, unknown.length > 0),
    assessments,
    evidence: complete,
    unknown,
    rules: holding,
  };
}

const none: readonly RecordRow[] = [];

/** One entry for every mandatory record type, in their order: as it is mostly given. */
function completeEvidence({ recordTypes }: SubjectRules, given: readonly Evidence[]): readonly Evidence[] {
  if (
    given.length === recordTypes.length &&
    given.every(({ recordType }, at) => recordType === recordTypes[at])
  )
    return given;
  return recordTypes.map(
    (recordType): Evidence =>
      given.find((entry) => entry.recordType === recordType) ?? {
        recordType,
        state: 'UNAVAILABLE',
        asOf: null,
        rows: none,
      },
  );
}

function assessAll(
  by: typeof assessRecord,
  rule: Rule,
  rows: readonly RecordRow[],
  occasion: Occasion,
  into: Assessment[],
): void {
  for (const row of rows) {
    const assessment = by(rule, row, occasion);
    if (assessment !== undefined) into.push(assessment);
  }
}

/** What would be live only if the candidates were the subject's: a matter for a person. */
function candidatesIn(together: readonly Assessment[], certain: readonly Assessment[]): Assessment[] {
  const isCertain = ({ rule, row }: Assessment): boolean =>
    certain.some((known) => known.rule === rule && known.row === row && isLive(known));
  return together
    .filter((assessment) => isLive(assessment) && assessment.status !== 'ABSENT' && !isCertain(assessment))
    .map((assessment) => ({ ...assessment, effect: 'REVIEW', status: 'CANDIDATE' }));
}

/** Whether a record that must exist did on the day: begun if it says when, and not taken off by then. */
function existsOn({ startField, removedField }: Rule, row: RecordRow, { asOf }: Occasion): boolean {
  const [start, removed] = [row[startField], removedField === undefined ? null : row[removedField]];
  return !(typeof start === 'string' && start > asOf) && !(typeof removed === 'string' && removed <= asOf);
}

function absence(rule: Rule, effect: Rule['effect']): Assessment {
  return {
    rule,
    effect,
    status: 'ABSENT',
    from: null,
    until: null,
    underObjection: false,
    mitigated: false,
    otherBasis: [],
  };
}

function outcomeOf(assessments: readonly Assessment[], somethingUnknown: boolean): VerdictOutcome {
  if (assessments.length === 0) return somethingUnknown ? 'INDETERMINATE' : 'CLEAR';
  const live = assessments.filter(isLive);
  if (live.some(({ effect, status }) => effect === 'BAR' && status === 'IN_FORCE')) return 'BARRED';
  if (somethingUnknown) return 'INDETERMINATE';
  // A suspended sanction is not executed, and still nothing to pass by: a person looks at it.
  if (live.some(({ effect, status }) => effect !== 'RESTRICT' || status !== 'IN_FORCE')) return 'REVIEW';
  if (live.some(({ effect }) => effect === 'RESTRICT')) return 'RESTRICTED';
  return 'CLEAR';
}

interface RulesOfDay {
  readonly asOf: string;
  readonly place: RegionCode | undefined;
  readonly holding: readonly Rule[];
  readonly byRecord: ReadonlyMap<RecordType, RulesOfRecord>;
}

interface RulesOfRecord {
  readonly holding: readonly Rule[];
  /** Rules of regions, where nobody said which region counts. */
  readonly elsewhere: readonly Rule[];
}

const lastAsked = new WeakMap<SubjectRules, RulesOfDay>();

/** The law of a day and place. All subjects of a request, and mostly all requests of a day, ask for the same. */
function rulesFor(subject: SubjectRules, asOf: string, place: RegionCode | undefined): RulesOfDay {
  const last = lastAsked.get(subject);
  if (last?.asOf === asOf && last.place === place) return last;
  const valid = subject.rules.filter(
    (rule) => rule.validFrom <= asOf && (rule.validTo === undefined || asOf <= rule.validTo),
  );
  const here = valid.filter((rule) => holdsIn(rule.jurisdiction, place, asOf));
  const replaced = new Set(here.flatMap(({ replaces }) => replaces));
  const holding = here.filter(({ id }) => !replaced.has(id));
  const elsewhere = place === undefined ? valid.filter((rule) => !here.includes(rule)) : [];
  const byRecord = new Map(
    subject.recordTypes.map((recordType): [RecordType, RulesOfRecord] => {
      const own = (rules: readonly Rule[]): Rule[] => rules.filter((rule) => rule.recordType === recordType);
      return [recordType, { holding: own(holding), elsewhere: own(elsewhere) }];
    }),
  );
  const made: RulesOfDay = { asOf, place, holding, byRecord };
  lastAsked.set(subject, made);
  return made;
}

/** What is in force comes first. */
export const statusRank: Readonly<Record<Assessment['status'], number>> = {
  IN_FORCE: 0,
  SUSPENDED: 1,
  UNDATED: 2,
  LIFTED: 3,
  UNPLACED: 4,
  CANDIDATE: 5,
  ABSENT: 6,
  NOT_YET: 7,
  EXPIRED: 8,
};

/** Days are YYYY-MM-DD, so that their text orders as they do. */
function inForceFirst(a: Assessment, b: Assessment): number {
  if (a.status !== b.status) return statusRank[a.status] - statusRank[b.status];
  const [left, right] = [a.from ?? '', b.from ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
