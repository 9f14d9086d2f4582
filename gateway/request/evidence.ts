// What a verdict rests on: for every mandatory record type of a scene its rows and state, as far as this caller's verdict
// may be derived from them. What may not be derived from is not known, and never absent.
import { type RecordRow, type SourceAnswer, type Subject, gapFor } from '../../connectors/contract.ts';
import type { DecisionTable, DeriveDecision } from '../../policies/engine/decision-table.ts';
import type { SubjectRules } from '../../policies/engine/rulebook.ts';
import type { RecordType } from '../../schema/catalogue.ts';
import { wasLifted } from '../verdict/assess-record.ts';
import type { Evidence } from '../verdict/judge.ts';
import { isDerivable } from './plan-frame.ts';
import { stateFor } from './section-view.ts';
import type { Fetched, VerdictWish } from './stages.ts';

/** What a verdict reads of one record type, and how far this table lets it. */
interface EvidenceRight {
  readonly recordType: RecordType;
  readonly derivable: boolean;
  /** Whether the caller may read any of it. */
  readonly shown: boolean;
  /** Conditions every row must meet to be derived from. */
  readonly conditions: readonly Extract<DeriveDecision, { kind: 'row' }>[];
}

const rightsByTable = new WeakMap<DecisionTable, WeakMap<SubjectRules, readonly EvidenceRight[]>>();

/** Rights depend on table and scene alone, so that subjects share them. */
function evidenceRights(table: DecisionTable, subject: SubjectRules): readonly EvidenceRight[] {
  const ofTable = rightsByTable.get(table) ?? new WeakMap<SubjectRules, readonly EvidenceRight[]>();
  rightsByTable.set(table, ofTable);
  const known = ofTable.get(subject);
  if (known !== undefined) return known;
  const rights = subject.recordTypes.map((recordType): EvidenceRight => {
    const reads = new Set(
      subject.rules.filter((rule) => rule.recordType === recordType).flatMap((rule) => [...rule.reads]),
    );
    const conditions = [...reads].flatMap((name) => {
      const decision = table.derivations.get(`${recordType.name}.${name}`);
      return decision?.kind === 'row' ? [decision] : [];
    });
    const shown = table.records.get(recordType.name)?.anyShown === true;
    return { recordType, derivable: isDerivable(table, recordType, reads), shown, conditions };
  });
  ofTable.set(subject, rights);
  return rights;
}

/** Evidence for every mandatory record type; a right that is missing is DENIED, which is not known. */
export function evidenceFor(fetched: Fetched, subject: Subject, wish: VerdictWish): readonly Evidence[] {
  const { planned, answers } = fetched;
  const { table, admitted } = planned.decided;
  return evidenceRights(table, wish.rules).map((right) =>
    evidenceOf(right, answers.get(right.recordType.source), subject, admitted.today),
  );
}

function evidenceOf(
  { recordType, derivable, shown, conditions }: EvidenceRight,
  answer: SourceAnswer | undefined,
  subject: Subject,
  today: string,
): Evidence {
  if (!derivable) return { recordType, state: 'DENIED', asOf: null, rows: none };
  if (answer === undefined) return { recordType, state: 'UNAVAILABLE', asOf: null, rows: none };
  const { state, asOf } = stateFor(answer, subject);
  // Of what a caller can never see, what was put out of use is as if it had never been, on whatever day he asks about.
  const told = (all: SourceAnswer['rows'] | undefined): readonly RecordRow[] => {
    const list = all?.get(recordType.name)?.get(subject.id) ?? none;
    return shown || !list.some(wasLifted) ? list : list.filter((row) => !wasLifted(row));
  };
  const rows = told(answer.rows);
  const candidates = told(answer.candidates);
  // A record that may not be derived from is not absent: leaving it out would acquit by accident.
  if (
    !conditions.every((condition) => [...rows, ...candidates].every((row) => condition.holds({ row, today })))
  )
    return { recordType, state: 'DENIED', asOf, rows: none };
  if (state !== 'OK' && state !== 'STALE') return { recordType, state, asOf, rows: none };
  const gap = gapFor(answer.gaps, recordType.name, subject.id);
  const known = { recordType, state, asOf, rows, candidates, ...(gap === undefined ? {} : { gap }) };
  if (rows.length === 0) return known;
  const matchedBy = answer.methods?.get(recordType.name)?.get(subject.id) ?? 'EXACT';
  return { ...known, matchedBy };
}

const none: readonly RecordRow[] = [];
