// Tells what would have to be different for a field to be shown: found by trying other purposes, case numbers,
// users and roles, and keeping the smallest changes after which a policy permits.
import type { Catalogue, RecordField } from '../../schema/catalogue.ts';
import { type AccessPolicy, type PolicySet, covers } from './access-policies.ts';
import type { Expression } from './cedar-json.ts';
import type { AccessAction } from './cedar-schema.ts';
import type { Purpose } from './consumers.ts';
import type { DecisionSubject } from './decision-table.ts';
import { type Deliberator, deliberateFor, recordOf } from './deliberation.ts';
import { allOf, not } from './residual.ts';

/** One thing that would be different. `held`: whether the consumer holds the purpose already. */
export type Change =
  | { readonly kind: 'purpose'; readonly purpose: string; readonly held: boolean }
  | { readonly kind: 'case' }
  | { readonly kind: 'user' }
  | { readonly kind: 'role'; readonly role: string };

/** After these changes together the policy permits the action, where a condition is left: for those rows. */
export interface Way {
  readonly policy: AccessPolicy;
  readonly action: AccessAction;
  readonly changes: readonly Change[];
  readonly condition?: Expression;
}

export interface Needs {
  /** Fewest changes first. */
  readonly ways: readonly Way[];
  /** Policies that permit the action to some consumer, but not to this one after any one change of each kind. */
  readonly others: readonly AccessPolicy[];
}

export interface NeedFinder {
  /** What is needed for one of `actions` on the field. */
  needsOf(field: RecordField, actions: readonly AccessAction[]): Needs;
}

const always: Expression = { Value: true };

interface Variant {
  readonly changes: readonly Change[];
  /** Those that the purpose does not demand anyway: by them ways are compared. */
  readonly free: readonly Change[];
  readonly deliberator: () => Deliberator;
}

/** Tries every purpose, a case number, a user and every role, one of each kind at most. */
export function findNeedsFor(
  policySet: PolicySet,
  catalogue: Catalogue,
  subject: DecisionSubject,
): NeedFinder {
  const { roles } = policySet.consumers;
  const variants = variantsOf(policySet, catalogue, subject);
  let everybody: readonly Deliberator[] | undefined;
  const permitsSomebody = (policy: AccessPolicy, field: RecordField, action: AccessAction): boolean => {
    everybody ??= registeredSubjects(policySet).map((one) => deliberateFor(policySet, catalogue, one));
    return everybody.some((deliberator) =>
      deliberator.onAction(field, action).policies.some((one) => one.policy === policy),
    );
  };
  return {
    needsOf: (field, actions) => {
      const { name, source } = recordOf(catalogue, field);
      const ways: Way[] = [];
      const others: AccessPolicy[] = [];
      for (const action of actions) {
        const candidates = policySet.policies.filter(
          ({ policy }) =>
            policy.effect === 'permit' &&
            covers(policy.resource, field, name, source) &&
            speaksOf(policy.action, action),
        );
        if (candidates.length === 0) continue;
        const found: (Way & { readonly free: readonly Change[] })[] = [];
        for (const { changes, free, deliberator } of variants) {
          const { kind, policies } = deliberator().onAction(field, action);
          if (kind === 'no') continue;
          const forbids = policies.filter(({ policy }) => policy.policy.effect === 'forbid');
          for (const { policy, condition: own = always } of policies) {
            if (policy.policy.effect !== 'permit') continue;
            const known = found.filter((way) => way.policy === policy);
            if (known.some((way) => way.free.every((one) => includes(free, one, roles)))) continue;
            const condition = allOf([own, ...forbids.map(({ condition: of = always }) => not(of))]);
            found.push({ policy, action, changes, free, ...(condition.Value === true ? {} : { condition }) });
          }
        }
        ways.push(...found.map(({ free: _free, ...way }) => way));
        const far = candidates.filter((policy) => found.every((way) => way.policy !== policy));
        if (far.length > 0) others.push(...far.filter((policy) => permitsSomebody(policy, field, action)));
      }
      ways.sort((a, b) => a.changes.length - b.changes.length);
      return { ways, others };
    },
  };
}

