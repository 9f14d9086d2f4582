// Explains a coordinate for one caller and purpose: what becomes of it, by which policies, on what condition, and
// what would have to be different for more.
import { type AccessAction, wholeAction } from '../../policies/engine/cedar-schema.ts';
import type { DecisionSubject, DenialReason } from '../../policies/engine/decision-table.ts';
import {
  type DecidingPolicy,
  type Deliberation,
  type Showing,
  deliberateFor,
  recordOf,
} from '../../policies/engine/deliberation.ts';
import type { Expression } from '../../policies/engine/cedar-json.ts';
import { type Change, type Needs, findNeedsFor } from '../../policies/engine/needs.ts';
import { printExpression } from '../../policies/engine/print-cedar.ts';
import type { MaskKind, RecordField } from '../../schema/catalogue.ts';
import type { PolicySnapshot } from '../request/snapshot.ts';

/** A policy that decided. `condition`: Cedar over the row; null where it holds for every row. */
export interface ExplainedPolicy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** English, then Chinese. */
  readonly says: string;
  readonly file: string;
  readonly line: number;
  readonly condition: string | null;
}

/** How it is shown; the first whose condition holds counts. */
export interface ExplainedShowing {
  readonly as: 'WHOLE' | MaskKind;
  readonly condition: string | null;
}

/** Policies that would permit the action after all of these changes together. */
export interface NeededChanges {
  readonly action: AccessAction;
  readonly policy: string;
  readonly changes: readonly Change[];
  readonly condition: string | null;
}

/** A policy that permits the action to others, and more than one change away. `asks`: it, as it is written. */
export interface FarPolicy {
  readonly policy: string;
  readonly asks: string;
}

export interface Explanation {
  readonly coordinate: string;
  readonly decision: 'allow' | 'mask' | 'row' | 'deny';
  /** The mask, where it is shown masked to every row. */
  readonly mask: MaskKind | null;
  readonly reason: DenialReason | null;
  readonly showings: readonly ExplainedShowing[];
  readonly policies: readonly ExplainedPolicy[];
  readonly needed: readonly NeededChanges[];
  readonly others: readonly FarPolicy[];
  readonly derive: {
    readonly decision: 'allow' | 'row' | 'deny';
    readonly condition: string | null;
    readonly policies: readonly ExplainedPolicy[];
    readonly needed: readonly NeededChanges[];
  };
}

/** Explains coordinates of one caller under one purpose; undefined for one that does not exist. */
export interface Explainer {
  explain(coordinate: string): Explanation | undefined;
}

export function explainFor({ catalogue, policies }: PolicySnapshot, subject: DecisionSubject): Explainer {
  const { policySet } = policies;
  const deliberator = deliberateFor(policySet, catalogue, subject);
  const finder = findNeedsFor(policySet, catalogue, subject);
  const explained = new Map<string, Explanation>();
  const explainField = (field: RecordField): Explanation => {
    const { coordinate, outcome, showings, reason, policies: deciding, derive } = deliberator.about(field);
    const more = actionsForMore(
      outcome,
      showings.some(({ as }) => as === 'WHOLE'),
      wholeAction(recordOf(catalogue, field).name),
    );
    const { ways, others } = finder.needsOf(field, more);
    const deriveWays = derive.kind === 'no' ? finder.needsOf(field, ['derive']).ways : [];
    return {
      coordinate,
      decision: outcome,
      mask: outcome === 'mask' ? (showings[0]!.as as MaskKind) : null,
      reason: reason ?? null,
      showings: explainShowings(showings),
      policies: deciding.map(explainPolicy),
      needed: neededOf(ways),
      others: others.map(({ id, text }) => ({ policy: id, asks: withoutAnnotations(text) })),
      derive: { ...explainDerive(derive), needed: neededOf(deriveWays) },
    };
  };
  return {
    explain: (coordinate) => {
      const field = catalogue.coordinates.get(coordinate);
      if (field === undefined) return undefined;
      const explanation = explained.get(coordinate) ?? explainField(field);
      explained.set(coordinate, explanation);
      return explanation;
    },
  };
}

/** What one could still want: to see it at all, or to see it whole. */
function actionsForMore(
  outcome: Explanation['decision'],
  whole: boolean,
  toHave: AccessAction,
): readonly AccessAction[] {
  if (outcome === 'deny') return [toHave, 'readMasked'];
  return outcome === 'allow' || whole ? [] : [toHave];
}

function explainPolicy({ policy, condition }: DecidingPolicy): ExplainedPolicy {
  return {
    id: policy.id,
    effect: policy.policy.effect,
    says: policy.annotations['says'] ?? '',
    file: policy.file,
    line: policy.line,
    condition: textOf(condition),
  };
}

export function explainShowings(showings: readonly Showing[]): readonly ExplainedShowing[] {
  return showings.map(({ as, condition }) => ({ as, condition: textOf(condition) }));
}

/** Whether facts may feed a verdict, in words. */
export function explainDerive(derive: Deliberation): Omit<Explanation['derive'], 'needed'> {
  return {
    decision: derive.kind === 'yes' ? 'allow' : derive.kind === 'no' ? 'deny' : 'row',
    condition: derive.kind === 'row' ? textOf(derive.condition) : null,
    policies: derive.policies.map(explainPolicy),
  };
}

function neededOf(ways: Needs['ways']): NeededChanges[] {
  return ways.map(({ action, policy, changes, condition }) => ({
    action,
    policy: policy.id,
    changes,
    condition: textOf(condition),
  }));
}

const textOf = (condition: Expression | undefined): string | null =>
  condition === undefined || condition.Value === true ? null : printExpression(condition);

/** A policy's text on one line, without what is said about it. */
function withoutAnnotations(text: string): string {
  return text
    .slice(text.search(/^(?:permit|forbid)\b/m))
    .replaceAll(/\s+/g, ' ')
    .replaceAll('( ', '(')
    .replaceAll(' )', ')');
}
