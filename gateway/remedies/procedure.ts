// The states of a remedy and the steps between them: what may follow what, what a state makes of the record, and when it
// is over. Pure; who may take a step is for the policies to say.

/** What a remedy makes of a record. Absent: the record is as its owner says. */
export type RemedyEffect = 'UNDER_OBJECTION' | 'REPAIRED' | 'REVOKED';

/** A procedure: its first state, its steps by the name of the deed that takes them, and its states. */
export interface Procedure<State extends string, Step extends string> {
  readonly first: State;
  readonly steps: Readonly<Record<Step, { readonly from: readonly State[]; readonly to: State }>>;
  readonly states: Readonly<Record<State, { readonly open: boolean; readonly effect?: RemedyEffect }>>;
}

export type ObjectionState = 'FILED' | 'VERIFYING' | 'UPHELD' | 'REJECTED' | 'REFUSED' | 'WITHDRAWN';
export type ObjectionStep =
  'beginVerification' | 'refuseObjection' | 'uphold' | 'reject' | 'withdrawObjection';

export const objectionProcedure: Procedure<ObjectionState, ObjectionStep> = {
  first: 'FILED',
  steps: {
    beginVerification: { from: ['FILED'], to: 'VERIFYING' },
    refuseObjection: { from: ['FILED'], to: 'REFUSED' },
    uphold: { from: ['VERIFYING'], to: 'UPHELD' },
    reject: { from: ['VERIFYING'], to: 'REJECTED' },
    withdrawObjection: { from: ['FILED', 'VERIFYING'], to: 'WITHDRAWN' },
  },
  states: {
    FILED: { open: true, effect: 'UNDER_OBJECTION' },
    VERIFYING: { open: true, effect: 'UNDER_OBJECTION' },
    UPHELD: { open: false, effect: 'REVOKED' },
    REJECTED: { open: false },
    REFUSED: { open: false },
    WITHDRAWN: { open: false },
  },
};

export type RepairState = 'APPLIED' | 'ACCEPTED' | 'IN_EFFECT' | 'REFUSED';
export type RepairStep = 'accept' | 'refuse' | 'putRepairInEffect';

export const repairProcedure: Procedure<RepairState, RepairStep> = {
  first: 'APPLIED',
  steps: {
    accept: { from: ['APPLIED'], to: 'ACCEPTED' },
    refuse: { from: ['APPLIED'], to: 'REFUSED' },
    putRepairInEffect: { from: ['ACCEPTED'], to: 'IN_EFFECT' },
  },
  states: {
    APPLIED: { open: true },
    ACCEPTED: { open: true },
    IN_EFFECT: { open: false, effect: 'REPAIRED' },
    REFUSED: { open: false },
  },
};

export type MitigationState = 'RECOGNISED' | 'WITHDRAWN';
export type MitigationStep = 'withdrawMitigation';

/** A self-correction that a person has recognised. It has no effect on the record: it is shown beside it. */
export const mitigationProcedure: Procedure<MitigationState, MitigationStep> = {
  first: 'RECOGNISED',
  steps: { withdrawMitigation: { from: ['RECOGNISED'], to: 'WITHDRAWN' } },
  states: { RECOGNISED: { open: true }, WITHDRAWN: { open: false } },
};

/** Deeds of the interface that take a step; the others are called as their step is. */
const deedOf: Readonly<Record<string, string>> = {
  uphold: 'decideObjection',
  reject: 'decideObjection',
  accept: 'decideRepair',
  refuse: 'decideRepair',
};

export type Taken<State> =
  | { readonly kind: 'taken'; readonly state: State }
  | { readonly kind: 'closed' }
  /** `possible`: deeds that are possible in the state. */
  | { readonly kind: 'not-now'; readonly possible: readonly string[] };

/** Takes a step in a state, or says what is possible instead. */
export function takeStep<State extends string, Step extends string>(
  procedure: Procedure<State, Step>,
  state: State,
  step: Step,
): Taken<State> {
  if (!procedure.states[state].open) return { kind: 'closed' };
  const { from, to } = procedure.steps[step];
  return from.includes(state)
    ? { kind: 'taken', state: to }
    : { kind: 'not-now', possible: deedsIn(procedure, state) };
}

/** Deeds that are possible in a state, each once. */
export function deedsIn<State extends string, Step extends string>(
  procedure: Procedure<State, Step>,
  state: State,
): readonly string[] {
  const steps = Object.entries<Procedure<State, Step>['steps'][Step]>(procedure.steps);
  return [
    ...new Set(steps.filter(([, { from }]) => from.includes(state)).map(([name]) => deedOf[name] ?? name)),
  ];
}
