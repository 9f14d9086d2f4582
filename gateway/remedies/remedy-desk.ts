// What every deed about a remedy has in common: whose record, who acts, the clock of the state, one step at a time, and
// what is forgotten and recorded afterwards.
import type { FactCache } from '../../connectors/cache/fact-cache.ts';
import type { Subject } from '../../connectors/contract.ts';
import type { RemedyKind } from '../../policies/engine/remedy-law.ts';
import { workingDaysAfter } from '../../policies/engine/working-days.ts';
import { ClientError } from '../errors.ts';
import { type Pseudonymise, pseudonymOf } from '../request/pseudonyms.ts';
import type { CaseLimits } from '../request/case-limits.ts';
import type { Recorder } from '../request/record.ts';
import type { Decided } from '../request/stages.ts';
import type { GatewayState, Query } from '../state/state.ts';
import { type FoundRecord, type RecordFinder, findRecord } from './find-record.ts';
import { isInSight, oneself, permittedDeeds } from './in-sight.ts';
import { type Procedure, type RemedyEffect, takeStep } from './procedure.ts';
import {
  type Remedy,
  type StepBy,
  changing,
  enterRemedy,
  moveRemedy,
  remediesOfRecord,
  remedyByNumber,
} from './remedy-store.ts';

export interface RemedyParts extends RecordFinder {
  /** Undefined: no remedies are kept. */
  readonly state: GatewayState | undefined;
  readonly recorder: Recorder;
  readonly pseudonymise: Pseudonymise;
  readonly cache: Pick<FactCache, 'invalidate'>;
  readonly cases: CaseLimits;
  readonly clock: () => Date;
  /** Called when a step is durable. */
  readonly onStep: () => void;
  /** What else follows from a step that changed what a record means, in its transaction. */
  readonly follow?: (query: Query, moved: Remedy, by: StepBy, decided: Decided) => Promise<void>;
}

export type Given = Readonly<Record<string, unknown>>;

const longestText = 2000;

/** A text somebody wrote, trimmed. @throws ClientError VALUE_INVALID where it is empty or longer than 2,000 characters */
export function textIn(given: Given, name: string, deed: string): string {
  const text = String(given[name]).trim();
  if (text === '' || text.length > longestText) throw new ClientError('VALUE_INVALID', `${deed}(${name})`);
  return text;
}

/** The one subject that is named, or the caller itself. @throws ClientError VALUE_INVALID for none or two */
export function subjectIn({ uscc, citizenId }: Given, deed: string, decided: Decided): Subject {
  if (decided.purpose.ownSubjectOnly && typeof uscc !== 'string' && typeof citizenId !== 'string')
    return oneself(decided, deed);
  if (typeof uscc === 'string' && typeof citizenId !== 'string') return { kind: 'Organization', id: uscc };
  if (typeof citizenId === 'string' && typeof uscc !== 'string') return { kind: 'Person', id: citizenId };
  throw new ClientError('VALUE_INVALID', `${deed}(uscc, citizenId)`);
}

/** @throws ClientError NOT_READY where no remedies are kept, or they cannot be reached */
export async function kept<T>(
  { state, log }: Pick<RemedyParts, 'state' | 'log'>,
  request: string,
  work: (state: GatewayState) => Promise<T>,
): Promise<T> {
  if (state === undefined) throw new ClientError('NOT_READY');
  try {
    return await work(state);
  } catch (error) {
    if (error instanceof ClientError) throw error;
    log.error({ request, err: error }, 'the remedies cannot be read or written');
    throw new ClientError('NOT_READY', undefined, error);
  }
}

/** What a kind of remedy is filed with, once its record has been found. */
export interface Filing {
  readonly deed: string;
  readonly kind: RemedyKind;
  readonly statement: string;
  readonly correctedOn?: string;
  /** The body that decided, and why; of a mitigation. */
  readonly decidedBy?: string;
  readonly reason?: string;
  readonly procedure: Procedure<string, string>;
  /** Throws where the record found does not allow it. */
  readonly allows?: (found: FoundRecord) => void;
}

