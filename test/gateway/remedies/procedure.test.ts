import { describe, expect, test } from 'vitest';
import {
  type Procedure,
  deedsIn,
  objectionProcedure,
  repairProcedure,
  takeStep,
} from '../../../gateway/remedies/procedure.ts';
import { firstDayOfRepair } from '../../../gateway/remedies/repairs.ts';

/** Every step from every state: where it leads, or why not. */
function whole(
  procedure: Procedure<string, string>,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    Object.keys(procedure.states).map((state) => [
      state,
      Object.fromEntries(
        Object.keys(procedure.steps).map((step) => {
          const taken = takeStep(procedure, state, step);
          return [step, taken.kind === 'taken' ? taken.state : taken.kind];
        }),
      ),
    ]),
  );
}

const closed = (steps: readonly string[]) => Object.fromEntries(steps.map((step) => [step, 'closed']));

describe('an objection', () => {
  test('is refused before it is verified, verified before it is decided, and withdrawn as long as it is open', () => {
    const steps = ['beginVerification', 'refuseObjection', 'uphold', 'reject', 'withdrawObjection'];
    expect(whole(objectionProcedure)).toEqual({
      FILED: {
        beginVerification: 'VERIFYING',
        refuseObjection: 'REFUSED',
        uphold: 'not-now',
        reject: 'not-now',
        withdrawObjection: 'WITHDRAWN',
      },
      VERIFYING: {
        beginVerification: 'not-now',
        refuseObjection: 'not-now',
        uphold: 'UPHELD',
        reject: 'REJECTED',
        withdrawObjection: 'WITHDRAWN',
      },
      UPHELD: closed(steps),
      REJECTED: closed(steps),
      REFUSED: closed(steps),
      WITHDRAWN: closed(steps),
    });
  });

  test('marks the record while it is open and takes it out of use when upheld', () => {
    const effects = Object.entries(objectionProcedure.states).map(([state, { effect }]) => [state, effect]);
    expect(Object.fromEntries(effects)).toEqual({
      FILED: 'UNDER_OBJECTION',
      VERIFYING: 'UNDER_OBJECTION',
      UPHELD: 'REVOKED',
      REJECTED: undefined,
      REFUSED: undefined,
      WITHDRAWN: undefined,
    });
  });

  test('what is possible is named by the deed that does it, once', () => {
    expect(deedsIn(objectionProcedure, 'VERIFYING')).toEqual(['decideObjection', 'withdrawObjection']);
    expect(takeStep(objectionProcedure, 'FILED', 'uphold')).toEqual({
      kind: 'not-now',
      possible: ['beginVerification', 'refuseObjection', 'withdrawObjection'],
    });
  });
});

describe('a repair', () => {
  test('is accepted before it is in effect', () => {
    const steps = ['accept', 'refuse', 'putRepairInEffect'];
    expect(whole(repairProcedure)).toEqual({
      APPLIED: { accept: 'ACCEPTED', refuse: 'REFUSED', putRepairInEffect: 'not-now' },
      ACCEPTED: { accept: 'not-now', refuse: 'not-now', putRepairInEffect: 'IN_EFFECT' },
      IN_EFFECT: closed(steps),
      REFUSED: closed(steps),
    });
  });

  test('has an effect only when it is in effect', () => {
    const effective = Object.entries(repairProcedure.states).filter(([, { effect }]) => effect !== undefined);
    expect(effective).toEqual([['IN_EFFECT', { open: false, effect: 'REPAIRED' }]]);
  });

  test.each([
    ['2026-01-15', 12, '2027-01-16'],
    ['2026-01-15', 3, '2026-04-16'],
    ['2025-11-30', 3, '2026-03-01'],
    ['2024-02-29', 12, '2025-03-01'],
    ['2026-01-15', 0, '2026-01-15'],
  ])('of a document of %s is possible after %i months from %s on', (datedOn, months, first) => {
    expect(firstDayOfRepair(datedOn, months)).toBe(first);
  });
});
