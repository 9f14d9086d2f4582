// Which number formats show a date, and which day a serial number is. A workbook keeps dates as numbers of days, and
// only the cell's format tells them from amounts.

/** Formats without a code of their own that are dates or times; 27–36 and 50–58 are those of Chinese workbooks. */
const BUILT_IN: readonly (readonly [number, number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];

/** `code` as the workbook defines it; undefined where it relies on a built-in format. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return BUILT_IN.some(([from, to]) => id >= from && id <= to);
  const [positive = ''] = code.split(';');
  const bare = positive
    .replace(/"[^"]*"/g, '')
    .replace(/[\\_*]./g, '')
    .replace(/\[[^\]]*\]/g, '');
  return /[ymdhs]/i.test(bare) && !/^general$/i.test(bare.trim());
}

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
  const day = new Date(base + days * DAY_MS + seconds * 1000).toISOString().slice(0, 10);
  return seconds % 86_400 === 0 ? day : `${day} ${time}`;
}
