/** Reads the dates an auditor types: a month, a day, or a moment, at a stated offset from UTC. */

const MONTH = /^(\d{4})-(\d{2})$/;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const OFFSET = /^(Z|[+-]\d{2}:\d{2})$/;

/**
 * The start, or the end (exclusive), of what the text names. `2026-05` and `2026-05-03` are whole months and days at
 * the offset (`Z`, `+08:00`); a moment carries its own offset and is both its start and its end.
 * Undefined if it is no date.
 */
export function readBoundary(text: string, side: 'start' | 'end', offset: string): Date | undefined {
  if (!OFFSET.test(offset)) return undefined;
  const month = MONTH.exec(text);
  const day = DAY.exec(text);
  if (month === null && day === null) {
    const moment = new Date(MOMENT.test(text) ? text : Number.NaN);
    return Number.isNaN(moment.getTime()) ? undefined : moment;
  }
  const [year = 0, monthNumber = 0, dayNumber = 1] = (month ?? day ?? []).slice(1).map(Number);
  const start = new Date(Date.UTC(year, monthNumber - 1, dayNumber));
  if (!start.toISOString().startsWith(text)) return undefined;
  if (side === 'end') {
    if (month === null) start.setUTCDate(dayNumber + 1);
    else start.setUTCMonth(monthNumber);
  }
  const boundary = new Date(`${start.toISOString().slice(0, 19)}${offset}`);
  return Number.isNaN(boundary.getTime()) ? undefined : boundary;
}
