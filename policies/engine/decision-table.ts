// Decides every coordinate before anything is fetched: (policy set, consumer, purpose) → table. A pure
// function; an error anywhere in an applicable policy is a denial of the field.
import type { Catalogue, Coordinate, MaskKind, RecordField, RecordType } from '../../schema/catalogue.ts';
import { regionAncestors, type RegionCode } from '../../schema/identifiers/region-code.ts';
import { stricter } from '../masks/mask.ts';
import { type AccessPolicy, type PolicySet } from './access-policies.ts';
import type { AccessAction } from './cedar-schema.ts';
import type { Scope } from './cedar-json.ts';
import type { Consumer, Purpose } from './consumers.ts';
import { type Known, type Partial, type RowFacts, evaluate, holds } from './evaluate.ts';
import { type PermittedFields, brandPermitted } from './permitted.ts';
import { rowAttributes } from './row-values.ts';
import { type CedarValue, type Entity, entity, entityKey } from './values.ts';

/** Why a field is withheld. Closed list, documented in docs/policies.md. */
export type DenialReason = 'NOT_PERMITTED' | 'FORBIDDEN' | 'POLICY_ERROR';

/** What becomes of one value of a row. */
export type FieldOutcome =
  { readonly kind: 'allow' } | { readonly kind: 'mask'; readonly mask: MaskKind } | Deny;
interface Deny {
  readonly kind: 'deny';
  readonly reason: DenialReason;
}

/** Decision for a coordinate: settled, or a function of the row. `policies`: ids of those that decided. */
export type Decision = { readonly policies: readonly string[] } & (
  | FieldOutcome
  | {
      readonly kind: 'row';
      readonly reads: ReadonlySet<string>;
      decide(facts: RowFacts): FieldOutcome;
    }
);

/** Whether facts may feed a verdict. */
export type DeriveDecision =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny'; readonly reason: DenialReason }
  | { readonly kind: 'row'; readonly reads: ReadonlySet<string>; holds(facts: RowFacts): boolean };

/** What a request may do with one record type. */
export interface RecordGrant {
  /** Whether any field of it may ever be shown. */
  readonly anyShown: boolean;
  /** Whether a row is visible at all: at least one of its fields is. */
  visible(facts: RowFacts): boolean;
  /** Fields a row's visibility depends on. */
  readonly visibilityReads: ReadonlySet<string>;
}

/** The caller as the policies see it, for one purpose. Case and user count only as given or not. */
export interface DecisionSubject {
  readonly consumer: Consumer;
  readonly purpose: Purpose;
  readonly caseGiven: boolean;
  readonly userGiven: boolean;
}

export interface DecisionTable {
  readonly policyVersion: string;
  readonly decisions: ReadonlyMap<Coordinate, Decision>;
  readonly derivations: ReadonlyMap<Coordinate, DeriveDecision>;
  readonly records: ReadonlyMap<string, RecordGrant>;
  /**
   * The only maker of PermittedFields: of the fields wanted to be shown (undefined: rows are not wanted at all)
   * and to be derived from, those the table permits, with the fields that only their conditions need.
   * Undefined where nothing of the record type is permitted, so that it is not asked for.
   */
  permit(
    record: RecordType,
    shown: Iterable<string> | undefined,
    derived: Iterable<string> | undefined,
  ): PermittedFields | undefined;
}

interface Authorisation {
  readonly kind: 'yes' | 'no' | 'open';
  readonly reason: DenialReason;
  readonly policies: readonly string[];
  readonly reads: ReadonlySet<string>;
  holds(facts: RowFacts): boolean;
  masks(facts: RowFacts): MaskKind | undefined;
}

