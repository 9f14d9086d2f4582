// What deeds about measures and letters have in common: the subject and the record, what may be ordered here, the case
// at the revision its official has seen, one step at a time, and what the log keeps of it.
import type { Subject } from '../../connectors/contract.ts';
import { type Ground, type OrderType, groundAt } from '../../policies/engine/measure-law.ts';
import { ClientError } from '../errors.ts';
import { type FoundRecord, findRecord } from '../remedies/find-record.ts';
import { permittedDeeds } from '../remedies/in-sight.ts';
import { type Procedure, takeStep } from '../remedies/procedure.ts';
import { type Given, type RemedyParts, actor, kept, subjectIn, textIn } from '../remedies/remedy-desk.ts';
import { type StepBy, changing } from '../remedies/remedy-store.ts';
import { pseudonymOf } from '../request/pseudonyms.ts';
import type { Decided } from '../request/stages.ts';
import type { Query } from '../state/state.ts';
import type { ActKind } from './office-procedure.ts';
import {
  type ActChange,
  type NewAct,
  type OfficeAct,
  actByNumber,
  enterAct,
  moveAct,
  sameAct,
} from './office-store.ts';

/** Something of the closed list, with the text that lets it be ordered here. */
export interface Listed<Type extends OrderType> {
  readonly id: string;
  readonly type: Type;
  readonly ground: Ground;
}

/** @throws ClientError MEASURE_NOT_LISTED, naming what may be ordered for such a subject at the caller's place */
export function listedType<Type extends OrderType>(
  decided: Decided,
  types: ReadonlyMap<string, Type>,
  { id, subject, deed }: { readonly id: string; readonly subject: Subject; readonly deed: string },
): Listed<Type> {
  const { region } = decided.admitted.caller.consumer;
  const groundFor = (type: Type): Ground | undefined =>
    type.subjects.includes(subject.kind) ? groundAt(type, region) : undefined;
  const type = types.get(id);
  const ground = type === undefined ? undefined : groundFor(type);
  if (type === undefined || ground === undefined) {
    const possible = [...types].filter(([, one]) => groundFor(one) !== undefined).map(([name]) => name);
    throw new ClientError('MEASURE_NOT_LISTED', `${deed}(type)`, undefined, possible.join(', '));
  }
  return { id, type, ground };
}

/** The record an order rests on, found at its source; undefined where none is named. @throws as findRecord does */
export async function recordNamed(
  decided: Decided,
  given: Given,
  subject: Subject,
  deed: string,
  parts: RemedyParts,
): Promise<FoundRecord | undefined> {
  const { recordType, record } = given;
  if (typeof recordType !== 'string' && typeof record !== 'string') return undefined;
  if (typeof recordType !== 'string' || typeof record !== 'string')
    throw new ClientError('VALUE_INVALID', `${deed}(recordType, record)`);
  const wanted = { recordType, record: textIn(given, 'record', deed) };
  return findRecord(decided, subject, wanted, deed, parts);
}

/** What an act is made of before it has its own particulars. */
export async function orderOn<Type extends OrderType>(
  decided: Decided,
  given: Given,
  { deed, types }: { readonly deed: string; readonly types: ReadonlyMap<string, Type> },
  parts: RemedyParts,
): Promise<{ readonly subject: Subject; readonly listed: Listed<Type> }> {
  const subject = subjectIn(given, deed, decided);
  const listed = listedType(decided, types, { id: String(given['type']), subject, deed });
  // Nothing is asked of a source for what could not be written down.
  await kept(parts, decided.admitted.request, (state) => state.query('select 1'));
  await parts.cases.claim(decided, [subject]);
  return { subject, listed };
}

/** Columns of subject, type and record. */
export function baseOf(
  decided: Decided,
  {
    subject,
    listed,
    found,
  }: {
    readonly subject: Subject;
    readonly listed: Listed<OrderType>;
    readonly found: FoundRecord | undefined;
  },
  parts: RemedyParts,
) {
  const { title } = listed.type;
  return {
    subject: pseudonymOf(parts.pseudonymise, subject),
    uscc: subject.kind === 'Organization' ? subject.id : null,
    citizen_id: subject.kind === 'Person' ? subject.id : null,
    type: listed.id,
    title: `${title.en} ${title.zh}`,
    basis: listed.ground.basis,
    source: found?.type.source ?? null,
    record_type: found?.type.name ?? null,
    record: found?.record ?? null,
    stands: found?.type.remedies?.suspends === false,
    place: decided.admitted.caller.consumer.region ?? null,
  } as const;
}

/** Enters an act unless the same is there. @throws ClientError REMEDY_OPEN, naming it */
export async function writeOrder(
  decided: Decided,
  act: NewAct,
  deed: string,
  parts: RemedyParts,
  and: (query: Query, entered: OfficeAct, by: StepBy) => Promise<OfficeAct> = (_query, entered) =>
    Promise.resolve(entered),
): Promise<OfficeAct> {
  const by = actor(decided, parts, undefined);
  const entered = await kept(parts, decided.admitted.request, (state) =>
    changing(state, async (query) => {
      const same = await sameAct(query, act);
      if (same !== undefined) throw new ClientError('REMEDY_OPEN', deed, undefined, same.number);
      return and(query, await enterAct(query, act, by), by);
    }),
  );
  noteDeed(decided, deed, entered, parts);
  return entered;
}

export interface ActStep {
  readonly deed: string;
  readonly kind: ActKind;
  readonly procedure: Procedure<string, string>;
  readonly reason?: string;
  /** What the step changes besides the state. @throws ClientError where the act as it stands does not allow it */
  readonly change: (before: OfficeAct) => Omit<ActChange, 'state' | 'open'>;
}

/**
 * Takes a step, which is called as its deed is. Of two who saw the same revision the first does.
 * @throws ClientError REMEDY_NOT_FOUND, REMEDY_CHANGED, REMEDY_CLOSED, REMEDY_STEP_NOT_POSSIBLE
 */
export async function takeActStep(
  decided: Decided,
  given: Given,
  { deed, kind, procedure, reason, change }: ActStep,
  parts: RemedyParts,
): Promise<OfficeAct> {
  const moved = await kept(parts, decided.admitted.request, (state) =>
    changing(state, async (query) => {
      const before = await actByNumber(query, String(given['number']));
      if (before?.kind !== kind) throw new ClientError('REMEDY_NOT_FOUND', `${deed}(number)`);
      if (before.revision !== given['revision'])
        throw new ClientError('REMEDY_CHANGED', `${deed}(revision)`, undefined, String(before.revision));
      const taken = takeStep(procedure, before.state, deed);
      if (taken.kind === 'closed') throw new ClientError('REMEDY_CLOSED', `${deed}(number)`);
      if (taken.kind === 'not-now') {
        const possible = permittedDeeds(decided, taken.possible).join(', ');
        throw new ClientError('REMEDY_STEP_NOT_POSSIBLE', deed, undefined, possible);
      }
      const { open } = procedure.states[taken.state]!;
      const after = { ...change(before), state: taken.state, open };
      return moveAct(query, before, after, actor(decided, parts, reason));
    }),
  );
  noteDeed(decided, deed, moved, parts);
  return moved;
}

function noteDeed(decided: Decided, deed: string, act: OfficeAct, { recorder }: RemedyParts): void {
  recorder.note(decided, 'office-act', {
    step: deed,
    number: act.number,
    revision: act.revision,
    state: act.state,
    subject: act.subject,
    type: act.type,
  });
}
