// Operation × decision table → one request per source: the subjects, and exactly the permitted columns. What a
// verdict and a selection both need is asked for once.
import { getArgumentValues } from 'graphql';
import type { SourceRequest, Subject } from '../../connectors/contract.ts';
import { withCondition } from '../../policies/engine/decision-table.ts';
import type { SubjectRules } from '../../policies/engine/rulebook.ts';
import type { SubjectTypeName } from '../../schema/catalogue.ts';
import { ClientError } from '../errors.ts';
import type { Effects, FoundBy } from '../remedies/effects.ts';
import { type EligibilityWish, type PlanFrame, type RootWish, frameFor } from './plan-frame.ts';
import type { ReadableOperation } from './selection.ts';
import { type Decided, type Planned, type VerdictWish, enter } from './stages.ts';
import { subjectItems, subjectOf } from './subjects.ts';
import { isSameOccasion, occasionOf } from './verdict-occasion.ts';

interface DraftVerdict extends VerdictWish {
  readonly subjects: Set<string>;
}

interface Draft {
  readonly reading: ReadableOperation;
  readonly decided: Decided;
  readonly frame: PlanFrame;
  readonly subjects: Map<string, Subject>;
  readonly verdicts: Map<SubjectTypeName, DraftVerdict[]>;
  /** Rules of the verdicts asked for; true: and shown. */
  readonly judged: Map<SubjectRules, boolean>;
  /** Source → subjects it is to be asked about, each of them one of `subjects`. */
  readonly subjectsBySource: Map<string, readonly Subject[]>;
}

/** Plans the whole operation. Throws ClientError for what the declared purpose or the limits do not allow. */
export function planFetches(
  decided: Decided,
  reading: ReadableOperation,
  limits: { readonly maxSubjects: number },
): Planned {
  const frame = frameFor(reading, decided.table, decided.admitted.snapshot.catalogue);
  const draft: Draft = {
    reading,
    decided,
    frame,
    subjects: new Map(),
    verdicts: new Map(),
    judged: new Map(),
    subjectsBySource: new Map(),
  };
  let named = 0;
  for (const root of frame.roots) {
    const texts = textsOf(draft, root);
    if (texts === undefined) continue;
    named += texts.length;
    if (named > limits.maxSubjects) throw new ClientError('TOO_MANY_SUBJECTS');
    if (!decided.purpose.subjects.includes(root.kind))
      throw new ClientError('SUBJECT_NOT_PERMITTED', root.field.name);
    const subjects = subjectsOf(draft, root, texts);
    if (decided.purpose.ownSubjectOnly) holdToSelf(decided, root, subjects);
    for (const source of root.sources) askAbout(draft, source, subjects);
    for (const wish of root.verdicts) planVerdict(draft, root.kind, subjects, wish);
  }
  return enter<'planned', Planned>({
    decided,
    subjects: [...draft.subjects.values()],
    sections: frame.sections,
    verdicts: draft.verdicts,
    fetches: fetchesOf(draft),
    withheld: frame.withheld,
  } as unknown as Planned);
}

/** Identifiers as a root names them; undefined where it is about a subject of the other kind. */
function textsOf(
  { decided, reading }: Draft,
  { argument, field, node, kind }: RootWish,
): readonly string[] | undefined {
  if (argument === undefined) {
    const { speaksFor } = decided.admitted.caller;
    if (speaksFor === undefined || !decided.purpose.ownSubjectOnly)
      throw new ClientError('SELF_REQUIRED', field.name);
    return speaksFor.kind === kind ? [speaksFor.id] : undefined;
  }
  const given = getArgumentValues(field, node, reading.variables)[argument] as string | readonly string[];
  return typeof given === 'string' ? [given] : given;
}

/** INVARIANT: under a purpose for one's own records nobody else is ever planned, and so neither asked about nor recorded. */
function holdToSelf({ admitted }: Decided, { field }: RootWish, subjects: readonly Subject[]): void {
  const { speaksFor } = admitted.caller;
  if (subjects.some(({ kind, id }) => kind !== speaksFor?.kind || id !== speaksFor.id))
    throw new ClientError('SUBJECT_NOT_PERMITTED', field.name);
}

