// The states of measures and letters and the steps between them: data, as those of remedies are. A measure also ends by
// its last day, without a step.
import type { Procedure } from '../remedies/procedure.ts';

export type ActKind = 'MEASURE' | 'LETTER';

export type MeasureState = 'ORDERED' | 'EXECUTED' | 'SUSPENDED' | 'LIFTED';
/** Suspending and resuming follow from what becomes of the record; nobody does it by hand. */
export type MeasureStep =
  'feedBackMeasure' | 'liftMeasure' | 'suspendMeasure' | 'resumeOrdered' | 'resumeExecuted';

export const measureProcedure: Procedure<MeasureState, MeasureStep> = {
  first: 'ORDERED',
  steps: {
    feedBackMeasure: { from: ['ORDERED', 'EXECUTED'], to: 'EXECUTED' },
    liftMeasure: { from: ['ORDERED', 'EXECUTED', 'SUSPENDED'], to: 'LIFTED' },
    suspendMeasure: { from: ['ORDERED', 'EXECUTED'], to: 'SUSPENDED' },
    resumeOrdered: { from: ['SUSPENDED'], to: 'ORDERED' },
    resumeExecuted: { from: ['SUSPENDED'], to: 'EXECUTED' },
  },
  states: {
    ORDERED: { open: true },
    EXECUTED: { open: true },
    SUSPENDED: { open: true },
    LIFTED: { open: false },
  },
};

export type LetterState = 'ISSUED' | 'ANSWERED' | 'CLOSED';
export type LetterStep = 'answerLetter' | 'extendLetter' | 'closeLetter';

export const letterProcedure: Procedure<LetterState, LetterStep> = {
  first: 'ISSUED',
  steps: {
    answerLetter: { from: ['ISSUED'], to: 'ANSWERED' },
    extendLetter: { from: ['ISSUED'], to: 'ISSUED' },
    closeLetter: { from: ['ISSUED', 'ANSWERED'], to: 'CLOSED' },
  },
  states: { ISSUED: { open: true }, ANSWERED: { open: true }, CLOSED: { open: false } },
};
