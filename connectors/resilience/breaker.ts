// Stops asking what keeps failing. While it is open every call is refused at once; after a pause a single call tries,
// and its outcome decides for all.
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  type IBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { SourceError } from '../source-error.ts';
import type { BreakerReason, BreakerState } from '../watch.ts';
import type { BreakerSettings } from './manifest-part.ts';

/** The call was refused without having been made. */
export class BreakerOpen extends Error {
  override readonly name = 'BreakerOpen';
}

export interface Breaker {
  readonly state: BreakerState;
  /** Whether a call would be refused now. Nothing is counted. */
  refuses(): boolean;
  /** @throws BreakerOpen, or what `ask` throws */
  run<T>(ask: () => Promise<T>): Promise<T>;
}

/** How an error bears on the breaker: `nothing` says nothing of the other side, such as a caller who gave up. */
export type Bearing = 'failure' | 'answer' | 'nothing';

const states: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
};

export function openBreaker(
  { failures, share, calls, pause }: BreakerSettings,
  bearing: (error: unknown) => Bearing,
  changed: (state: BreakerState, why: BreakerReason) => void = () => undefined,
): Breaker {
  let asked = 0;
  let failed = 0;
  let code: BreakerReason['code'];
  // A trial that taught nothing must not close it.
  const isFailure = (error: unknown): boolean => {
    const bears = bearing(error);
    if (bears === 'failure') failed += 1;
    if (error instanceof SourceError) ({ code } = error);
    return bears === 'failure' || (bears === 'nothing' && policy.state === CircuitState.HalfOpen);
  };
  const policy = circuitBreaker(handleWhen(isFailure), {
    halfOpenAfter: pause,
    breaker: either(
      new ConsecutiveBreaker(failures),
      new CountBreaker({ threshold: share, size: calls, minimumNumberOfCalls: calls }),
    ),
  });
  let openedAt = 0;
  policy.onBreak(() => (openedAt = Date.now()));
  policy.onStateChange((state) => {
    changed(states[state], { code, asked, failed });
    asked = failed = 0;
  });

  const refuses = (): boolean => {
    if (policy.state === CircuitState.Open) return Date.now() - openedAt < pause;
    // The library would let others wait for the trial; they have deadlines of their own.
    return policy.state === CircuitState.HalfOpen;
  };
  return {
    get state() {
      return states[policy.state];
    },
    refuses,
    run: async (ask) => {
      if (refuses()) throw new BreakerOpen();
      asked += 1;
      try {
        return await policy.execute(ask);
      } catch (error) {
        throw error instanceof BrokenCircuitError ? new BreakerOpen() : error;
      }
    },
  };
}

/** Opens as soon as one of two measures says so; both see every call. */
function either(one: IBreaker, other: IBreaker): IBreaker {
  return {
    state: undefined,
    success: (state) => {
      one.success(state);
      other.success(state);
    },
    failure: (state) => {
      const opens = [one.failure(state), other.failure(state)];
      return opens.includes(true);
    },
  };
}
