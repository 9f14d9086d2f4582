// What several verdicts come to together: the worst of them. Nobody is clear because somebody else is, and a code that
// is not valid is somebody nobody has looked at.

/** The worst first. A known bar outranks what is not known, as it does in one verdict. */
const worstFirst = ['BARRED', 'INDETERMINATE', 'REVIEW', 'RESTRICTED', 'CLEAR'] as const;

export type VerdictOutcome = (typeof worstFirst)[number];

export function isOutcome(value: unknown): value is VerdictOutcome {
  return worstFirst.some((outcome) => outcome === value);
}

/** `undefined` stands for a member of whom there is no verdict. Nobody at all is not known either. */
export function combinedOutcome(outcomes: readonly (VerdictOutcome | undefined)[]): VerdictOutcome {
  if (outcomes.length === 0) return 'INDETERMINATE';
  const known = outcomes.map((outcome) => outcome ?? 'INDETERMINATE');
  return worstFirst.find((outcome) => known.includes(outcome))!;
}
