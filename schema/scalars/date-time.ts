// The scalar DateTime: an instant. Read with any zone, kept and shown in UTC with milliseconds, so that equal
// instants are equal text.
import { isCalendarDate } from '../identifiers/calendar-date.ts';
import { makeTextScalar } from './text-scalar.ts';

// RFC 3339 with a capital T. No leap seconds (our clocks have none) and no local times: a zone is demanded.
const INSTANT =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/;

function readInstant(text: string): string | undefined {
  const parts = INSTANT.exec(text);
  if (parts === null || !isCalendarDate(Number(parts[1]), Number(parts[2]), Number(parts[3])))
    return undefined;
  const instant = new Date(text).toISOString();
  // A zone can push an instant of year 1 or 9999 into a year that this form cannot write.
  return instant.length === 24 && !instant.startsWith('0000') ? instant : undefined;
}

export const dateTimeScalar = makeTextScalar({
  name: 'DateTime',
  description:
    'Instant in ISO 8601 with a time zone (2026-03-10T09:30:00+08:00); answers are in UTC, to the millisecond.\n' +
    '时间点（ISO 8601，须带时区，如 2026-03-10T09:30:00+08:00）；返回值为 UTC，精确到毫秒。',
  refusal: 'VALUE_INVALID',
  read: readInstant,
  show: (stored) => {
    if (typeof stored === 'string') return readInstant(stored);
    return stored instanceof Date && !Number.isNaN(stored.getTime())
      ? readInstant(stored.toISOString())
      : undefined;
  },
});
