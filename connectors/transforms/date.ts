// date: the ways to write a day → YYYY-MM-DD. A time of day behind it is read and left out; where the text carries a
// zone, the day is the one in China at that instant (back ends like to send 1 March as 29 February 16:00 UTC).
import { type DayForm, readDayIn } from './day-form.ts';
import { type Transform, fromText } from './transform.ts';

export function dateIn(form: DayForm): Transform {
  return fromText('is not a date', (given) => readDayIn(form, given));
}

export const date = dateIn('Y/M/D');
