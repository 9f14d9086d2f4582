// Tells how a decision came about: which policies decided, and what is left of their conditions. Agrees with the
// decision table, which decides by the same weighing.
import type { Catalogue, MaskKind, RecordField, RecordType } from '../../schema/catalogue.ts';
import { maskKinds } from '../masks/mask.ts';
import type { AccessPolicy, PolicySet } from './access-policies.ts';
import type { Expression } from './cedar-json.ts';
import { type AccessAction, wholeAction } from './cedar-schema.ts';
import type { DecisionSubject, DenialReason } from './decision-table.ts';
import { allOf, anyOf, not, residualOf } from './residual.ts';
import { type Weighed, type World, conditionOf, knownFor, weigh, worldFor } from './weigh.ts';

/** A policy that decided. `condition`: what must still hold of the row; absent where it holds for every row. */
export interface DecidingPolicy {
  readonly policy: AccessPolicy;
  readonly condition?: Expression;
}

/** The answer to one action on one field: for every row, for none, or for those of `condition`. */
export type Deliberation = { readonly policies: readonly DecidingPolicy[] } & (
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly reason: DenialReason }
  | { readonly kind: 'row'; readonly condition: Expression }
);

/** How a field is shown: whole, or through a mask; to every row or where `condition` holds. */
export interface Showing {
  readonly as: 'WHOLE' | MaskKind;
  readonly condition?: Expression;
  readonly policies: readonly DecidingPolicy[];
}

/** How one field came to be shown or not, and whether its facts may feed a verdict. */
export interface FieldDeliberation {
  readonly coordinate: string;
  readonly outcome: 'allow' | 'mask' | 'row' | 'deny';
  /** The first whose condition holds counts; none for a denial. */
  readonly showings: readonly Showing[];
  readonly reason?: DenialReason;
  /** Everything that decided about showing it. */
  readonly policies: readonly DecidingPolicy[];
  readonly derive: Deliberation;
}

/** Policies of one caller and purpose, ready to be asked about any field. */
export interface Deliberator {
  readonly subject: DecisionSubject;
  about(field: RecordField): FieldDeliberation;
  onAction(field: RecordField, action: AccessAction): Deliberation;
}

export function deliberateFor(
  policySet: PolicySet,
  catalogue: Catalogue,
  subject: DecisionSubject,
): Deliberator {
  const world = worldFor(policySet, catalogue, subject);
  const bySource = new Map<string, AccessPolicy[]>();
  for (const policy of policySet.policies) {
    bySource.set(policy.source, [...(bySource.get(policy.source) ?? []), policy]);
  }
  const onAction = (field: RecordField, action: AccessAction): Deliberation => {
    const record = recordOf(catalogue, field);
    return deliberate(world, bySource.get(record.source) ?? [], record, field, action);
  };
  const about = (field: RecordField): FieldDeliberation => {
    const { coordinate } = field;
    const derive = onAction(field, 'derive');
    const read = onAction(field, wholeAction(recordOf(catalogue, field).name));
    const base = { coordinate, derive };
    if (read.kind === 'yes') {
      const { policies } = read;
      return { ...base, outcome: 'allow', showings: [{ as: 'WHOLE', policies }], policies };
    }
    const masked = onAction(field, 'readMasked');
    const policies = [
      ...new Map([...read.policies, ...masked.policies].map((one) => [one.policy.id, one])).values(),
    ];
    if (read.kind === 'no' && masked.kind === 'no') {
      const order: readonly DenialReason[] = ['POLICY_ERROR', 'FORBIDDEN', 'NOT_PERMITTED'];
      const reason = order.find((one) => one === read.reason || one === masked.reason)!;
      return { ...base, outcome: 'deny', showings: [], reason, policies };
    }
    const showings: Showing[] = [];
    if (read.kind === 'row') {
      showings.push({ as: 'WHOLE', condition: read.condition, policies: read.policies });
    }
    if (masked.kind !== 'no') showings.push(...maskedShowings(masked, field.classification.mask));
    const settled = showings.length === 1 && showings[0]!.condition === undefined;
    return { ...base, outcome: settled ? 'mask' : 'row', showings, policies };
  };
  return { subject, about, onAction };
}

export function recordOf(catalogue: Catalogue, { coordinate }: RecordField): RecordType {
  return catalogue.records.get(coordinate.split('.')[0]!)!;
}

function deliberate(
  world: World,
  policies: readonly AccessPolicy[],
  record: RecordType,
  field: RecordField,
  action: AccessAction,
): Deliberation {
  const { permits, forbids, failed } = weigh(world, policies, record, field, action);
  if (failed !== undefined) return { kind: 'no', reason: 'POLICY_ERROR', policies: [{ policy: failed }] };
  const absolute = forbids.find(({ when }) => when.kind === 'known');
  if (absolute !== undefined) {
    return { kind: 'no', reason: 'FORBIDDEN', policies: [{ policy: absolute.policy }] };
  }
  const given = knownFor(world, field, action);
  const decided = ({ policy, when }: Weighed): DecidingPolicy =>
    when.kind === 'known' ? { policy } : { policy, condition: residualOf(conditionOf(policy), given) };
  if (permits.length === 0) return { kind: 'no', reason: 'NOT_PERMITTED', policies: [] };
  const always = permits.filter(({ when }) => when.kind === 'known');
  // A permit for some rows adds nothing to a permit for all of them, but for its own mask.
  const own = action === 'readMasked' ? permits : always.length > 0 ? always : permits;
  const permitting = own.map(decided);
  const forbidding = forbids.map(decided);
  const all = [...permitting, ...forbidding];
  if (always.length > 0 && forbids.length === 0) return { kind: 'yes', policies: all };
  const condition = allOf([
    anyOf(permitting.map((one) => one.condition ?? { Value: true })),
    ...forbidding.map((one) => not(one.condition ?? { Value: true })),
  ]);
  return { kind: 'row', condition, policies: all };
}

/** One showing for each mask in play. Where several hold for a row the strictest counts, so it comes first. */
function maskedShowings(masked: Exclude<Deliberation, { kind: 'no' }>, fallback: MaskKind): Showing[] {
  const permits = masked.policies.filter(({ policy }) => policy.policy.effect === 'permit');
  const forbids = masked.policies.filter(({ policy }) => policy.policy.effect === 'forbid');
  const explicit = permits.filter(({ policy }) => policy.mask !== undefined);
  const inPlay = new Set(explicit.map(({ policy }) => policy.mask));
  const showings: Showing[] = [];
  const push = (as: MaskKind, own: readonly DecidingPolicy[]): void => {
    const condition = allOf([
      anyOf(own.map((one) => one.condition ?? { Value: true })),
      ...forbids.map((one) => not(one.condition ?? { Value: true })),
    ]);
    const policies = [...own, ...forbids];
    showings.push(condition.Value === true ? { as, policies } : { as, condition, policies });
  };
  for (const mask of maskKinds.filter((kind) => inPlay.has(kind))) {
    push(
      mask,
      explicit.filter(({ policy }) => policy.mask === mask),
    );
    if (showings.at(-1)!.condition === undefined) return showings;
  }
  const plain = permits.filter(({ policy }) => policy.mask === undefined);
  if (plain.length > 0) push(fallback, plain);
  return showings;
}
