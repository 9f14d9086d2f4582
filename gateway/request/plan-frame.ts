// What of a plan depends on operation and decision table alone: sections, withheld fields, exactly the permitted columns.
// Worked out once, so that a warm request adds its subjects and its day, and lists of columns are one object each.
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  getNamedType,
  isObjectType,
} from 'graphql';
import type { FetchStep } from '../../connectors/contract.ts';
import type { DecisionTable } from '../../policies/engine/decision-table.ts';
import type { Rule } from '../../policies/engine/rule.ts';
import type { SubjectRules } from '../../policies/engine/rulebook.ts';
import type { Catalogue, RecordType, Section, SubjectTypeName } from '../../schema/catalogue.ts';
import { dayArgument } from '../../schema/validity-declared.ts';
import { ownWithheld } from './own-withheld.ts';
import { type ReadableOperation, hasDirectives, selectedFields } from './selection.ts';
import type { SectionWish, Withheld } from './stages.ts';

/** A field of Query that names subjects; without an argument it is the one the caller's token speaks for. */
export interface SubjectRoot {
  readonly kind: SubjectTypeName;
  readonly argument?: string;
  readonly many: boolean;
}

const subjectRoots: Readonly<Record<string, readonly SubjectRoot[]>> = {
  organization: [{ kind: 'Organization', argument: 'uscc', many: false }],
  organizations: [{ kind: 'Organization', argument: 'usccs', many: true }],
  person: [{ kind: 'Person', argument: 'citizenId', many: false }],
  persons: [{ kind: 'Person', argument: 'citizenIds', many: true }],
  // A frame serves whoever has the table: of which kind the caller is, the plan knows.
  myRecords: [
    { kind: 'Organization', many: false },
    { kind: 'Person', many: false },
  ],
};

/** One place where subjects are asked about. */
export interface RootWish extends SubjectRoot {
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
  /** Sources whose sections are selected there. */
  readonly sources: readonly string[];
  readonly verdicts: readonly EligibilityWish[];
}

/** A verdict asked for; `shown`: whether anything of it may be. */
export interface EligibilityWish {
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
  readonly shown: boolean;
}

/** What a verdict may be derived from, as far as the table goes. */
export interface EvidenceWish {
  readonly sources: ReadonlySet<string>;
  /** Record type → fields a verdict needs. */
  readonly derived: ReadonlyMap<RecordType, ReadonlySet<string>>;
  /** Record type → fields a verdict's findings show, as far as they may be read. */
  readonly cited: ReadonlyMap<RecordType, ReadonlySet<string>>;
}

export interface PlanFrame {
  readonly roots: readonly RootWish[];
  /** `Organization.court` → what is wanted of it. */
  readonly sections: ReadonlyMap<string, SectionWish>;
  readonly withheld: ReadonlyMap<string, Withheld>;
  evidenceFor(rules: SubjectRules): EvidenceWish;
  /** What a source is asked for, where these verdicts are judged (true: and shown) on a day. */
  stepsFor(source: string, judged: ReadonlyMap<SubjectRules, boolean>, today: string): readonly FetchStep[];
}

const frames = new WeakMap<OperationDefinitionNode, WeakMap<DecisionTable, PlanFrame>>();

/** The frame of an operation under a table; kept as long as both are, unless variables decide what is selected. */
export function frameFor(reading: ReadableOperation, table: DecisionTable, catalogue: Catalogue): PlanFrame {
  if (hasDirectives(reading)) return makeFrame(reading, table, catalogue);
  const ofOperation = frames.get(reading.operation) ?? new WeakMap<DecisionTable, PlanFrame>();
  frames.set(reading.operation, ofOperation);
  let frame = ofOperation.get(table);
  if (frame === undefined) ofOperation.set(table, (frame = makeFrame(reading, table, catalogue)));
  return frame;
}

interface DraftRecord {
  readonly type: RecordType;
  readonly shown: Set<string>;
}

interface DraftSection extends SectionWish {
  readonly records: Map<string, DraftRecord>;
}

interface Draft {
  readonly reading: ReadableOperation;
  readonly table: DecisionTable;
  readonly catalogue: Catalogue;
  readonly sections: Map<string, DraftSection>;
  readonly withheld: Map<string, Withheld>;
}

