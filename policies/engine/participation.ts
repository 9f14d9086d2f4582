// Counts what each policy decides over every consumer, purpose, field and action: a policy that decides nothing is
// dead, and misleads whoever reads it.
import type { Catalogue, RecordField } from '../../schema/catalogue.ts';
import type { AccessPolicy, PolicySet } from './access-policies.ts';
import { type AccessAction, accessActions } from './cedar-schema.ts';
import { type Purpose, touches } from './consumers.ts';
import type { DecisionSubject } from './decision-table.ts';
import { type Deliberator, deliberateFor } from './deliberation.ts';
import { isAdmissible } from './needs.ts';
import { printExpression } from './print-cedar.ts';

/** One policy's part. A cell is a consumer, a purpose it holds, a field and an action. */
export interface Participation {
  readonly policy: AccessPolicy;
  /** Cells in whose decision it takes part. 0: it is dead. */
  readonly cells: number;
  /** Cells whose outcome would be another without it. 0 though it takes part: others say the same. */
  readonly alone: number;
  /** `consumer / purpose` of the cells it takes part in. */
  readonly where: readonly string[];
}

/** In the order of the policies. Tries every admissible combination of case number and user. */
export function participationOf(policySet: PolicySet, catalogue: Catalogue): readonly Participation[] {
  const whole = admissibleSubjects(policySet).map((subject) => {
    const deliberator = deliberateFor(policySet, catalogue, subject);
    return { subject, place: placeOf(subject), cells: cellsOf(deliberator, catalogue, subject.purpose) };
  });
  return policySet.policies.map((policy) => {
    const rest = { ...policySet, policies: policySet.policies.filter((other) => other !== policy) };
    const [cells, alone, where] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const { subject, place, cells: all } of whole) {
      const own = all.filter(({ policies }) => policies.includes(policy.id));
      if (own.length === 0) continue;
      where.add(place);
      const without = deliberateFor(rest, catalogue, subject);
      // The cells of a field stand together.
      let about: { readonly field: RecordField; readonly of: ReturnType<Deliberator['about']> } | undefined;
      for (const { field, action, outcome } of own) {
        const cell = `${place} ${field.coordinate} ${action}`;
        cells.add(cell);
        if (about?.field !== field) about = { field, of: without.about(field) };
        if (cellOf(without, field, about.of, action).outcome !== outcome) alone.add(cell);
      }
    }
    return { policy, cells: cells.size, alone: alone.size, where: [...where] };
  });
}

interface Cell {
  readonly field: RecordField;
  readonly action: AccessAction;
  readonly outcome: string;
  readonly policies: readonly string[];
}

function cellsOf(deliberator: Deliberator, catalogue: Catalogue, purpose: Purpose): readonly Cell[] {
  return [...catalogue.records.values()]
    .filter(({ source }) => touches(purpose, source))
    .flatMap(({ fields }) => [...fields.values()])
    .flatMap((field) => {
      const about = deliberator.about(field);
      return accessActions.map((action) => cellOf(deliberator, field, about, action));
    });
}

function cellOf(
  deliberator: Deliberator,
  field: RecordField,
  { outcome, showings }: ReturnType<Deliberator['about']>,
  action: AccessAction,
): Cell {
  // Where it is shown whole nobody asks whether it may be shown masked.
  if (action === 'readMasked' && outcome === 'allow') return { field, action, outcome, policies: [] };
  const { policies, ...answer } = deliberator.onAction(field, action);
  const masks = action === 'readMasked' ? showings.map(({ as }) => as).join(' ') : '';
  const condition = answer.kind === 'row' ? printExpression(answer.condition) : '';
  return {
    field,
    action,
    outcome: `${answer.kind} ${masks} ${condition}`,
    policies: policies.map(({ policy }) => policy.id),
  };
}

function admissibleSubjects({ consumers }: PolicySet): readonly DecisionSubject[] {
  return [...consumers.consumers.values()].flatMap((consumer) =>
    consumer.purposes.flatMap((name) => {
      const purpose = consumers.purposes.get(name)!;
      return [false, true].flatMap((caseGiven) =>
        [false, true].flatMap((userGiven) =>
          isAdmissible(purpose, caseGiven, userGiven) ? [{ consumer, purpose, caseGiven, userGiven }] : [],
        ),
      );
    }),
  );
}

const placeOf = ({ consumer, purpose }: DecisionSubject): string => `${consumer.name} / ${purpose.name}`;
