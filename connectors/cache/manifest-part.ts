// What a manifest says of caching its source's answers.
import { z } from 'zod';
import { duration } from '../manifest-words.ts';

const DAY = 86_400_000;

export const cachePart = z
  .strictObject({
    /** Time for which an answer is as good as asking again. */
    ttl: duration.refine((ms) => ms <= DAY, 'at most 1d'),
    /** Further time for which it may be shown, as STALE, while the source is failing. */
    stale: duration.refine((ms) => ms <= 30 * DAY, 'at most 30d').optional(),
  })
  .transform(({ ttl, stale = 0 }) => ({ ttl, stale }));

/** Milliseconds. */
export type CacheTimes = z.output<typeof cachePart>;