/** Makes the table. Costs about a microsecond per coordinate, action and policy that touches it. */
export function makeDecisionTable(
  policySet: PolicySet,
  catalogue: Catalogue,
  subject: DecisionSubject,
): DecisionTable {
  const world = worldFor(policySet, catalogue, subject);
  const decisions = new Map<Coordinate, Decision>();
  const derivations = new Map<Coordinate, DeriveDecision>();
  const records = new Map<string, RecordGrant>();
  for (const record of catalogue.records.values()) {
    const own = policySet.policies.filter(({ source }) => source === record.source);
    for (const field of record.fields.values()) {
      decisions.set(field.coordinate, decideField(world, own, record, field));
      derivations.set(field.coordinate, asDerivation(authorise(world, own, record, field, 'derive')));
    }
    records.set(
      record.name,
      grantOf([...record.fields.values()].map((field) => decisions.get(field.coordinate)!)),
    );
  }
  return {
    policyVersion: policySet.version,
    decisions,
    derivations,
    records,
    permit: (record, shown, derived) => permit(record, shown, derived, { decisions, derivations, records }),
  };
}

function permit(
  record: RecordType,
  shown: Iterable<string> | undefined,
  derived: Iterable<string> | undefined,
  table: Pick<DecisionTable, 'decisions' | 'derivations' | 'records'>,
): PermittedFields | undefined {
  const fields = new Set<string>();
  let permitted = false;
  const grant = table.records.get(record.name);
  if (shown !== undefined && grant?.anyShown === true) {
    permitted = true;
    grant.visibilityReads.forEach((read) => fields.add(read));
    for (const name of shown) {
      const decision = table.decisions.get(`${record.name}.${name}`);
      if (decision === undefined || decision.kind === 'deny') continue;
      fields.add(name);
      if (decision.kind === 'row') decision.reads.forEach((read) => fields.add(read));
    }
  }
  for (const name of derived ?? []) {
    const decision = table.derivations.get(`${record.name}.${name}`);
    if (decision === undefined || decision.kind === 'deny') continue;
    permitted = true;
    fields.add(name);
    if (decision.kind === 'row') decision.reads.forEach((read) => fields.add(read));
  }
  if (!permitted) return undefined;
  return brandPermitted([...fields].filter((name) => record.fields.has(name)).sort());
}

interface World {
  readonly known: Omit<Known, 'action' | 'resource'>;
  readonly principalAncestors: ReadonlySet<string>;
}

