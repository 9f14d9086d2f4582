// Supervision letters (专项督办、函告整改): issued with a number and a last day in working days, answered, extended,
// closed with what came of them.
import { workingDaysAfter } from '../../policies/engine/working-days.ts';
import { ClientError } from '../errors.ts';
import type { OwnResolver } from '../request/own-roots.ts';
import { type Given, type RemedyParts, textIn } from '../remedies/remedy-desk.ts';
import type { Decided } from '../request/stages.ts';
import { baseOf, writeOrder, orderOn, recordNamed, takeActStep } from './office-desk.ts';
import { letterProcedure } from './office-procedure.ts';
import type { OfficeAct } from './office-store.ts';

const mostWorkingDays = 250;

/** Deeds about letters. `shown` makes the answer. */
export function letterDeeds(
  parts: RemedyParts,
  shown: (decided: Decided, act: OfficeAct) => Promise<unknown>,
): Readonly<Record<string, OwnResolver>> {
  const procedure = letterProcedure;
  return {
    issueLetter: async (given, decided) => {
      const deed = 'issueLetter';
      const texts = {
        document: textIn(given, 'letterNumber', deed),
        authority: textIn(given, 'authority', deed),
        matter: textIn(given, 'matter', deed),
      };
      const { admitted } = decided;
      const due_on = lastDay(decided, given, deed, admitted.today);
      const types = admitted.snapshot.policies.remedyLaw.orders.letters;
      const { subject, listed } = await orderOn(decided, given, { deed, types }, parts);
      const found = await recordNamed(decided, given, subject, deed, parts);
      const act = {
        ...baseOf(decided, { subject, listed, found }, parts),
        ...texts,
        kind: 'LETTER',
        nature: null,
        honours: null,
        executor: null,
        state: procedure.first,
        from_on: admitted.today,
        to_on: null,
        due_on,
      } as const;
      return shown(decided, await writeOrder(decided, act, deed, parts));
    },
    answerLetter: async (given, decided) => {
      const deed = 'answerLetter';
      const answer = textIn(given, 'answer', deed);
      const change = () => ({ answer, due_on: null });
      const step = { deed, kind: 'LETTER', procedure, change } as const;
      return shown(decided, await takeActStep(decided, given, step, parts));
    },
    extendLetter: async (given, decided) => {
      const deed = 'extendLetter';
      const reason = textIn(given, 'reason', deed);
      const change = ({ due_on }: OfficeAct) => {
        const [due, { today }] = [due_on!, decided.admitted];
        // Counted from the last day, or from today where that is past already.
        return { due_on: lastDay(decided, given, deed, due > today ? due : today) };
      };
      const step = { deed, kind: 'LETTER', procedure, reason, change } as const;
      return shown(decided, await takeActStep(decided, given, step, parts));
    },
    closeLetter: async (given, decided) => {
      const deed = 'closeLetter';
      const reason = textIn(given, 'reason', deed);
      const outcome = String(given['outcome']);
      const change = () => ({ outcome, due_on: null, closed_on: decided.admitted.today });
      const step = { deed, kind: 'LETTER', procedure, reason, change } as const;
      return shown(decided, await takeActStep(decided, given, step, parts));
    },
  };
}

/** @throws ClientError VALUE_INVALID for none, or more working days than a year has */
function lastDay({ admitted }: Decided, given: Given, deed: string, from: string): string {
  const days = Number(given['workingDays']);
  if (days < 1 || days > mostWorkingDays) throw new ClientError('VALUE_INVALID', `${deed}(workingDays)`);
  return workingDaysAfter(admitted.snapshot.policies.remedyLaw.calendar, from, days);
}