function makeFrame(reading: ReadableOperation, table: DecisionTable, catalogue: Catalogue): PlanFrame {
  const draft: Draft = { reading, table, catalogue, sections: new Map(), withheld: new Map() };
  const query = reading.schema.getQueryType()!;
  const roots = selectedFields(reading, query, [reading.operation.selectionSet]).flatMap((node) => {
    const field = query.getFields()[node.name.value]!;
    return (subjectRoots[node.name.value] ?? []).map((root) => ({
      ...root,
      node,
      field,
      ...entityWishes(draft, root.kind, node.selectionSet),
    }));
  });
  for (const entry of ownWithheld(reading, (name) => catalogue.coordinates.has(name), table))
    draft.withheld.set(entry.coordinate, entry);
  const evidence = new Map<SubjectRules, EvidenceWish>();
  const evidenceFor = (rules: SubjectRules): EvidenceWish => {
    let wish = evidence.get(rules);
    if (wish === undefined) evidence.set(rules, (wish = evidenceWish(rules, table)));
    return wish;
  };
  return {
    roots,
    sections: draft.sections,
    withheld: draft.withheld,
    evidenceFor,
    stepsFor: rememberedSteps(draft, evidenceFor),
  };
}

/** What is wanted of the subjects of one root: sections, and verdicts. */
function entityWishes(
  draft: Draft,
  kind: SubjectTypeName,
  selection: SelectionSetNode | undefined,
): Pick<RootWish, 'sources' | 'verdicts'> {
  const sources: string[] = [];
  const verdicts: EligibilityWish[] = [];
  if (selection === undefined) return { sources, verdicts };
  const { reading, catalogue } = draft;
  const type = reading.schema.getType(kind) as GraphQLObjectType;
  for (const node of selectedFields(reading, type, [selection])) {
    const name = node.name.value;
    if (name === 'eligibility') {
      const shown = noteDerived(draft, 'Verdict', node.selectionSet);
      verdicts.push({ node, field: type.getFields()[name]!, shown });
      continue;
    }
    const section = catalogue.sections.get(`${kind}.${name}`);
    if (section === undefined || node.selectionSet === undefined) continue;
    const wish = draft.sections.get(`${kind}.${name}`) ?? newSectionWish(section);
    draft.sections.set(`${kind}.${name}`, wish);
    wishRecords(draft, wish, node.selectionSet);
    sources.push(section.source);
  }
  return { sources, verdicts };
}

function wishRecords(draft: Draft, wish: DraftSection, selection: SelectionSetNode): void {
  const { reading, catalogue } = draft;
  const { section } = wish;
  const sectionType = reading.schema.getType(section.typeName) as GraphQLObjectType;
  let frameOnly = true;
  for (const child of selectedFields(reading, sectionType, [selection])) {
    const field = section.fields.get(child.name.value);
    if (field === undefined || child.selectionSet === undefined) continue;
    frameOnly = false;
    const record = catalogue.records.get(field.record)!;
    const wanted = wish.records.get(record.name) ?? { type: record, shown: new Set<string>() };
    wish.records.set(record.name, wanted);
    const childType = getNamedType(sectionType.getFields()[child.name.value]!.type) as GraphQLObjectType;
    for (const leaf of recordLeaves(draft, childType, child, record)) wanted.shown.add(leaf);
    if (!field.byDay || !child.arguments?.some(({ name }) => name.value === dayArgument)) continue;
    // A record is placed by the days that its reader may see, and by nothing else.
    for (const day of [record.validity!.from, record.validity!.to]) {
      wanted.shown.add(day);
      note(draft, `${record.name}.${day}`);
    }
  }
  if (!frameOnly) return;
  // Only the frame is selected here: its state is still a fact about the source, so the source is asked for keys.
  // What stands elsewhere in the query, before or after, makes no difference.
  for (const { record } of section.fields.values()) {
    if (wish.records.has(record)) continue;
    wish.records.set(record, { type: catalogue.records.get(record)!, shown: new Set() });
  }
}

function newSectionWish(section: Section): DraftSection {
  return { section, records: new Map() };
}

/** Names of the record's fields selected under a section field. */
function recordLeaves(
  draft: Draft,
  childType: GraphQLObjectType,
  node: FieldNode,
  record: RecordType,
): string[] {
  const { reading } = draft;
  const type = reading.schema.getType(record.name) as GraphQLObjectType;
  let sets: readonly SelectionSetNode[] = [node.selectionSet!];
  if (childType !== type) {
    sets = selectedFields(reading, childType, sets)
      .filter((child) => child.name.value === 'nodes')
      .flatMap((child) => child.selectionSet ?? []);
  }
  const names: string[] = [];
  for (const leaf of selectedFields(reading, type, sets)) {
    const name = leaf.name.value;
    if (!record.fields.has(name)) continue;
    names.push(name);
    note(draft, `${record.name}.${name}`);
  }
  return names;
}

function evidenceWish({ recordTypes, rules }: SubjectRules, table: DecisionTable): EvidenceWish {
  const sources = new Set<string>();
  const derived = new Map<RecordType, Set<string>>();
  const cited = new Map<RecordType, Set<string>>();
  // INVARIANT: a verdict reads every mandatory record type, whatever the client selected.
  for (const record of recordTypes) {
    const own = rules.filter(({ recordType }) => recordType === record);
    const needed = new Set(own.flatMap(({ reads }) => [...reads]));
    // Each scene for itself: what one may not derive from must not cost another its evidence.
    if (!isDerivable(table, record, needed)) continue;
    addTo(derived, record, needed);
    addTo(cited, record, own.flatMap(citedFields));
    sources.add(record.source);
  }
  return { sources, derived, cited };
}