type RoleTree = ReadonlyMap<string, readonly string[]>;

/** Fewest changes first, and a role before those that lie within it. */
function variantsOf(
  policySet: PolicySet,
  catalogue: Catalogue,
  subject: DecisionSubject,
): readonly Variant[] {
  const { consumers } = policySet;
  const { consumer } = subject;
  const roleNames = [...consumers.roles.keys()].sort(
    (a, b) => lineage(a, consumers.roles).size - lineage(b, consumers.roles).size,
  );
  const held = new Set(consumer.roles.flatMap((role) => [...lineage(role, consumers.roles)]));
  const variants: Variant[] = [];
  for (const purpose of consumers.purposes.values()) {
    // What is for subjects themselves is no way for a system that serves somebody else.
    if (purpose.ownSubjectOnly && !consumer.purposes.includes(purpose.name)) continue;
    for (const role of [undefined, ...roleNames.filter((name) => !held.has(name))]) {
      for (const caseGiven of subject.caseGiven ? [true] : [false, true]) {
        for (const userGiven of subject.userGiven ? [true] : [false, true]) {
          if (!isAdmissible(purpose, caseGiven, userGiven)) continue;
          const changes: Change[] = [];
          if (purpose.name !== subject.purpose.name) {
            const holds = consumer.purposes.includes(purpose.name);
            changes.push({ kind: 'purpose', purpose: purpose.name, held: holds });
          }
          if (caseGiven !== subject.caseGiven) changes.push({ kind: 'case' });
          if (userGiven !== subject.userGiven) changes.push({ kind: 'user' });
          if (role !== undefined) changes.push({ kind: 'role', role });
          const as = role === undefined ? consumer : { ...consumer, roles: [...consumer.roles, role] };
          const changed = { consumer: as, purpose, caseGiven, userGiven };
          let made: Deliberator | undefined;
          const deliberator = (): Deliberator => (made ??= deliberateFor(policySet, catalogue, changed));
          const free = changes.filter(
            ({ kind }) =>
              !(kind === 'case' && purpose.caseRequired) && !(kind === 'user' && purpose.userRequired),
          );
          variants.push({ changes, free, deliberator });
        }
      }
    }
  }
  return variants.sort((a, b) => a.free.length - b.free.length || a.changes.length - b.changes.length);
}

/** Every consumer under every purpose it holds, with all that a request may declare. */
function registeredSubjects({ consumers }: PolicySet): readonly DecisionSubject[] {
  return [...consumers.consumers.values()].flatMap((consumer) =>
    consumer.purposes.map((name) => ({
      consumer,
      purpose: consumers.purposes.get(name)!,
      caseGiven: true,
      userGiven: true,
    })),
  );
}

/** Whether a request under the purpose would be admitted. */
export function isAdmissible(purpose: Purpose, caseGiven: boolean, userGiven: boolean): boolean {
  return (caseGiven || !purpose.caseRequired) && (userGiven || !purpose.userRequired);
}

function includes(changes: readonly Change[], wanted: Change, roles: RoleTree): boolean {
  return changes.some((change) => {
    if (change.kind === 'purpose' && wanted.kind === 'purpose') return change.purpose === wanted.purpose;
    if (change.kind === 'role' && wanted.kind === 'role') return lineage(change.role, roles).has(wanted.role);
    return change.kind === wanted.kind && change.kind !== 'purpose' && change.kind !== 'role';
  });
}

/** A role and all it lies within. */
function lineage(role: string, roles: RoleTree, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(role)) return seen;
  seen.add(role);
  roles.get(role)?.forEach((parent) => lineage(parent, roles, seen));
  return seen;
}

function speaksOf(scope: AccessPolicy['policy']['action'], action: AccessAction): boolean {
  if (scope.op === 'All') return true;
  const entities = scope.op === '==' ? [scope.entity] : (scope.entities ?? [scope.entity!]);
  return entities.some(({ id }) => id === action);
}