/** Files a remedy for a record of the subject, unless one is open or the record is out of use. */
export async function file(
  decided: Decided,
  given: Given,
  filing: Filing,
  parts: RemedyParts,
): Promise<Remedy> {
  const { deed, kind, procedure } = filing;
  const { admitted } = decided;
  const subject = subjectIn(given, deed, decided);
  const wanted = { recordType: String(given['recordType']), record: textIn(given, 'record', deed) };
  // Nothing is asked of the source for what could not be written down.
  await kept(parts, admitted.request, (state) => state.query('select 1'));
  await parts.cases.claim(decided, [subject]);
  const found = await findRecord(decided, subject, wanted, deed, parts);
  const of = {
    subject: pseudonymOf(parts.pseudonymise, subject),
    source: found.type.source,
    record_type: found.type.name,
    record: found.record,
  };
  const state = procedure.first;
  const filed = await kept(parts, admitted.request, (own) =>
    changing(own, async (query) => {
      const others = await remediesOfRecord(query, of);
      const open = others.find((other) => other.open && other.kind === kind);
      if (open !== undefined) throw new ClientError('REMEDY_OPEN', `${deed}(record)`, undefined, open.number);
      const settled = others.find(({ effect }) => effect === 'REPAIRED' || effect === 'REVOKED');
      if (settled !== undefined)
        throw new ClientError('REMEDY_SETTLED', `${deed}(record)`, undefined, settled.number);
      filing.allows?.(found);
      const by = actor(decided, parts, filing.reason);
      const entered = await enterRemedy(
        query,
        {
          ...of,
          kind,
          subject_kind: subject.kind,
          subject_id: subject.id,
          state,
          effect: procedure.states[state]!.effect ?? null,
          statement: filing.statement,
          facts: found.facts,
          corrected_on: filing.correctedOn ?? null,
          decided_by: filing.decidedBy ?? null,
          filed_on: admitted.today,
          due_on: dueOn(decided, kind, state),
        },
        by,
      );
      await parts.follow?.(query, entered, by, decided);
      return entered;
    }),
  );
  await settle(decided, deed, filed, parts);
  return filed;
}

/** A step somebody takes with the case in view. */
export interface StepWish {
  readonly deed: string;
  readonly kind: RemedyKind;
  readonly procedure: Procedure<string, string>;
  readonly step: string;
  readonly reason?: string;
  /** Why it is not admitted, where that is the step. */
  readonly ground?: string;
  /** What else is written with the step, in the same transaction. */
  readonly and?: (query: Query, moved: Remedy) => Promise<void>;
}

/**
 * Takes a step. Of two who saw the same revision the first does.
 * @throws ClientError REMEDY_NOT_FOUND, REMEDY_CHANGED, REMEDY_CLOSED, REMEDY_STEP_NOT_POSSIBLE
 */
export async function advance(
  decided: Decided,
  given: Given,
  wish: StepWish,
  parts: RemedyParts,
): Promise<Remedy> {
  const { deed, kind, procedure, step } = wish;
  const moved = await kept(parts, decided.admitted.request, (own) =>
    changing(own, async (query) => {
      const before = await seen(query, given, { kind, deed, decided }, parts);
      const taken = takeStep(procedure, before.state, step);
      if (taken.kind === 'closed') throw new ClientError('REMEDY_CLOSED', `${deed}(number)`);
      if (taken.kind === 'not-now') {
        const possible = permittedDeeds(decided, taken.possible).join(', ');
        throw new ClientError('REMEDY_STEP_NOT_POSSIBLE', deed, undefined, possible);
      }
      const { open, effect = null } = procedure.states[taken.state]!;
      const after = {
        state: taken.state,
        open,
        effect,
        due_on: open ? dueOn(decided, kind, taken.state) : null,
        ground: wish.ground ?? null,
      };
      const by = actor(decided, parts, wish.reason);
      const done = await moveRemedy(query, before, after, by);
      await wish.and?.(query, done);
      await parts.follow?.(query, done, by, decided);
      return done;
    }),
  );
  await settle(decided, deed, moved, parts);
  return moved;
}

/** The case at the revision its official has seen; one that is not in his sight is not there. */
export async function seen(
  query: Query,
  given: Given,
  { kind, deed, decided }: { readonly kind: RemedyKind; readonly deed: string; readonly decided: Decided },
  { pseudonymise }: Pick<RemedyParts, 'pseudonymise'>,
): Promise<Remedy> {
  const remedy = await remedyByNumber(query, String(given['number']));
  if (remedy?.kind !== kind || !isInSight(decided, remedy, pseudonymise))
    throw new ClientError('REMEDY_NOT_FOUND', `${deed}(number)`);
  if (remedy.revision !== given['revision'])
    throw new ClientError('REMEDY_CHANGED', `${deed}(revision)`, undefined, String(remedy.revision));
  return remedy;
}

function dueOn({ admitted }: Decided, kind: RemedyKind, state: string): string | null {
  const { remedyLaw } = admitted.snapshot.policies;
  const days = remedyLaw.clock(kind, state, admitted.caller.consumer.region);
  return days === undefined ? null : workingDaysAfter(remedyLaw.calendar, admitted.today, days);
}

export function actor({ admitted }: Decided, { clock }: RemedyParts, reason: string | undefined): StepBy {
  return {
    at: clock(),
    consumer: admitted.caller.consumer.name,
    official: admitted.user,
    request: admitted.request,
    reason,
  };
}

/** After the change is durable: what was known of the subject there is forgotten, and the deed stands in the log. */
export async function settle(
  decided: Decided,
  deed: string,
  remedy: Remedy,
  parts: RemedyParts,
): Promise<void> {
  const { source, record_type: record, subject_kind: kind, subject_id: id } = remedy;
  await parts.cache.invalidate({ source, record, subject: { kind, id } });
  parts.recorder.note(decided, 'remedy', {
    step: deed,
    number: remedy.number,
    revision: remedy.revision,
    state: remedy.state,
    subject: remedy.subject,
    source,
    recordType: record,
    effect: remedy.effect satisfies RemedyEffect | null,
  });
  parts.onStep();
}
