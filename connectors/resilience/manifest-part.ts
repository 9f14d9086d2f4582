// What a manifest says of its source's resilience, and what holds where it says nothing.
import { z } from 'zod';
import { count, duration } from '../manifest-words.ts';

/** `10%` → 0.1; from 1 to 99 %. */
const share = z
  .string()
  .regex(/^[1-9][0-9]?%$/, 'write a share such as 10%')
  .transform((text) => Number.parseInt(text, 10) / 100);

const none = z.literal('none').transform(() => undefined);

/** Milliseconds and shares. `none` turns a part off: it is undefined then. */
const shape = z.strictObject({
  retry: z.union([
    none,
    z.strictObject({
      /** Retries may be this share of recent calls. */
      budget: share.prefault('10%'),
      pause: duration.prefault('50ms'),
    }),
  ]),
  breaker: z.union([
    none,
    z.strictObject({
      /** Failures in a row that open it. */
      failures: count(1000).prefault(5),
      /** So does this share of the last `calls`. */
      share: share.prefault('50%'),
      calls: count(1000).prefault(20),
      /** Time for which nothing is asked; then one call tries. */
      pause: duration.prefault('5s'),
    }),
  ]),
});

export const resiliencePart = shape.extend({
  retry: shape.shape.retry.prefault({}),
  breaker: shape.shape.breaker.prefault({}),
});

export type Resilience = z.output<typeof resiliencePart>;
export type RetrySettings = NonNullable<Resilience['retry']>;
export type BreakerSettings = NonNullable<Resilience['breaker']>;

export const defaultResilience: Resilience = resiliencePart.parse({});
