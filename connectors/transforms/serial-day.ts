// Which day a spreadsheet's serial number is: days since 1900 (or 1904), with a part of a day as the time.
import { isoDay } from './china-time.ts';

const DAY_MS = 86_400_000;
const LAST_SERIAL = 2_958_465;
/** Lotus 1-2-3 believed in 29 February 1900, and spreadsheets still do. */
const DAY_THAT_NEVER_WAS = 60;

/**
 * `YYYY-MM-DD`, with ` hh:mm:ss` where there is a time of day; a time alone for a part of the first day.
 * Undefined: no such day.
 */
export function readSerial(serial: number, from1904: boolean): string | undefined {
  if (!(serial >= 0) || serial > LAST_SERIAL) return undefined;
  const seconds = Math.round((serial % 1) * 86_400);
  const days = Math.floor(serial);
  const time = new Date(seconds * 1000).toISOString().slice(11, 19);
  if (!from1904 && days === 0) return serial === 0 ? undefined : time;
  if (!from1904 && days === DAY_THAT_NEVER_WAS) return undefined;
  const base = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < DAY_THAT_NEVER_WAS ? 31 : 30);
  const day = isoDay(base + days * DAY_MS + seconds * 1000);
  return day === undefined || seconds % 86_400 === 0 ? day : `${day} ${time}`;
}
