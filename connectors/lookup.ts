// Turns what a decision permitted into what a source is asked: per record type and key column, the keys of all
// subjects and exactly the permitted columns.
import type { FetchStep, Subject, SubjectKind } from './contract.ts';
import { type KeyForm, type KeyWriting, comparableKey, writingOf } from './key-forms.ts';
import type { Crosswalk, FieldMapping, Manifest, RecordMapping } from './manifest.ts';
import { conditionsOf } from './source-condition.ts';
import type { Lookup } from './transport.ts';

/** A look-up with what is needed to read its rows. */
export interface PlannedLookup extends Lookup {
  /** Permitted fields with the place of their column in `columns`. */
  readonly fields: readonly PlannedField[];
  /** Key as sent, or comparable → the subjects it stands for (two USCCs can hold one organisation code). */
  readonly subjectsByKey: ReadonlyMap<string, readonly string[]>;
  /** How its key column writes keys. */
  readonly writing: KeyWriting;
  /** Comparable keys of the control subjects, one of which is asked for. */
  readonly controls: ReadonlySet<string>;
}

export interface PlannedField extends FieldMapping {
  readonly at: number;
  /**
   * Place of the column of the field from which it counts. Absent where that field is not permitted: a column nobody may
   * see is not asked for, and what counts from it is refused rather than guessed.
   */
  readonly startAt?: number;
}

/** A crosswalk as one request walks it. */
export interface CrosswalkLookup extends Crosswalk {
  /** The record's own key column, and keys there whose rows another look-up of the request finds. */
  readonly column: string;
  readonly except: readonly string[];
  /** Other writings of the identifier that are asked for as well, and what each is the same as. */
  readonly rewritten?: ReadonlyMap<string, string>;
}

interface Columns {
  readonly columns: readonly string[];
  readonly fields: readonly PlannedField[];
}

/** By permitted fields, which are one frozen list per cached plan: warm requests compute nothing here. */
type ColumnCache = WeakMap<FetchStep['fields'], Columns>;
const caches = new WeakMap<RecordMapping, ColumnCache>();

/**
 * `turn` counts exchanges, so that a source's controls take turns.
 * @throws RangeError for a record type or field that the manifest does not map: start-up makes sure that none is
 * missing, so this is a mistake of ours, not of a source.
 */
export function planLookups(
  manifest: Manifest,
  subjects: readonly Subject[],
  steps: readonly FetchStep[],
  turn = 0,
): readonly PlannedLookup[] {
  return steps.flatMap((step) => {
    const mapping = manifest.records.get(step.record);
    if (mapping === undefined) throw new RangeError(`${manifest.source} has no record type ${step.record}`);
    const { columns, fields } = columnsOf(mapping, step.fields);
    const conditions = conditionsOf(mapping, step.filter);
    const lookups: PlannedLookup[] = [];
    for (const [keyColumn, kinds] of kindsByColumn(mapping)) {
      const formsOf = (kind: SubjectKind): readonly KeyForm[] => mapping.subjects.get(kind)?.forms ?? [];
      const found = keysFor(formsOf, kinds, subjects);
      const shared = { mapping, columns, conditions, fields };
      if (found.keys.length > 0) {
        const controls = (kind: SubjectKind): readonly string[] => mapping.subjects.get(kind)!.controls;
        const writing = writingOf(kinds.map((kind) => mapping.subjects.get(kind)!));
        const asked = kinds.filter((kind) => subjects.some((subject) => subject.kind === kind));
        lookups.push({
          ...shared,
          keyColumn,
          ...found,
          writing,
          ...controlsFor(formsOf, controls, asked, turn, found.keys),
        });
      }
      for (const kind of kinds) {
        const crosswalk = mapping.subjects.get(kind)?.crosswalk;
        if (crosswalk === undefined) continue;
        const others = keysFor(() => crosswalk.forms, [kind], subjects);
        const walked = { ...crosswalk, column: keyColumn, except: found.keys };
        if (others.keys.length === 0) continue;
        const control = controlsFor(
          () => crosswalk.forms,
          () => crosswalk.controls,
          [kind],
          turn,
          others.keys,
        );
        const writing = { forms: crosswalk.forms, separators: [] };
        lookups.push({
          ...shared,
          keyColumn: crosswalk.from,
          ...others,
          writing,
          ...control,
          crosswalk: walked,
        });
      }
    }
    return lookups;
  });
}

