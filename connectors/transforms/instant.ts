// Reads a moment written as date and time, the one place that knows what a missing zone means: China's.
import { isCalendarDate } from '../../schema/identifiers/calendar-date.ts';

/** UTC+8, without summer time. */
export const CHINA_OFFSET_MS = 8 * 3_600_000;

export interface Instant {
  readonly epochMs: number;
  /** Whether the text named its zone itself. */
  readonly zoned: boolean;
}

const MOMENT =
  /^([0-9]{4})[-/]([0-9]{2})[-/]([0-9]{2})[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,9}))?)?(?: ?(Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?))?$/;

/** `2024-03-01T10:20:30Z`, `2024-03-01 10:20:30+08`, `2024/03/01 10:20`; undefined for anything else. */
export function readInstant(text: string): Instant | undefined {
  const parts = MOMENT.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  if (!isCalendarDate(year!, month!, day!)) return undefined;
  const local = new Date(0);
  // Not Date.UTC, which reads the years 0 to 99 as 1900 to 1999.
  local.setUTCFullYear(year!, month! - 1, day);
  local.setUTCHours(hour!, minute, second, Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3)));
  const zone = parts[8];
  return { epochMs: local.getTime() - offsetOf(zone), zoned: zone !== undefined };
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined) return CHINA_OFFSET_MS;
  if (zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
