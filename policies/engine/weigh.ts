// Weighs policies for one caller, purpose, action and field: whether each is in scope and what its conditions come
// to without a row. The decision table decides by it, and explanations tell by it, so that they cannot disagree.
import type { Catalogue, RecordField, RecordType } from '../../schema/catalogue.ts';
import { regionAncestors, type RegionCode } from '../../schema/identifiers/region-code.ts';
import type { AccessPolicy, PolicySet } from './access-policies.ts';
import type { Expression, Scope } from './cedar-json.ts';
import type { AccessAction } from './cedar-schema.ts';
import type { DecisionSubject } from './decision-table.ts';
import { type Known, type Partial, evaluate } from './evaluate.ts';
import { rowAttributes } from './row-values.ts';
import { type CedarValue, type Entity, entity, entityKey } from './values.ts';

/** A caller with its purpose, and the entities around it. */
export interface World {
  readonly known: Omit<Known, 'action' | 'resource'>;
  readonly principalAncestors: ReadonlySet<string>;
  /** Conditions that do not look at the field come to the same for all of them: worked out once, and shared. */
  readonly shared: Map<AccessPolicy, Partial>;
  /** Told wherever a policy could not be evaluated, and so denies. */
  readonly failed?: (() => void) | undefined;
}

/** The world as one caller has it under one purpose. */
export function worldFor(policySet: PolicySet, catalogue: Catalogue, subject: DecisionSubject): World {
  const { consumer, purpose } = subject;
  const principal = entity('Consumer', consumer.name);
  const roles = new Set<string>();
  const climb = (role: string): void => {
    if (roles.has(`Role::${role}`)) return;
    roles.add(`Role::${role}`);
    policySet.consumers.roles.get(role)?.forEach(climb);
  };
  consumer.roles.forEach(climb);
  const attributes = new Map<string, CedarValue>();
  if (consumer.agency !== undefined) attributes.set('agency', consumer.agency);
  if (consumer.region !== undefined) attributes.set('region', entity('Region', consumer.region));
  const none: ReadonlyMap<string, CedarValue> = new Map();
  const fieldAttributes = new Map<string, ReadonlyMap<string, CedarValue>>();
  for (const field of catalogue.coordinates.values()) {
    const { sharing, level, personal } = field.classification;
    const members = new Map<string, CedarValue>([
      ['sharing', sharing],
      ['level', BigInt(level)],
      ['personal', personal],
    ]);
    fieldAttributes.set(`Field::${field.coordinate}`, members);
  }
  const ancestors = new Map<string, ReadonlySet<string>>();
  return {
    principalAncestors: roles,
    shared: new Map(),
    known: {
      principal,
      context: new Map<string, CedarValue>([
        ['purpose', entity('Purpose', purpose.name)],
        ['caseGiven', subject.caseGiven],
        ['userGiven', subject.userGiven],
      ]),
      rowTypes: rowAttributes(catalogue),
      rowIs: 'context.row',
      attributesOf: (of) =>
        (of.type === 'Consumer' && of.id === consumer.name
          ? attributes
          : fieldAttributes.get(entityKey(of))) ?? none,
      ancestorsOf: (of) => {
        const key = entityKey(of);
        let found = ancestors.get(key);
        if (found === undefined) {
          found = ancestorsIn(catalogue, of, principal, roles);
          ancestors.set(key, found);
        }
        return found;
      },
    },
  };
}

function ancestorsIn(
  catalogue: Catalogue,
  of: Entity,
  principal: Entity,
  roles: ReadonlySet<string>,
): ReadonlySet<string> {
  if (of.type === 'Consumer' && of.id === principal.id) return roles;
  if (of.type === 'Region') {
    return new Set(regionAncestors(of.id as RegionCode).map((code) => `Region::${code}`));
  }
  if (of.type === 'Field') {
    const record = catalogue.records.get(of.id.split('.')[0]!);
    return record === undefined
      ? new Set()
      : new Set([`RecordType::${record.name}`, `Source::${record.source}`]);
  }
  if (of.type === 'RecordType') {
    const source = catalogue.records.get(of.id)?.source;
    return source === undefined ? new Set() : new Set([`Source::${source}`]);
  }
  return new Set();
}

