// A delivery much smaller than the one before, or with far fewer keys that are somebody's, is more often a mistake than
// the truth; a person can release it.
import { DeliveryProblem, type Finding, problem } from './delivery-problem.ts';
import type { KeyCounts } from './key-counts.ts';

interface Counted {
  readonly rows: number;
  readonly keys: KeyCounts;
}

/** @throws DeliveryProblem when too few are left; what is wrong with keys is told with it */
export function refuseShrunken(
  now: Counted & { readonly findings: readonly Finding[] },
  previous: Counted,
  shrink: number,
): void {
  const [left, before] = [now.rows - now.keys.spoilt, previous.rows - previous.keys.spoilt];
  const most = Math.round(shrink * 100);
  const of = now.keys.spoilt > 0 ? 'rows that are somebody’s' : 'rows';
  const reason =
    left === 0 && before > 0
      ? `no ${of}, after ${before} in the delivery before`
      : left < before * (1 - shrink)
        ? `${left} ${of}, after ${before} in the delivery before; ${most}% fewer is the most`
        : undefined;
  if (reason !== undefined)
    throw new DeliveryProblem([...problem('SHRUNKEN', reason).findings, ...now.findings]);
}
