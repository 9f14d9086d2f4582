// Which steps of a remedy change what a record means, so that whoever has read it must hear of it. An objection that is
// filed counts: where the law suspends sanctions meanwhile, or marks the record, the reader acts on something else.
import type { RemedyEffect } from '../remedies/procedure.ts';

/** What became of a record. */
export type ChangeKind = 'MARKED' | 'MARK_REMOVED' | 'OUT_OF_USE' | 'CORRECTED' | 'WITHDRAWN' | 'REPAIRED';

/** A step, and what the remedy made of the record before it. */
export interface StepTaken {
  readonly from_state: string | null;
  readonly to_state: string;
  readonly before: RemedyEffect | null;
  readonly effect: RemedyEffect | null;
}

/** Undefined: the record means what it meant. */
export function changeKindOf({ from_state, to_state, before, effect }: StepTaken): ChangeKind | undefined {
  // A state is stepped into again only when its owner has answered the request for correction.
  if (before === 'REVOKED' && from_state === to_state) return effect === null ? 'CORRECTED' : 'WITHDRAWN';
  if (before === effect) return undefined;
  switch (effect) {
    case 'UNDER_OBJECTION':
      return 'MARKED';
    case 'REVOKED':
      return 'OUT_OF_USE';
    case 'REPAIRED':
      return 'REPAIRED';
    case null:
      return 'MARK_REMOVED';
  }
}