/** A policy that may bear on a field, and its conditions as far as they can be told without a row. */
export interface Weighed {
  readonly policy: AccessPolicy;
  readonly when: Partial;
}

/** Policies that hold, or hold for some rows. `failed`: the first whose conditions are an error, which denies. */
export interface Weighing {
  readonly permits: readonly Weighed[];
  readonly forbids: readonly Weighed[];
  readonly failed?: AccessPolicy;
}

/** Weighs every policy of `policies` for one action on one field. */
export function weigh(
  world: World,
  policies: readonly AccessPolicy[],
  record: RecordType,
  field: RecordField,
  action: AccessAction,
): Weighing {
  const given = knownFor(world, field, action);
  const permits: Weighed[] = [];
  const forbids: Weighed[] = [];
  for (const policy of policies) {
    if (!inScope(policy, world, record, field, action)) continue;
    const when = conditionsOf(policy, world, given);
    if (when.kind === 'error') return { permits, forbids, failed: policy };
    if (when.kind === 'known' && when.value !== true) continue;
    (policy.policy.effect === 'permit' ? permits : forbids).push({ policy, when });
  }
  return { permits, forbids };
}

const looksAtField = new WeakMap<AccessPolicy, boolean>();

function conditionsOf(policy: AccessPolicy, world: World, given: Known): Partial {
  let own = looksAtField.get(policy);
  if (own === undefined) {
    own = /"Var":"(?:resource|action)"/.test(JSON.stringify(policy.policy.conditions));
    looksAtField.set(policy, own);
  }
  if (own) return evaluate(conditionOf(policy), given);
  let when = world.shared.get(policy);
  if (when === undefined) {
    when = evaluate(conditionOf(policy), given);
    world.shared.set(policy, when);
  }
  return when;
}

/** What is known about one action on one field when no row is. */
export function knownFor(world: World, field: RecordField, action: AccessAction): Known {
  return {
    ...world.known,
    action: entity('Action', action),
    resource: entity('Field', field.coordinate),
  };
}

/** Whether principal, action and resource of a policy include these. */
export function inScope(
  { policy }: AccessPolicy,
  world: World,
  record: RecordType,
  field: RecordField,
  action: AccessAction,
): boolean {
  const { principal, resource } = policy;
  const actions =
    policy.action.op === 'All'
      ? undefined
      : policy.action.op === '=='
        ? [policy.action.entity]
        : (policy.action.entities ?? [policy.action.entity!]);
  if (actions !== undefined && !actions.some(({ id }) => id === action)) return false;
  const fieldAncestors = new Set([`RecordType::${record.name}`, `Source::${record.source}`]);
  return (
    matches(principal, world.known.principal, world.principalAncestors) &&
    matches(resource, entity('Field', field.coordinate), fieldAncestors)
  );
}

function matches(scope: Scope, subject: Entity, ancestors: ReadonlySet<string>): boolean {
  switch (scope.op) {
    case 'All':
      return true;
    case '==':
      return scope.entity.type === subject.type && scope.entity.id === subject.id;
    case 'in':
      return entityKey(scope.entity) === entityKey(subject) || ancestors.has(entityKey(scope.entity));
    case 'is':
      return (
        scope.entity_type === subject.type &&
        (scope.in === undefined || matches({ op: 'in', entity: scope.in.entity }, subject, ancestors))
      );
  }
}

/** All conditions of a policy as one: `when` must hold, `unless` must not. */
export function conditionOf({ policy }: AccessPolicy): Expression {
  const parts = policy.conditions.map(({ kind, body }): Expression =>
    kind === 'when' ? body : { '!': { arg: body } },
  );
  return parts.reduceRight((right, left) => ({ '&&': { left, right } }), { Value: true } as Expression);
}
