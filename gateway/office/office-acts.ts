// The roots of measures and letters: deeds of the office that supervises credit, and its own questions about them.
// Everybody else reads them as records of a source, by the policies of that source.
import { ClientError } from '../errors.ts';
import { mayActFor, permittedDeeds } from '../remedies/in-sight.ts';
import { deedsIn } from '../remedies/procedure.ts';
import { type RemedyParts, kept, subjectIn } from '../remedies/remedy-desk.ts';
import { isProvisionalSince, stepView } from '../remedies/remedy-view.ts';
import type { OwnResolver, OwnRoots } from '../request/own-roots.ts';
import { mustSee } from '../request/own-view.ts';
import { pseudonymOf } from '../request/pseudonyms.ts';
import type { Decided } from '../request/stages.ts';
import type { Query } from '../state/state.ts';
import { followRecord } from './follow-record.ts';
import { letterDeeds } from './letters.ts';
import { measureDeeds } from './measures.ts';
import {
  type ActKind,
  type LetterState,
  type MeasureState,
  letterProcedure,
  measureProcedure,
} from './office-procedure.ts';
import {
  type OfficeAct,
  type OfficeStepRow,
  actByNumber,
  actsOfSubject,
  officeStepsOf,
  overdueLettersOn,
} from './office-store.ts';

const right = 'OfficeActs.measures';

type View = Readonly<Record<string, unknown>>;

/** Serves the roots of schema/credit-supervision.graphql. */
export function officeActs(parts: RemedyParts): Partial<OwnRoots> {
  const asked = <T>(decided: Decided, work: (query: Query) => Promise<T>): Promise<T> =>
    kept(parts, decided.admitted.request, ({ query }) => work(query));
  const shown = (decided: Decided, act: OfficeAct): Promise<unknown> =>
    asked(decided, async (query) => (await viewsOf(query, [act], decided))[0]);
  const byNumber =
    (kind: ActKind, root: string): OwnResolver =>
    ({ number }, decided) => {
      mustSee(decided, right, root);
      return asked(decided, async (query) => {
        const act = await actByNumber(query, String(number));
        return act?.kind === kind ? (await viewsOf(query, [act], decided))[0] : null;
      });
    };
  return {
    mutations: { ...measureDeeds(parts, shown), ...letterDeeds(parts, shown) },
    queries: {
      measure: byNumber('MEASURE', 'measure'),
      letter: byNumber('LETTER', 'letter'),
      officeActsOf: async (given, decided) => {
        mustSee(decided, right, 'officeActsOf');
        const of = subjectIn(given, 'officeActsOf', decided);
        if (!mayActFor(decided, of)) throw new ClientError('SUBJECT_NOT_PERMITTED', 'officeActsOf');
        await parts.cases.claim(decided, [of]);
        const subject = pseudonymOf(parts.pseudonymise, of);
        return asked(decided, async (query) => ({
          measures: await viewsOf(query, await actsOfSubject(query, subject, 'MEASURE'), decided),
          letters: await viewsOf(query, await actsOfSubject(query, subject, 'LETTER'), decided),
        }));
      },
      overdueLetters: (_given, decided) => {
        mustSee(decided, right, 'overdueLetters');
        return asked(decided, async (query) =>
          viewsOf(query, await overdueLettersOn(query, decided.admitted.today), decided),
        );
      },
    },
  };
}

/** Lets measures follow what a remedy makes of the record they rest on. */
export const followMeasures: NonNullable<RemedyParts['follow']> = (query, moved, by, { admitted }) => {
  const { jurisdictions } = admitted.snapshot.policies.rulebook;
  return followRecord(query, moved, by, { jurisdictions, today: admitted.today });
};

/** Views with their history, in one statement, and with what the caller can do now. */
async function viewsOf(query: Query, acts: readonly OfficeAct[], decided: Decided): Promise<readonly View[]> {
  if (acts.length === 0) return [];
  const steps = await officeStepsOf(
    query,
    acts.map(({ number }) => number),
  );
  return acts.map((act) => viewOf(act, steps, decided));
}

function viewOf(act: OfficeAct, steps: readonly OfficeStepRow[], decided: Decided): View {
  const { today } = decided.admitted;
  const own = steps.filter(({ number }) => number === act.number);
  const deeds =
    act.kind === 'MEASURE'
      ? deedsIn(measureProcedure, act.state as MeasureState)
      : deedsIn(letterProcedure, act.state as LetterState);
  return {
    number: act.number,
    revision: act.revision,
    state: act.state,
    subject: act.uscc ?? act.citizen_id,
    type: act.type,
    title: act.title,
    nature: act.nature,
    basis: act.basis,
    document: act.document,
    letterNumber: act.document,
    authority: act.authority,
    executor: act.executor,
    matter: act.matter,
    source: act.source,
    recordType: act.record_type,
    record: act.record,
    from: act.from_on,
    to: act.to_on,
    issuedOn: act.from_on,
    dueOn: act.due_on,
    dueProvisional: act.due_on !== null && isProvisionalSince(decided, act.due_on, own.at(-1)?.at),
    overdue: act.open && act.due_on !== null && act.due_on < today,
    ended: !act.open || (act.to_on !== null && act.to_on < today),
    closedOn: act.closed_on,
    feedback: act.answer,
    answer: act.answer,
    outcome: act.outcome,
    next: permittedDeeds(decided, deeds),
    history: own.map(stepView),
  };
}
