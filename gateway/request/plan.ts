// Operation × decision table → one request per source: the subjects, and exactly the permitted columns. What a
// verdict and a selection both need is asked for once.
import {
  type FieldNode,
  type GraphQLObjectType,
  type SelectionSetNode,
  getArgumentValues,
  getNamedType,
  isObjectType,
} from 'graphql';
import type { FetchStep, SourceRequest, Subject } from '../../connectors/contract.ts';
import type { DecisionTable } from '../../policies/engine/decision-table.ts';
import type { Rule } from '../../policies/engine/rule.ts';
import type { RecordType, Section, SubjectTypeName } from '../../schema/catalogue.ts';
import { ClientError } from '../errors.ts';
import { ownWithheld } from './own-withheld.ts';
import { type ReadableOperation, selectedFields } from './selection.ts';
import {
  type Decided,
  type Planned,
  type SectionWish,
  type VerdictWish,
  type Withheld,
  enter,
} from './stages.ts';
import { subjectItems, subjectOf } from './subjects.ts';
import { isSameOccasion, occasionOf } from './verdict-occasion.ts';

const roots: Readonly<
  Record<string, { readonly kind: SubjectTypeName; readonly argument: string; readonly many: boolean }>
> = {
  organization: { kind: 'Organization', argument: 'uscc', many: false },
  organizations: { kind: 'Organization', argument: 'usccs', many: true },
  person: { kind: 'Person', argument: 'citizenId', many: false },
  persons: { kind: 'Person', argument: 'citizenIds', many: true },
};

interface DraftRecord {
  readonly type: RecordType;
  readonly shown: Set<string>;
}

interface DraftSection extends SectionWish {
  readonly records: Map<string, DraftRecord>;
}

interface DraftVerdict extends VerdictWish {
  readonly subjects: Set<string>;
}

interface Draft {
  readonly reading: ReadableOperation;
  readonly decided: Decided;
  readonly subjects: Map<string, Subject>;
  readonly sections: Map<string, DraftSection>;
  readonly verdicts: Map<SubjectTypeName, DraftVerdict[]>;
  /** Source → subjects it is to be asked about, each of them one of `subjects`. */
  readonly subjectsBySource: Map<string, Set<Subject>>;
  /** Record type → fields a verdict needs. */
  readonly derived: Map<RecordType, Set<string>>;
  /** Record type → fields a verdict's findings show, as far as they may be read. */
  readonly cited: Map<RecordType, Set<string>>;
  readonly withheld: Map<string, Withheld>;
}

/** Plans the whole operation. Throws ClientError for what the declared purpose or the limits do not allow. */
export function planFetches(
  decided: Decided,
  reading: ReadableOperation,
  limits: { readonly maxSubjects: number },
): Planned {
  const draft: Draft = {
    reading,
    decided,
    subjects: new Map(),
    sections: new Map(),
    verdicts: new Map(),
    subjectsBySource: new Map(),
    derived: new Map(),
    cited: new Map(),
    withheld: new Map(),
  };
  const query = reading.schema.getQueryType()!;
  let named = 0;
  for (const node of selectedFields(reading, query, [reading.operation.selectionSet])) {
    const root = roots[node.name.value];
    if (root === undefined) continue;
    const field = query.getFields()[node.name.value]!;
    const given = getArgumentValues(field, node, reading.variables)[root.argument] as
      string | readonly string[];
    const texts = typeof given === 'string' ? [given] : given;
    named += texts.length;
    if (named > limits.maxSubjects) throw new ClientError('TOO_MANY_SUBJECTS');
    if (!mayTouch(decided, root.kind)) throw new ClientError('SUBJECT_NOT_PERMITTED', node.name.value);
    const subjects: Subject[] = [];
    if (root.many) {
      for (const item of subjectItems(root.kind, texts))
        if (item.kind === 'subject') subjects.push(item.subject);
    } else {
      subjects.push(subjectOf(root.kind, texts[0]!, `${node.name.value}(${root.argument})`));
    }
    planEntity(
      draft,
      root.kind,
      subjects.map((subject) => known(draft, subject)),
      node.selectionSet,
    );
  }
  const { coordinates } = decided.admitted.snapshot.catalogue;
  for (const entry of ownWithheld(reading, (name) => coordinates.has(name), decided.table))
    draft.withheld.set(entry.coordinate, entry);
  return enter<'planned', Planned>({
    decided,
    subjects: [...draft.subjects.values()],
    sections: draft.sections,
    verdicts: draft.verdicts,
    fetches: fetchesOf(draft),
    withheld: draft.withheld,
  } as unknown as Planned);
}

/** The one object that stands for a subject in this request. */
function known(draft: Draft, subject: Subject): Subject {
  const key = subjectKey(subject);
  const first = draft.subjects.get(key);
  if (first === undefined) draft.subjects.set(key, subject);
  return first ?? subject;
}

export function subjectKey(subject: Subject): string {
  return `${subject.kind} ${subject.id}`;
}

function mayTouch(decided: Decided, kind: SubjectTypeName): boolean {
  return decided.purpose.subjects.includes(kind);
}