function columnsOf(mapping: RecordMapping, permitted: FetchStep['fields']): Columns {
  let cache = caches.get(mapping);
  if (cache === undefined) caches.set(mapping, (cache = new WeakMap()));
  const cached = cache.get(permitted);
  if (cached !== undefined) return cached;
  const columns: string[] = [];
  const placeOf = (column: string): number => {
    const at = columns.indexOf(column);
    return at === -1 ? columns.push(column) - 1 : at;
  };
  const fields = permitted.map((name) => {
    const field = mapping.fields.get(name);
    if (field === undefined) throw new RangeError(`${mapping.record}.${name} is not mapped`);
    const at = placeOf(field.column);
    const { start } = field;
    if (start === undefined || !permitted.includes(start.field)) return { ...field, at };
    return { ...field, at, startAt: placeOf(start.column) };
  });
  const made = { columns, fields };
  cache.set(permitted, made);
  return made;
}

/** Kinds of subject that are found by the same column go into the same look-up. */
function kindsByColumn(mapping: RecordMapping): ReadonlyMap<string, readonly SubjectKind[]> {
  const byColumn = new Map<string, SubjectKind[]>();
  for (const [kind, { column }] of mapping.subjects) {
    const kinds = byColumn.get(column);
    if (kinds === undefined) byColumn.set(column, [kind]);
    else kinds.push(kind);
  }
  return byColumn;
}

/** Of every kind that is asked about, the control whose turn it is. */
function controlsFor(
  formsOf: (kind: SubjectKind) => readonly KeyForm[],
  controlsOf: (kind: SubjectKind) => readonly string[],
  kinds: readonly SubjectKind[],
  turn: number,
  asked: readonly string[],
): Pick<PlannedLookup, 'controlKeys' | 'controls'> {
  const chosen = kinds.flatMap((kind): Subject[] => {
    const controls = controlsOf(kind);
    return controls.length === 0 ? [] : [{ kind, id: controls[turn % controls.length]! }];
  });
  if (chosen.length === 0) return noControls;
  const controlKeys = chosen.flatMap(({ kind, id }) => formsOf(kind).flatMap((form) => form.keysOf(id)));
  return {
    // Of a control that is asked about itself no row may come twice.
    controlKeys: [...new Set(controlKeys)].filter((key) => !asked.includes(key)),
    controls: new Set(controlKeys.map((key) => comparableKey(key) ?? key)),
  };
}

const noControls = { controlKeys: [], controls: new Set<string>() };

function keysFor(
  formsOf: (kind: SubjectKind) => readonly KeyForm[],
  kinds: readonly SubjectKind[],
  subjects: readonly Subject[],
): Pick<PlannedLookup, 'keys' | 'subjectsByKey'> {
  const subjectsByKey = new Map<string, string[]>();
  const remember = (key: string, id: string): void => {
    const known = subjectsByKey.get(key);
    if (known === undefined) subjectsByKey.set(key, [id]);
    else if (!known.includes(id)) known.push(id);
  };
  const keys = new Set<string>();
  for (const { kind, id } of subjects) {
    if (!kinds.includes(kind)) continue;
    for (const form of formsOf(kind)) {
      for (const key of form.keysOf(id)) {
        keys.add(key);
        remember(key, id);
        remember(comparableKey(key) ?? key, id);
      }
    }
  }
  return { keys: [...keys], subjectsByKey };
}