function addTo<Key>(fieldsOf: Map<Key, Set<string>>, key: Key, names: Iterable<string>): void {
  const fields = fieldsOf.get(key) ?? new Set<string>();
  fieldsOf.set(key, fields);
  for (const name of names) fields.add(name);
}

/** Fields of a record that a finding shows or works its days out from. */
function citedFields(rule: Rule): string[] {
  const { documentField, startField, endField, removedField, extensionField } = rule;
  return [documentField, startField, endField, removedField, extensionField].filter(
    (name) => name !== undefined,
  );
}

/** Whether every field a verdict needs of a record type may feed it. */
export function isDerivable(table: DecisionTable, record: RecordType, fields: Iterable<string>): boolean {
  for (const name of fields) {
    const decision = table.derivations.get(`${record.name}.${name}`);
    if (decision === undefined || decision.kind === 'deny') return false;
  }
  return true;
}

/** Steps by source and by the verdicts asked for, of which there are few; made anew on another day. */
function rememberedSteps(
  draft: Draft,
  evidenceFor: (rules: SubjectRules) => EvidenceWish,
): PlanFrame['stepsFor'] {
  const numbers = new Map<SubjectRules, number>();
  const made = new Map<string, { readonly today: string; readonly steps: readonly FetchStep[] }>();
  return (source, judged, today) => {
    let key = source;
    for (const [rules, shown] of judged) {
      let number = numbers.get(rules);
      if (number === undefined) numbers.set(rules, (number = numbers.size));
      key += ` ${number}${shown}`;
    }
    const known = made.get(key);
    if (known?.today === today) return known.steps;
    const steps = stepsOf(draft, evidenceFor, source, judged, today);
    made.set(key, { today, steps });
    return steps;
  };
}

function stepsOf(
  { sections, table, catalogue }: Draft,
  evidenceFor: (rules: SubjectRules) => EvidenceWish,
  source: string,
  judged: ReadonlyMap<SubjectRules, boolean>,
  today: string,
): readonly FetchStep[] {
  const shown = new Map<RecordType, Set<string>>();
  const derived = new Map<RecordType, Set<string>>();
  for (const { records } of sections.values())
    for (const wish of records.values()) addTo(shown, wish.type, wish.shown);
  for (const [rules, isShown] of judged) {
    if (!isShown) continue;
    const evidence = evidenceFor(rules);
    for (const [record, fields] of evidence.derived) addTo(derived, record, fields);
    // A finding shows what its caller may read, so the conditions of that reading are fetched with it.
    for (const [record, fields] of evidence.cited) addTo(shown, record, fields);
  }
  // INVARIANT: nothing is left out of a record type that any verdict of the request looks at.
  const lookedAt = new Set([...judged.keys()].flatMap(({ recordTypes }) => recordTypes));
  const steps: FetchStep[] = [];
  for (const record of catalogue.sources.get(source)!.records.values()) {
    const fields = table.permit(record, shown.get(record), derived.get(record));
    if (fields === undefined) continue;
    const filter = table.filterFor(record, lookedAt.has(record), today);
    steps.push({ record: record.name, fields, ...(filter === undefined ? {} : { filter }) });
  }
  return steps;
}

/** Notes the gateway's own coordinates under a verdict; true if any of them may be shown. */
function noteDerived(draft: Draft, typeName: string, selection: SelectionSetNode | undefined): boolean {
  if (selection === undefined) return false;
  const { reading } = draft;
  const type = reading.schema.getType(typeName) as GraphQLObjectType;
  let shown = false;
  for (const node of selectedFields(reading, type, [selection])) {
    const field = type.getFields()[node.name.value];
    if (field === undefined) continue;
    if (!note(draft, `${typeName}.${field.name}`)) continue;
    shown = true;
    const inner = getNamedType(field.type);
    if (isObjectType(inner)) noteDerived(draft, inner.name, node.selectionSet);
  }
  return shown;
}

/** Lists a withheld coordinate once; true unless it is denied. */
function note(draft: Draft, coordinate: string): boolean {
  const decision = draft.table.decisions.get(coordinate);
  if (decision === undefined) return false;
  if (decision.kind === 'deny') {
    draft.withheld.set(coordinate, { coordinate, outcome: 'DENIED', reason: decision.reason });
    return false;
  }
  if (decision.kind === 'mask') {
    draft.withheld.set(coordinate, { coordinate, outcome: 'MASKED', reason: decision.mask });
  }
  return true;
}
