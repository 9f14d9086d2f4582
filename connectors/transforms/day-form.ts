// How a manifest says that days are written where it is not in the usual Chinese or international way.
import { type CountedForm, countedDay, readCounted } from './counted-moment.ts';
import { momentInChina } from './china-time.ts';
import { type DayOrder, dayOf, epochOf, readMoment } from './moment.ts';

export type DayForm = DayOrder | CountedForm | 'digits';

export const dayForms: readonly DayForm[] = [
  'Y/M/D',
  'D/M/Y',
  'M/D/Y',
  'digits',
  'seconds',
  'milliseconds',
  'serial',
  'serial-1904',
];

export function isDayForm(written: unknown): written is DayForm {
  return dayForms.some((form) => form === written);
}

/** YYYYMMDD with hours and minutes: twelve digits are this only where the manifest says so. */
const TO_THE_MINUTE = /^([0-9]{8})([0-9]{4})$/;

export function readDayIn(form: DayForm, text: string): string | undefined {
  if (isOrder(form)) {
    const moment = readMoment(toSeconds(form, text), orderOf(form));
    return moment === undefined ? undefined : dayOf(moment);
  }
  return countedDay(text, form);
}

/** Milliseconds since 1970. */
export function readMomentIn(form: DayForm, text: string): number | undefined {
  if (isOrder(form)) {
    const moment = readMoment(toSeconds(form, text), orderOf(form));
    return moment === undefined ? undefined : epochOf(moment);
  }
  const counted = readCounted(text, form);
  return counted !== undefined && form.startsWith('serial') ? momentInChina(counted) : counted;
}

function isOrder(form: DayForm): form is DayOrder | 'digits' {
  return form === 'Y/M/D' || form === 'D/M/Y' || form === 'M/D/Y' || form === 'digits';
}

function orderOf(form: DayOrder | 'digits'): DayOrder {
  return form === 'digits' ? 'Y/M/D' : form;
}

function toSeconds(form: DayForm, text: string): string {
  return form === 'digits' ? text.trim().replace(TO_THE_MINUTE, '$1$200') : text;
}
