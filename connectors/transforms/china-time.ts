// China's legal time at any moment, summer time of 1940–1991 and the local mean time before 1901 included: the one place
// that knows what a missing zone means.

/** UTC+8, as it has been without summer time since September 1991. */
const CHINA_OFFSET_MS = 8 * 3_600_000;

/** From here on nobody has to be asked. */
const SETTLED = Date.UTC(1991, 8, 16);

const wallClock = new Intl.DateTimeFormat('en-US', {
  timeZone: 'Asia/Shanghai',
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});

/** What the clocks of China are ahead of UTC by, in milliseconds. */
export function chinaOffsetAt(epochMs: number): number {
  if (epochMs >= SETTLED) return CHINA_OFFSET_MS;
  const parts = new Map(wallClock.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]));
  const at = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const shown = utcOf(at('year'), at('month'), at('day')) + clock(at('hour'), at('minute'), at('second'));
  return shown - Math.floor(epochMs / 1000) * 1000;
}

/** The moment at which China's clocks showed this, given as if it were UTC. Of an hour that came twice, one of them. */
export function momentInChina(shownMs: number): number {
  const first = shownMs - chinaOffsetAt(shownMs - CHINA_OFFSET_MS);
  return shownMs - chinaOffsetAt(first);
}

/** The calendar day in China at a moment, YYYY-MM-DD; undefined outside the years 1 to 9999. */
export function dayInChina(epochMs: number): string | undefined {
  return isoDay(epochMs + chinaOffsetAt(epochMs));
}

/** A day counted as if in UTC; undefined outside the years 1 to 9999. */
export function isoDay(utcMs: number): string | undefined {
  if (!(Math.abs(utcMs) <= 8.64e15)) return undefined;
  const written = new Date(utcMs).toISOString();
  return written.length === 24 && !written.startsWith('0000') ? written.slice(0, 10) : undefined;
}

/** Not Date.UTC, which reads the years 0 to 99 as 1900 to 1999. */
export function utcOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

export function clock(hour: number, minute: number, second: number): number {
  return ((hour * 60 + minute) * 60 + second) * 1000;
}
