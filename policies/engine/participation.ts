// Counts what each policy decides over every consumer, purpose, field and action: a policy that decides nothing is
// dead, and misleads whoever reads it.
import type { Catalogue } from '../../schema/catalogue.ts';
import type { AccessPolicy, PolicySet } from './access-policies.ts';
import { accessActions } from './cedar-schema.ts';
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
  const subjects = admissibleSubjects(policySet);
  const whole = subjects.map((subject) => deliberateFor(policySet, catalogue, subject));
  const cells = new Map<string, Set<string>>();
  const where = new Map<string, Set<string>>();
  const add = (map: Map<string, Set<string>>, id: string, what: string): void => {
    const set = map.get(id) ?? new Set<string>();
    map.set(id, set.add(what));
  };
  for (const deliberator of whole) {
    const place = placeOf(deliberator.subject);
    for (const [cell, { policies }] of cellsOf(deliberator, catalogue)) {
      for (const id of policies) {
        add(cells, id, `${place} ${cell}`);
        add(where, id, place);
      }
    }
  }
  return policySet.policies.map((policy) => ({
    policy,
    cells: cells.get(policy.id)?.size ?? 0,
    alone: cells.has(policy.id) ? changedWithout(policy, policySet, catalogue, whole) : 0,
    where: [...(where.get(policy.id) ?? [])],
  }));
}

/** Cells it takes part in whose outcome is another without it. */
function changedWithout(
  policy: AccessPolicy,
  policySet: PolicySet,
  catalogue: Catalogue,
  whole: readonly Deliberator[],
): number {
  const rest = { ...policySet, policies: policySet.policies.filter((other) => other !== policy) };
  const changed = new Set<string>();
  for (const deliberator of whole) {
    const without = cellsOf(deliberateFor(rest, catalogue, deliberator.subject), catalogue, policy.source);
    const before = cellsOf(deliberator, catalogue, policy.source);
    for (const [cell, { outcome, policies }] of before) {
      if (!policies.includes(policy.id) || without.get(cell)?.outcome === outcome) continue;
      changed.add(`${placeOf(deliberator.subject)} ${cell}`);
    }
  }
  return changed.size;
}

interface Cell {
  readonly outcome: string;
  readonly policies: readonly string[];
}

/** Field and action → what is decided and by which policies, of one source or of all. */
function cellsOf(deliberator: Deliberator, catalogue: Catalogue, source?: string): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const record of catalogue.records.values()) {
    if (source !== undefined && record.source !== source) continue;
    for (const field of record.fields.values()) {
      const shown = deliberator.about(field);
      for (const action of accessActions) {
        // Where it is shown whole nobody asks whether it may be shown masked.
        if (action === 'readMasked' && shown.outcome === 'allow') continue;
        const { policies, ...answer } = deliberator.onAction(field, action);
        const masks = action === 'readMasked' ? shown.showings.map(({ as }) => as).join(' ') : '';
        const condition = answer.kind === 'row' ? printExpression(answer.condition) : '';
        cells.set(`${field.coordinate} ${action}`, {
          outcome: `${answer.kind} ${masks} ${condition}`,
          policies: policies.map(({ policy }) => policy.id),
        });
      }
    }
  }
  return cells;
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
