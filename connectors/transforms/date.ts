// date: the usual Chinese ways to write a day → YYYY-MM-DD. A time of day is dropped; where the text carries a
// zone, the day is the one in China at that instant (back ends like to send 1 March as 29 February 16:00 UTC).
import { isCalendarDate } from '../../schema/identifiers/calendar-date.ts';
import { CHINA_OFFSET_MS, readInstant } from './instant.ts';
import { fromText, halfWidth } from './transform.ts';

const SEPARATED = /^([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[T ].*)?$/;
const IDEOGRAPHIC = /^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?(?: ?[0-9].*)?$/;
const COMPACT = /^([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{4}|[0-9]{6})?$/;

export const date = fromText('is not a date', (given) => {
  const written = halfWidth(given);
  const instant = readInstant(written);
  if (instant !== undefined) {
    return instant.zoned
      ? new Date(instant.epochMs + CHINA_OFFSET_MS).toISOString().slice(0, 10)
      : day(written.slice(0, 4), written.slice(5, 7), written.slice(8, 10));
  }
  const separated = SEPARATED.exec(written);
  if (separated !== null) return day(separated[1], separated[3], separated[4]);
  const parts = IDEOGRAPHIC.exec(written) ?? COMPACT.exec(written);
  return parts === null ? undefined : day(parts[1], parts[2], parts[3]);
});

function day(year = '', month = '', dayOfMonth = ''): string | undefined {
  if (!isCalendarDate(Number(year), Number(month), Number(dayOfMonth))) return undefined;
  return `${year}-${month.padStart(2, '0')}-${dayOfMonth.padStart(2, '0')}`;
}