function planEntity(
  draft: Draft,
  kind: SubjectTypeName,
  subjects: readonly Subject[],
  selection: SelectionSetNode | undefined,
): void {
  if (selection === undefined) return;
  const { reading, decided } = draft;
  const { catalogue } = decided.admitted.snapshot;
  const type = reading.schema.getType(kind) as GraphQLObjectType;
  for (const node of selectedFields(reading, type, [selection])) {
    const name = node.name.value;
    if (name === 'eligibility') {
      planVerdict(draft, kind, subjects, node, type);
      continue;
    }
    const section = catalogue.sections.get(`${kind}.${name}`);
    if (section === undefined || node.selectionSet === undefined) continue;
    const wish = draft.sections.get(`${kind}.${name}`) ?? newSectionWish(section);
    draft.sections.set(`${kind}.${name}`, wish);
    const sectionType = reading.schema.getType(section.typeName) as GraphQLObjectType;
    let frameOnly = true;
    for (const child of selectedFields(reading, sectionType, [node.selectionSet])) {
      const field = section.fields.get(child.name.value);
      if (field === undefined || child.selectionSet === undefined) continue;
      frameOnly = false;
      const record = catalogue.records.get(field.record)!;
      const wanted = wish.records.get(record.name) ?? { type: record, shown: new Set<string>() };
      wish.records.set(record.name, wanted);
      const childType = getNamedType(sectionType.getFields()[child.name.value]!.type) as GraphQLObjectType;
      for (const leaf of recordLeaves(draft, childType, child, record)) wanted.shown.add(leaf);
    }
    // Only the frame is selected here: its state is still a fact about the source, so the source is asked for keys.
    // What stands elsewhere in the query, before or after, makes no difference.
    if (frameOnly) {
      for (const { record } of section.fields.values()) {
        if (wish.records.has(record)) continue;
        wish.records.set(record, { type: catalogue.records.get(record)!, shown: new Set() });
      }
    }
    askAbout(draft, section.source, subjects);
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

function planVerdict(
  draft: Draft,
  kind: SubjectTypeName,
  subjects: readonly Subject[],
  node: FieldNode,
  parent: GraphQLObjectType,
): void {
  const { reading, decided } = draft;
  const { snapshot } = decided.admitted;
  const given = getArgumentValues(parent.getFields()['eligibility']!, node, reading.variables);
  const scene = snapshot.policies.rulebook.scenes.get(given['scene'] as string)!;
  const rules = scene.subjects.get(kind);
  if (rules === undefined) throw new ClientError('SCENE_NOT_APPLICABLE', kind);
  const occasion = occasionOf(decided.admitted, given);
  const wishes = draft.verdicts.get(kind) ?? [];
  draft.verdicts.set(kind, wishes);
  let wish = wishes.find((known) => known.scene === scene && isSameOccasion(known.occasion, occasion));
  if (wish === undefined) wishes.push((wish = { scene, rules, occasion, subjects: new Set() }));
  if (!noteDerived(draft, 'Verdict', node.selectionSet)) return;
  for (const { id } of subjects) wish.subjects.add(id);
  // INVARIANT: a verdict reads every mandatory record type, whatever the client selected.
  for (const record of rules.recordTypes) {
    const own = rules.rules.filter(({ recordType }) => recordType === record);
    const needed = new Set(own.flatMap(({ reads }) => [...reads]));
    // Each scene for itself: what one may not derive from must not cost another its evidence.
    if (!isDerivable(decided.table, record, needed)) continue;
    addTo(draft.derived, record, needed);
    addTo(draft.cited, record, own.flatMap(citedFields));
    askAbout(draft, record.source, subjects);
  }
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
  const decision = draft.decided.table.decisions.get(coordinate);
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

function askAbout(draft: Draft, source: string, subjects: readonly Subject[]): void {
  const asked = draft.subjectsBySource.get(source) ?? new Set<Subject>();
  draft.subjectsBySource.set(source, asked);
  for (const subject of subjects) asked.add(subject);
}

function fetchesOf(draft: Draft): ReadonlyMap<string, SourceRequest> {
  const { snapshot, today } = draft.decided.admitted;
  const { catalogue } = snapshot;
  const { table } = draft.decided;
  const shown = new Map<RecordType, Set<string>>();
  for (const { records } of draft.sections.values()) {
    for (const wish of records.values()) {
      addTo(shown, wish.type, wish.shown);
    }
  }
  // A finding shows what its caller may read, so the conditions of that reading are fetched with it.
  for (const [record, fields] of draft.cited) addTo(shown, record, fields);
  // INVARIANT: nothing is left out of a record type that any verdict of the request looks at.
  const verdicts = [...draft.verdicts.values()].flat();
  const judged = new Set(verdicts.flatMap(({ rules }) => rules.recordTypes));
  const fetches = new Map<string, SourceRequest>();
  for (const [source, subjects] of draft.subjectsBySource) {
    const steps: FetchStep[] = [];
    for (const record of catalogue.sources.get(source)!.records.values()) {
      const fields = table.permit(record, shown.get(record), draft.derived.get(record));
      if (fields === undefined) continue;
      const filter = table.filterFor(record, judged.has(record), today);
      steps.push({ record: record.name, fields, ...(filter === undefined ? {} : { filter }) });
    }
    if (steps.length > 0 && subjects.size > 0) fetches.set(source, { subjects: [...subjects], steps });
  }
  return fetches;
}
