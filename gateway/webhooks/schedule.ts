// When an attempt that failed is made again: sooner at first, then over three days, and at last no more. The steps are
// those the Standard Webhooks specification recommends; jitter keeps many from coming back at once. Pure.

const minute = 60_000;
const hour = 60 * minute;
const delays = [
  5000,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];
const longestWish = 24 * hour;

/** Attempts that may fail before a message is parked. */
export const mostFailures = delays.length + 1;

/**
 * Milliseconds until the next attempt; undefined: there is none.
 * @param failures how many have failed, this one with them
 * @param random 0 to 1
 * @param wish milliseconds the endpoint asked to be left alone
 */
export function nextAttemptIn(failures: number, random: number, wish = 0): number | undefined {
  const delay = delays[failures - 1];
  if (delay === undefined) return undefined;
  return Math.max(Math.round(delay * (0.8 + 0.4 * random)), Math.min(wish, longestWish));
}
