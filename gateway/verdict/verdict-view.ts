// A verdict as the schema's Verdict: what it found, by which rule, on what evidence. Details of a record are
// shown only as far as the caller may read that record.
import type { GapReason, Value } from '../../connectors/contract.ts';
import type { SceneRules } from '../../policies/engine/rulebook.ts';
import type { RecordViewer } from '../request/record-view.ts';
import { byShown } from '../request/shown-order.ts';
import { type Assessment, type Cited, type FindingStatus, type Occasion, isLive } from './assess-record.ts';
import { type Evidence, type Judgement, statusRank } from './judge.ts';

const advice =
  'Advice to the person who decides: it cites rules and records and decides nothing by itself. ' +
  'Rules under notAssessed are not part of it. ' +
  '本结论仅供经办人参考，列明规则与记录，不构成自动化决定；notAssessed 所列规则不在其内。';

/** Everything of a verdict before the caller's rights to its own fields are applied. */
export interface VerdictFacts {
  readonly verdict: Readonly<Record<string, unknown>>;
  readonly findings: () => readonly Readonly<Record<string, unknown>>[];
  readonly evidence: () => readonly Readonly<Record<string, unknown>>[];
  readonly rules: () => readonly Readonly<Record<string, unknown>>[];
  readonly notAssessed: () => readonly Readonly<Record<string, unknown>>[];
}

export function verdictFacts(
  scene: SceneRules,
  judgement: Judgement,
  occasion: Occasion,
  rulesVersion: string,
  viewerOf: (recordType: string) => RecordViewer,
): VerdictFacts {
  const told = toldAssessments(judgement, viewerOf);
  const isFoundTold = ({ recordType, rows }: Evidence): boolean =>
    viewerOf(recordType.name).sees(rows) ||
    told.some(
      ({ rule, row, status }) =>
        row !== undefined && rows.includes(row) && rule.recordType === recordType && isLive({ status }),
    );
  // Lists are made when they are looked at: most questions ask for the outcome and its findings alone.
  return {
    verdict: {
      scene: scene.scene,
      asOf: occasion.asOf,
      jurisdiction: occasion.place ?? null,
      outcome: judgement.outcome,
      reasons: judgement.unknown.map(reasonFor),
      rulesVersion,
      advice,
    },
    findings: () => told.map((assessment) => finding(assessment, viewerOf)),
    evidence: () =>
      judgement.evidence.map((entry) => ({
        source: entry.recordType.source,
        recordType: entry.recordType.name,
        state: entry.state === 'OK' && entry.gap !== undefined ? 'INCOMPLETE' : entry.state,
        asOf: entry.asOf,
        matchedBy: entry.matchedBy !== undefined && isFoundTold(entry) ? entry.matchedBy : null,
      })),
    rules: () => {
      const rules = new Map(judgement.rules.map((rule) => [`${rule.rule} ${rule.title}`, rule]));
      return [...rules.values()].map(({ rule, title, basis, certainty }) => ({
        id: rule,
        title,
        basis,
        certainty,
      }));
    },
    notAssessed: () => scene.notAssessed.map((note) => ({ ...note })),
  };
}

/**
 * What a caller is told of. What the outcome does not rest on is history, and history is for those who may read it: of a
 * record that they may not, nobody learns that there is one.
 */
export function toldAssessments(
  { assessments }: Judgement,
  viewerOf: (recordType: string) => RecordViewer,
): readonly Assessment[] {
  const isTold = (assessment: Assessment): boolean =>
    assessment.row === undefined ||
    isLive(assessment) ||
    viewerOf(assessment.rule.recordType.name).sees([assessment.row]);
  return assessments.every(isTold) ? assessments : assessments.filter(isTold);
}

function finding(
  assessment: Assessment,
  viewerOf: (recordType: string) => RecordViewer,
): Record<string, unknown> {
  const { rule, row, effect, status, from, until, underObjection, mitigated, otherBasis } = assessment;
  const viewer = viewerOf(rule.recordType.name);
  const shown = (fields: readonly (string | undefined)[], value: Value): Value =>
    row === undefined
      ? null
      : viewer.derived(
          row,
          fields.filter((field) => field !== undefined),
          value,
        );
  // A day that was worked out is withheld or masked as what it was worked out from.
  const ending = [rule.endField, rule.removedField];
  if (rule.term !== undefined) ending.push(rule.startField, rule.extensionField);
  return {
    rule: rule.rule,
    effect,
    status,
    basis: rule.basis,
    title: rule.title,
    certainty: rule.certainty,
    jurisdiction: rule.jurisdiction,
    source: rule.recordType.source,
    recordType: rule.recordType.name,
    record:
      row === undefined || rule.documentField === undefined ? null : viewer.value(row, rule.documentField),
    from: shown([rule.startField], from),
    // INVARIANT: what several records make together is shown as far as every one of them is.
    until:
      until === null
        ? null
        : (assessment.together ?? []).reduce<Value>(
            (seen, other) => (seen === null ? null : throughRecord(other, viewerOf, seen)),
            shown(ending, until),
          ),
    underObjection,
    mitigated,
    otherBasis,
  };
}

/** A day that follows from the days of another record as well, as far as those may be read. */
function throughRecord(
  { rule, row }: Cited,
  viewerOf: (recordType: string) => RecordViewer,
  day: Value,
): Value {
  const { startField, endField, removedField, extensionField } = rule;
  const names = [startField, endField, removedField, extensionField].filter((field) => field !== undefined);
  return row === undefined ? day : viewerOf(rule.recordType.name).derived(row, names, day);
}

const byDayAndRest = byShown([
  ...['from', 'source', 'recordType', 'rule', 'record', 'until', 'effect', 'underObjection', 'title'],
  ...['otherBasis', 'basis', 'certainty', 'jurisdiction', 'mitigated'],
]);

/**
 * Orders findings as they are shown: those in force first, then by the first day. A day that is withheld or masked
 * places nothing.
 */
export function inFindingOrder<V extends Readonly<Record<string, unknown>>>(findings: V[]): V[] {
  if (findings.length < 2) return findings;
  const rankOf = ({ status }: V): number =>
    typeof status === 'string' ? statusRank[status as FindingStatus] : 0;
  return findings.sort((a, b) => rankOf(a) - rankOf(b) || byDayAndRest(a, b));
}

const stateTexts = {
  OK: '',
  STALE: 'its data are older than it promises. 数据超过约定时效。',
  UNAVAILABLE: 'it could not be reached in time. 未能在时限内应答。',
  INVALID: 'its answer was not usable. 应答无效。',
  DENIED: 'this caller may not derive from it. 调用方无权据此推断。',
} as const;

const gapTexts: Readonly<Record<GapReason, string>> = {
  UNUSABLE_KEYS: 'it has records whose key is nobody’s. 有记录的主体标识无法识别。',
  UNREADABLE: 'a record of this subject could not be read. 本主体有记录无法读取。',
  UNPROVEN: 'nothing shows that its silence means absence. 无法证明“未应答记录”即“无记录”。',
  FEWER: 'it has fewer records than agreed. 记录数少于约定。',
  UNSEEN: 'it is not known how it writes its keys. 尚未核实其主体标识的写法。',
};

function reasonFor({ recordType, state, gap }: Evidence): string {
  const of = `${recordType.source}/${recordType.name}`;
  if (state === 'OK' && gap !== undefined) return `${of} INCOMPLETE: ${gapTexts[gap]}`;
  return `${of} ${state}: ${stateTexts[state]}`;
}
