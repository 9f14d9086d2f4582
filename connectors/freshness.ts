// How fresh an answer is: the source's own as-of time, checked against the clock and the manifest.
import { SourceError } from './source-error.ts';
import { readInstant } from './transforms/instant.ts';

export interface Freshness {
  readonly state: 'OK' | 'STALE';
  /** ISO 8601. */
  readonly asOf: string;
}

/** Clocks of agencies run ahead; beyond this a time is a mistake and nothing can be told from it. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/**
 * `asOf` undefined: the source spoke of this moment. `maxAge` in milliseconds.
 * @throws SourceError when the time is unreadable or in the future
 */
export function assessFreshness(asOf: string | undefined, maxAge: number | undefined, now: Date): Freshness {
  if (asOf === undefined) return { state: 'OK', asOf: now.toISOString() };
  const instant = readInstant(asOf);
  if (instant === undefined) throw new SourceError('SOURCE_INVALID_ANSWER', 'as-of time is not a time');
  const age = now.getTime() - instant.epochMs;
  if (age < -CLOCK_TOLERANCE_MS)
    throw new SourceError('SOURCE_INVALID_ANSWER', 'as-of time is in the future');
  // As the source wrote it, where it named its zone: a delivery's day reads as that day.
  const written = instant.zoned ? asOf.replace(' ', 'T') : new Date(instant.epochMs).toISOString();
  return { state: maxAge !== undefined && age > maxAge ? 'STALE' : 'OK', asOf: written };
}

/**
 * The moment of which a source says that its data speak, as `assessFreshness` reads it: a day is its beginning in China.
 * @throws SourceError where it does not say
 */
export function readAge(value: unknown): string {
  if (typeof value !== 'string')
    throw new SourceError('SOURCE_INVALID_ANSWER', 'nothing says how old the data are');
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) ? `${value}T00:00:00+08:00` : value;
}