/** The subjects a root names, each once; throws IDENTIFIER_INVALID for the only one. */
function subjectsOf(draft: Draft, root: RootWish, texts: readonly string[]): readonly Subject[] {
  const { kind, field, argument } = root;
  if (!root.many) return [known(draft, subjectOf(kind, texts[0]!, `${field.name}(${argument ?? ''})`))];
  const subjects = new Set<Subject>();
  for (const item of subjectItems(kind, texts))
    if (item.kind === 'subject') subjects.add(known(draft, item.subject));
  return [...subjects];
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

function planVerdict(
  draft: Draft,
  kind: SubjectTypeName,
  subjects: readonly Subject[],
  { node, field, shown }: EligibilityWish,
): void {
  const { reading, decided, frame } = draft;
  const given = getArgumentValues(field, node, reading.variables);
  const scene = decided.admitted.snapshot.policies.rulebook.scenes.get(given['scene'] as string)!;
  const rules = scene.subjects.get(kind);
  if (rules === undefined) throw new ClientError('SCENE_NOT_APPLICABLE', kind);
  const occasion = occasionOf(decided.admitted, given);
  const wishes = draft.verdicts.get(kind) ?? [];
  draft.verdicts.set(kind, wishes);
  let wish = wishes.find((one) => one.scene === scene && isSameOccasion(one.occasion, occasion));
  if (wish === undefined) wishes.push((wish = { scene, rules, occasion, subjects: new Set() }));
  draft.judged.set(rules, shown || draft.judged.get(rules) === true);
  if (!shown) return;
  for (const { id } of subjects) wish.subjects.add(id);
  for (const source of frame.evidenceFor(rules).sources) askAbout(draft, source, subjects);
}

/** Mostly one root asks for everything, so that its list serves as it is. */
function askAbout(draft: Draft, source: string, subjects: readonly Subject[]): void {
  const asked = draft.subjectsBySource.get(source);
  if (asked === subjects) return;
  const together = asked === undefined ? subjects : [...new Set([...asked, ...subjects])];
  draft.subjectsBySource.set(source, together);
}

function fetchesOf({ frame, judged, subjectsBySource, decided }: Draft): ReadonlyMap<string, SourceRequest> {
  const fetches = new Map<string, SourceRequest>();
  for (const [source, subjects] of subjectsBySource) {
    if (subjects.length === 0) continue;
    const steps = frame.stepsFor(source, judged, decided.admitted.today);
    if (steps.length > 0) fetches.set(source, { subjects, steps });
  }
  return fetches;
}

/**
 * The plan under the effects of remedies: where a record type that is asked for has any, the field that names its
 * records is fetched with it, as a condition that nobody is shown. Throws NOT_READY where none is declared any more.
 */
export function planUnderRemedies(planned: Planned, effects: Effects): Planned {
  const { records } = planned.decided.admitted.snapshot.catalogue;
  const fetches = new Map(planned.fetches);
  const foundBy = new Map<string, Map<string, FoundBy>>();
  for (const [source, ofSource] of effects) {
    const request = fetches.get(source);
    if (request === undefined) continue;
    const found = new Map<string, FoundBy>();
    const steps = request.steps.map((step) => {
      const record = records.get(step.record);
      if (record === undefined || !ofSource.has(step.record)) return step;
      const field = record.remedies?.record;
      // A remedy once had whose record can no longer be found must not lapse in silence.
      if (field === undefined)
        throw new ClientError('NOT_READY', undefined, `${record.name} has lost @remedies`);
      const fields = withCondition(step.fields, record, field);
      found.set(step.record, { field, added: fields !== step.fields });
      return fields === step.fields ? step : { ...step, fields };
    });
    if (found.size === 0) continue;
    foundBy.set(source, found);
    fetches.set(source, { ...request, steps });
  }
  if (foundBy.size === 0) return planned;
  return enter<'planned', Planned>({ ...planned, fetches, remedies: { effects, foundBy } });
}
