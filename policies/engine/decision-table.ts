// Decides every coordinate before anything is fetched: (policy set, consumer, purpose) → table. A pure
// function; an error anywhere in an applicable policy is a denial of the field.
import type { Catalogue, Coordinate, MaskKind, RecordField, RecordType } from '../../schema/catalogue.ts';
import { stricter } from '../masks/mask.ts';
import { type AccessPolicy, type PolicySet } from './access-policies.ts';
import { type AccessAction, wholeAction } from './cedar-schema.ts';
import type { Consumer, Purpose } from './consumers.ts';
import { type RowFacts, holds } from './evaluate.ts';
import { type PermittedFields, brandPermitted } from './permitted.ts';
import { type RowFilter, type Rows, both, either, everyRow, filterOf, rowsWhere } from './row-filter.ts';
import { type World, weigh, worldFor } from './weigh.ts';

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
      /** At least the rows of a day for which it does not deny. */
      rowsShown(today: string): Rows;
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
  /** Whether every row is visible: some field is, whatever the row. */
  readonly always: boolean;
  /** Whether a row is visible at all: at least one of its fields is. */
  visible(facts: RowFacts): boolean;
  /** Fields a row's visibility depends on. */
  readonly visibilityReads: ReadonlySet<string>;
  /** At least the rows that are visible on a day. */
  rowsVisible(today: string): Rows;
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
  /**
   * The only maker of RowFilter: what every row of a record type meets that could be shown on `today`. Undefined
   * where the source had better answer with all rows.
   * INVARIANT: none where the record type is judged, that is, a verdict of the same request reads it. A row that
   * may not be seen must still count, and a row that may not be derived from must be met to make the evidence
   * DENIED; were it left out, a verdict would read clean by accident. A condition on `derive` is never a filter.
   */
  filterFor(record: RecordType, judged: boolean, today: string): RowFilter | undefined;
}

interface Authorisation {
  readonly kind: 'yes' | 'no' | 'open';
  readonly reason: DenialReason;
  readonly policies: readonly string[];
  readonly reads: ReadonlySet<string>;
  holds(facts: RowFacts): boolean;
  masks(facts: RowFacts): MaskKind | undefined;
  rows(today: string): Rows;
}

/**
 * Makes the table. Costs about a microsecond per coordinate, action and policy that touches it. `onError` is told of
 * every evaluation that errs, now or for a row later; it decides nothing.
 */
export function makeDecisionTable(
  policySet: PolicySet,
  catalogue: Catalogue,
  subject: DecisionSubject,
  onError?: () => void,
): DecisionTable {
  const world: World = { ...worldFor(policySet, catalogue, subject), failed: onError };
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
    filterFor: filtersOf(records),
  };
}

const withOneMore = new WeakMap<PermittedFields, Map<string, PermittedFields>>();

/**
 * The fields of a step with one that only a condition needs: by it the rows are found that a remedy concerns. Whoever
 * fetches it must drop it again; the same list for the same fields, by which others remember what it comes to.
 */
export function withCondition(fields: PermittedFields, record: RecordType, name: string): PermittedFields {
  if (fields.includes(name) || !record.fields.has(name)) return fields;
  const known = withOneMore.get(fields) ?? new Map<string, PermittedFields>();
  withOneMore.set(fields, known);
  let more = known.get(name);
  if (more === undefined) known.set(name, (more = brandPermitted([...fields, name].sort())));
  return more;
}

/** Made once per record type and day: the filter is one object, by which others may remember what it comes to. */
function filtersOf(records: ReadonlyMap<string, RecordGrant>): DecisionTable['filterFor'] {
  const made = new Map<string, { readonly today: string; readonly filter: RowFilter | undefined }>();
  return (record, judged, today) => {
    if (judged) return undefined;
    const known = made.get(record.name);
    if (known?.today === today) return known.filter;
    const grant = records.get(record.name);
    const filter = grant === undefined ? undefined : filterOf(grant.rowsVisible(today));
    made.set(record.name, { today, filter });
    return filter;
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

const allowed: FieldOutcome = Object.freeze({ kind: 'allow' });
const forbidden: FieldOutcome = Object.freeze({ kind: 'deny', reason: 'FORBIDDEN' });

function decideField(
  world: World,
  policies: readonly AccessPolicy[],
  record: RecordType,
  field: RecordField,
): Decision {
  const read = authorise(world, policies, record, field, wholeAction(record.name));
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
      if (read.kind !== 'no' && read.holds(facts)) return allowed;
      if (masked.kind !== 'no' && masked.holds(facts))
        return { kind: 'mask', mask: masked.masks(facts) ?? fallback };
      return forbidden;
    },
    rowsShown: (today) => either(read.rows(today), masked.rows(today)),
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
  const { permits, forbids, failed } = weigh(world, policies, record, field, action);
  if (failed !== undefined) {
    world.failed?.();
    return settled('no', 'POLICY_ERROR', [failed.id]);
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
    rows: (today) => {
      const permitted = permits.map(({ when }) => rowsWhere(when, true, today)).reduce(either);
      return forbids.map(({ when }) => rowsWhere(when, false, today)).reduce(both, permitted);
    },
    holds: (facts) => {
      for (const { when } of forbids) {
        const held = when.kind === 'open' ? holds(when, facts) : false;
        if (held === undefined) world.failed?.();
        if (held !== false) return false;
      }
      if (everPermitted) return true;
      let permitted = false;
      for (const { when } of permits) {
        const held = when.kind === 'open' ? holds(when, facts) : true;
        if (held === undefined) {
          world.failed?.();
          return false;
        }
        permitted ||= held;
      }
      return permitted;
    },
  };
}

function settled(kind: 'no', reason: DenialReason, policies: readonly string[]): Authorisation {
  return {
    kind,
    reason,
    policies,
    reads: new Set(),
    holds: () => false,
    masks: () => undefined,
    rows: () => 'none',
  };
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

function grantOf(decisions: readonly Decision[]): RecordGrant {
  if (decisions.some(({ kind }) => kind === 'allow' || kind === 'mask')) {
    return {
      anyShown: true,
      always: true,
      visible: () => true,
      visibilityReads: new Set(),
      rowsVisible: () => everyRow,
    };
  }
  const open = decisions.filter((decision) => decision.kind === 'row');
  const reads = new Set<string>();
  for (const decision of open) decision.reads.forEach((name) => reads.add(name));
  return {
    anyShown: open.length > 0,
    always: false,
    visibilityReads: reads,
    visible: (facts) => open.some((decision) => decision.decide(facts).kind !== 'deny'),
    rowsVisible: (today) =>
      open.reduce<Rows>((rows, decision) => either(rows, decision.rowsShown(today)), 'none'),
  };
}
