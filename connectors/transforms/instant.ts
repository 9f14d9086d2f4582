// Reads a moment written as date and time, wherever one is not a field of a record: an as-of time, an HTTP header.
import { epochOf, readMoment } from './moment.ts';

export interface Instant {
  readonly epochMs: number;
  /** Whether the text named its zone itself. */
  readonly zoned: boolean;
}

/** `2024-03-01T10:20:30Z`, `2024-03-01 10:20:30+08`, `2024/03/01 10:20`; undefined for anything else. */
export function readInstant(text: string): Instant | undefined {
  const moment = readMoment(text);
  const epochMs = moment === undefined ? undefined : epochOf(moment);
  return epochMs === undefined ? undefined : { epochMs, zoned: moment!.zone !== undefined };
}
