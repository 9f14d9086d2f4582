// Moments that are written as a number: epoch seconds and milliseconds, a spreadsheet's serial. A number so small that it
// is more likely another writing is refused rather than read as a day of 1970.
import { dayInChina } from './china-time.ts';
import { readDecimal } from './decimal-text.ts';
import { readSerial } from './serial-day.ts';

export type CountedForm = 'seconds' | 'milliseconds' | 'serial' | 'serial-1904';

/** Ten digits of milliseconds are seconds; eight of seconds a day without its dashes. */
const LEAST_MILLISECONDS = 1e10;
const LEAST_SECONDS = 1e8;
const LAST = Date.UTC(9999, 11, 31);

/** Milliseconds since 1970; undefined where the text is no such number. Of serials: as if their clock were UTC. */
export function readCounted(text: string, form: CountedForm): number | undefined {
  const parts = readDecimal(text);
  if (parts === undefined) return undefined;
  const value = Number(`${parts.sign}${parts.whole}.${parts.fraction === '' ? '0' : parts.fraction}`);
  switch (form) {
    case 'seconds':
      return Math.abs(value) < LEAST_SECONDS ? undefined : within(Math.floor(value * 1000));
    case 'milliseconds':
      return Math.abs(value) < LEAST_MILLISECONDS ? undefined : within(Math.floor(value));
    case 'serial':
    case 'serial-1904': {
      const written = value < 1 ? undefined : readSerial(value, form === 'serial-1904');
      return written === undefined
        ? undefined
        : Date.parse(`${written.replace(' ', 'T')}${written.length === 10 ? 'T00:00:00' : ''}Z`);
    }
  }
}

/** The day such a number means: in China for a moment, the one that is shown for a serial. */
export function countedDay(text: string, form: CountedForm): string | undefined {
  const at = readCounted(text, form);
  if (at === undefined) return undefined;
  return form.startsWith('serial') ? new Date(at).toISOString().slice(0, 10) : dayInChina(at);
}

function within(epochMs: number): number | undefined {
  return Math.abs(epochMs) > LAST ? undefined : epochMs;
}
