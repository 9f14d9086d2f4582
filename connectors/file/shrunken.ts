// A delivery much smaller than the one before is more often a mistake than the truth; a person can release it.
import { problem } from './delivery-problem.ts';

/** @throws DeliveryProblem when too few are left */
export function refuseShrunken(rows: number, before: number, shrink: number): void {
  const most = Math.round(shrink * 100);
  if (rows === 0 && before > 0) throw problem('SHRUNKEN', `no rows, after ${before} in the delivery before`);
  if (rows < before * (1 - shrink))
    throw problem(
      'SHRUNKEN',
      `${rows} rows, after ${before} in the delivery before; ${most}% fewer is the most`,
    );
}
