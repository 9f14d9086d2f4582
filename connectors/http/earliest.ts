// An answer made of several is as old as its oldest part.
import { SourceError } from '../source-error.ts';
import { readInstant } from '../transforms/instant.ts';

/**
 * The earliest of several as-of times, as written; undefined when no part gave one.
 * @throws SourceError when one is unreadable
 */
export function earliest(times: readonly (string | undefined)[]): string | undefined {
  let oldest: { readonly written: string; readonly epochMs: number } | undefined;
  for (const written of times) {
    if (written === undefined) continue;
    const instant = readInstant(written);
    if (instant === undefined) throw new SourceError('SOURCE_INVALID_ANSWER', 'as-of time is not a time');
    if (oldest === undefined || instant.epochMs < oldest.epochMs)
      oldest = { written, epochMs: instant.epochMs };
  }
  return oldest?.written;
}