function worldFor(policySet: PolicySet, catalogue: Catalogue, subject: DecisionSubject): World {
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

function decideField(
  world: World,
  policies: readonly AccessPolicy[],
  record: RecordType,
  field: RecordField,
): Decision {
  const read = authorise(world, policies, record, field, 'read');
  if (read.kind === 'yes') return { kind: 'allow', policies: read.policies };
  const masked = authorise(world, policies, record, field, 'readMasked');
  const fallback = field.classification.mask;
  const ids = [...new Set([...read.policies, ...masked.policies])];
  if (read.kind === 'no' && masked.kind === 'no') {
    const order: readonly DenialReason[] = ['POLICY_ERROR', 'FORBIDDEN', 'NOT_PERMITTED'];
    const reason = order.find((candidate) => candidate === read.reason || candidate === masked.reason)!;
    return { kind: 'deny', reason, policies: ids };
  }
  if (read.kind === 'no' && masked.kind === 'yes' && masked.reads.size === 0) {
    const mask = masked.masks({ row: {}, today: '' }) ?? fallback;
    return { kind: 'mask', mask, policies: ids };
  }
  return {
    kind: 'row',
    policies: ids,
    reads: new Set([...read.reads, ...masked.reads]),
    decide: (facts) => {
      if (read.kind !== 'no' && read.holds(facts)) return { kind: 'allow' };
      if (masked.kind !== 'no' && masked.holds(facts))
        return { kind: 'mask', mask: masked.masks(facts) ?? fallback };
      return { kind: 'deny', reason: 'FORBIDDEN' };
    },
  };
}

/** Cedar's decision for one action on one field: any forbid denies, else any permit allows, errors deny. */
function authorise(
  world: World,
  policies: readonly AccessPolicy[],
  record: RecordType,
  field: RecordField,
  action: AccessAction,
): Authorisation {
  const given: Known = {
    ...world.known,
    action: entity('Action', action),
    resource: entity('Field', field.coordinate),
  };
  const permits: { policy: AccessPolicy; when: Partial }[] = [];
  const forbids: { policy: AccessPolicy; when: Partial }[] = [];
  for (const policy of policies) {
    if (!inScope(policy, world, record, field, action)) continue;
    const when = conditionOf(policy, given);
    if (when.kind === 'error') return settled('no', 'POLICY_ERROR', [policy.id]);
    if (when.kind === 'known' && when.value !== true) continue;
    (policy.policy.effect === 'permit' ? permits : forbids).push({ policy, when });
  }
  const absolute = forbids.find(({ when }) => when.kind === 'known');
  if (absolute !== undefined) return settled('no', 'FORBIDDEN', [absolute.policy.id]);
  if (permits.length === 0) return settled('no', 'NOT_PERMITTED', []);
  const ids = [...permits, ...forbids].map(({ policy }) => policy.id);
  const everPermitted = permits.some(({ when }) => when.kind === 'known');
  const open = everPermitted && forbids.length === 0 ? [] : [...permits, ...forbids];
  const masks = (facts: RowFacts): MaskKind | undefined => {
    let mask: MaskKind | undefined;
    for (const { policy, when } of permits) {
      if (policy.mask === undefined || (when.kind === 'open' && holds(when, facts) !== true)) continue;
      mask = mask === undefined ? policy.mask : stricter(mask, policy.mask);
    }
    return mask;
  };
  const maskOpen = permits.some(({ policy, when }) => policy.mask !== undefined && when.kind === 'open');
  const reads = new Set<string>();
  for (const { when } of [...open, ...(maskOpen ? permits : [])]) {
    if (when.kind === 'open') when.reads.forEach((name) => reads.add(name));
  }
  return {
    kind: open.length === 0 ? 'yes' : 'open',
    reason: 'NOT_PERMITTED',
    policies: ids,
    reads,
    masks,
    holds: (facts) => {
      for (const { when } of forbids) if (when.kind === 'open' && holds(when, facts) !== false) return false;
      if (everPermitted) return true;
      let permitted = false;
      for (const { when } of permits) {
        const held = when.kind === 'open' ? holds(when, facts) : true;
        if (held === undefined) return false;
        permitted ||= held;
      }
      return permitted;
    },
  };
}

function settled(kind: 'no', reason: DenialReason, policies: readonly string[]): Authorisation {
  return { kind, reason, policies, reads: new Set(), holds: () => false, masks: () => undefined };
}

function asDerivation(authorisation: Authorisation): DeriveDecision {
  switch (authorisation.kind) {
    case 'yes':
      return { kind: 'allow' };
    case 'no':
      return { kind: 'deny', reason: authorisation.reason };
    case 'open':
      return { kind: 'row', reads: authorisation.reads, holds: (facts) => authorisation.holds(facts) };
  }
}

function inScope(
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
function conditionOf({ policy }: AccessPolicy, given: Known): Partial {
  const parts = policy.conditions.map(({ kind, body }) => (kind === 'when' ? body : { '!': { arg: body } }));
  const whole = parts.reduceRight((right, left) => ({ '&&': { left, right } }), { Value: true } as object);
  return evaluate(whole, given);
}

function grantOf(decisions: readonly Decision[]): RecordGrant {
  if (decisions.some(({ kind }) => kind === 'allow' || kind === 'mask')) {
    return { anyShown: true, visible: () => true, visibilityReads: new Set() };
  }
  const open = decisions.filter((decision) => decision.kind === 'row');
  const reads = new Set<string>();
  for (const decision of open) decision.reads.forEach((name) => reads.add(name));
  return {
    anyShown: open.length > 0,
    visibilityReads: reads,
    visible: (facts) => open.some((decision) => decision.decide(facts).kind !== 'deny'),
  };
}
