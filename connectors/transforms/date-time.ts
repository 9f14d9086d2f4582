// date-time: a moment → ISO 8601 in UTC with milliseconds; without a zone it is China's time.
import { type DayForm, readMomentIn } from './day-form.ts';
import { type Transform, fromText } from './transform.ts';

export function dateTimeIn(form: DayForm): Transform {
  return fromText('is not a date and time', (given) => {
    const epochMs = readMomentIn(form, given);
    if (epochMs === undefined) return undefined;
    const written = new Date(epochMs).toISOString();
    return written.length === 24 ? written : undefined;
  });
}

export const dateTime = dateTimeIn('Y/M/D');
